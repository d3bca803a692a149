// The tab for questions: conversations left, chat in the middle, evidence right; on a phone the sides are drawers.

import { ask, send, subscribe } from './api.js';
import { composer } from './composer.js';
import * as rail from './conversations.js';
import { button, fill, h, say } from './dom.js';
import { hideHover, panel } from './evidence.js';
import { draw } from './exchange.js';
import * as store from './store.js';
import { welcome } from './welcome.js';

const STOPPED = 'Stopped before there was an answer.';

export function start(root) {
  new Ask(root).open(sessionStorage.getItem('briefing.open'));
}

class Ask {
  constructor(root) {
    this.conversation = store.fresh();
    this.running = null; // the AbortController of the answer that grows
    this.status = null;
    this.examples = null;
    this.shown = null; // the answer whose evidence is shown
    this.elements = new Map();
    this.composer = composer({
      ask: (text) => this.ask(text), stop: () => this.stop(), running: () => Boolean(this.running),
    });
    this.filters = this.composer.filters;
    this.build(root);
    subscribe((status) => this.know(status));
    addEventListener('keydown', (event) => event.key === 'Escape' && this.escape());
    addEventListener('scroll', hideHover, true);
  }

  build(root) {
    this.railBox = h('nav', { class: 'rail drawer', 'aria-label': 'Conversations' });
    this.log = h('div', { class: 'log', role: 'region', 'aria-label': 'Conversation', tabIndex: 0 });
    this.cards = h('div', { class: 'cards', role: 'region', 'aria-label': 'Passages', tabIndex: 0 });
    const close = button('Close', 'close', () => this.drawer(null), { quiet: true, kind: 'narrow' });
    this.side = h('aside', { class: 'evidence drawer', 'aria-label': 'Evidence' },
      h('div', { class: 'rail-head' }, h('h2', { class: 'small' }, 'Evidence'), close), this.cards);
    this.veil = h('div', { class: 'veil', onclick: () => this.drawer(null) });
    const chat = h('section', { class: 'chat', 'aria-label': 'Chat' }, this.narrowBar(), this.log, this.composer.element);
    fill(root, h('div', { class: 'desk' }, this.railBox, chat, this.side, this.veil));
    this.actions = {
      cite: (answer, number) => this.cite(answer, number),
      show: (answer) => { this.evidence(answer); this.drawer(this.side); },
      retry: (exchange) => this.again(exchange, {}),
      edit: (exchange, question) => this.edit(exchange, question),
      ignore: (exchange, words) => this.again(exchange, { ignore: [...(exchange.ignore ?? []), words] }),
      drop: (exchange, names) => this.drop(exchange, names),
      follow: (text) => this.ask(text),
      saved: (exchange, verdict) => { exchange.verdict = verdict; this.keep(this.conversation); this.drawOne(exchange); },
      redraw: () => this.draw(),
    };
  }

  narrowBar() {
    return h('div', { class: 'narrow-bar' },
      button('Conversations', 'list', () => this.drawer(this.railBox), { kind: 'flat' }),
      button('Evidence', 'quote', () => this.drawer(this.side), { kind: 'flat for-evidence' }));
  }

  know(status) {
    const before = this.status;
    this.status = status;
    this.filters.know(status.sources ?? {});
    if (!before || before.articles !== status.articles || before.models !== status.models) {
      if (before && before.generation !== status.generation) this.examples = null;
      if (!this.conversation?.exchanges.length) this.draw();
    }
  }

  open(id) {
    this.stop();
    this.conversation = (id && store.load(id)) || store.fresh();
    const last = this.conversation.exchanges.at(-1);
    if (last && !last.answer) last.problem ||= STOPPED; // the page was left while it was being answered
    sessionStorage.setItem('briefing.open', this.conversation.id);
    this.drawer(null);
    this.evidence(last?.answer ?? null);
    this.draw();
    this.log.scrollTop = this.log.scrollHeight;
    if (matchMedia('(min-width: 700px)').matches) this.composer.focus();
  }

  ask(question) {
    if (this.running) return;
    const exchange = { id: store.newId(), question, filters: this.filters.value(), ignore: [], answer: null };
    this.conversation.exchanges.push(exchange);
    this.conversation.title ||= question.slice(0, 80);
    this.run(exchange);
  }

  again(exchange, changes) {
    if (this.running) return;
    Object.assign(exchange, { answer: null, problem: '', verdict: '', followUps: [], final: false }, changes);
    this.run(exchange);
  }

  edit(exchange, question) {
    const place = this.conversation.exchanges.indexOf(exchange);
    this.conversation.exchanges.length = place + 1;
    if (place === 0) this.conversation.title = question.slice(0, 80);
    this.again(exchange, { question, ignore: [], id: store.newId() });
  }

  drop(exchange, names) {
    const filters = { ...exchange.filters };
    names.forEach((name) => { filters[name] = name === 'sources' ? [] : ''; });
    this.filters.set(filters);
    this.again(exchange, { filters });
  }

  async run(exchange) {
    const running = new AbortController();
    const { conversation } = this; // another one may be open when the answer is whole
    this.running = running;
    this.filters.close();
    Object.assign(exchange, { state: 'reading', problem: '', final: false });
    this.keep(conversation);
    this.draw();
    this.elements.get(exchange.id)?.scrollIntoView({ block: 'start', behavior: 'smooth' });
    try {
      await ask(this.body(exchange), running.signal, (name, data) => {
        if (name === 'state') exchange.state = data.state;
        else { exchange.answer = data; this.evidence(data); }
        this.drawOne(exchange);
      });
      exchange.final = true;
    } catch (error) {
      if (error.name !== 'AbortError') exchange.problem = error.message;
      else if (!exchange.answer) exchange.problem = STOPPED;
    }
    if (this.running === running) this.running = null;
    this.finish(conversation, exchange);
  }

  finish(conversation, exchange) {
    this.keep(conversation);
    if (conversation === this.conversation) this.draw();
    if (!exchange.final) return;
    const { refused, text, citations } = exchange.answer;
    say(refused ? text : `Answer ready, with ${citations.length} source${citations.length === 1 ? '' : 's'}.`);
    this.suggest(conversation, exchange);
  }

  async suggest(conversation, exchange) {
    const cited = exchange.answer.citations;
    if (!cited.length) return;
    try {
      const about = {
        question: exchange.question, article_ids: [...new Set(cited.map((item) => item.article_id))].slice(0, 4),
        quotations: cited.slice(0, 4).map((item) => item.quotation.slice(0, 5000)),
      };
      const asked = new Set(conversation.exchanges.map((other) => other.question));
      const { questions } = await send('POST', '/api/follow-ups', about);
      exchange.followUps = questions.filter((question) => !asked.has(question));
    } catch {
      return; // a courtesy only
    }
    this.keep(conversation);
    this.drawOne(exchange);
  }

  body(exchange) {
    const place = this.conversation.exchanges.indexOf(exchange);
    const history = this.conversation.exchanges.slice(0, place).filter((earlier) => earlier.answer).slice(-4).map((earlier) => ({
      question: earlier.answer.standalone_question || earlier.question,
      answer: earlier.answer.refused ? '' : earlier.answer.text,
    }));
    const { since, until, sources } = exchange.filters;
    return { question: exchange.question, since: since || null, until: until || null, sources, ignore: exchange.ignore, history };
  }

  stop() {
    this.running?.abort();
  }

  keep(conversation) {
    if (store.isKept(conversation.id) || conversation === this.conversation) store.save(conversation);
  }

  escape() {
    hideHover();
    if (document.querySelector('.drawer.open')) this.drawer(null);
    else this.stop();
  }

  draw() {
    const { exchanges } = this.conversation;
    this.elements = new Map(exchanges.map((exchange) => [exchange.id, h('article', { class: 'exchange', 'aria-label': exchange.question })]));
    fill(this.log, exchanges.length ? [...this.elements.values()] : this.welcome());
    exchanges.forEach((exchange) => this.drawOne(exchange));
    rail.draw(this.railBox, this.conversation, {
      fresh: () => this.open(null), open: (id) => this.open(id), close: () => this.drawer(null),
    });
    this.composer.draw();
  }

  drawOne(exchange) {
    const element = this.elements.get(exchange.id);
    const last = exchange === this.conversation.exchanges.at(-1);
    if (element) draw(element, exchange, this.actions, { last, running: Boolean(this.running) && !exchange.final && last });
  }

  welcome() {
    return welcome(this.status, {
      examples: this.examples, found: (questions) => { this.examples = questions; }, ask: (text) => this.ask(text),
    });
  }

  evidence(answer) {
    this.shown = answer;
    fill(this.cards, panel(answer));
    this.cards.scrollTop = 0;
  }

  cite(answer, number) {
    if (this.shown !== answer) this.evidence(answer);
    this.drawer(this.side);
    const card = document.getElementById(`source-${number}`);
    this.cards.querySelectorAll('.chosen').forEach((other) => other.classList.remove('chosen'));
    card.classList.add('chosen');
    card.scrollIntoView({ block: 'nearest', behavior: 'smooth' });
    card.focus({ preventScroll: true });
  }

  /** Open one drawer (they are always open where there is room), or close both. */
  drawer(which) {
    const before = document.querySelector('.drawer.open');
    [this.railBox, this.side].forEach((box) => box.classList.toggle('open', box === which));
    this.veil.classList.toggle('open', Boolean(which));
    if (which && getComputedStyle(which).position === 'fixed') which.querySelector('button')?.focus();
    if (!which && before && getComputedStyle(before).position === 'fixed') this.composer.focus();
  }
}
