// The tab for questions: conversations left, chat in the middle, evidence right; on a phone the sides are drawers.

import { ask, get, look, send, subscribe } from './api.js';
import * as rail from './conversations.js';
import { button, fill, h, icon, openTab, say } from './dom.js';
import { hideHover, panel } from './evidence.js';
import { draw } from './exchange.js';
import { filters as makeFilters } from './filters.js';
import * as store from './store.js';

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
    this.filters = makeFilters();
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
    const chat = h('section', { class: 'chat', 'aria-label': 'Chat' }, this.narrowBar(), this.log, this.composer());
    fill(root, h('div', { class: 'desk' }, this.railBox, chat, this.side, this.veil));
    this.actions = {
      cite: (answer, number) => this.cite(answer, number),
      show: (answer) => { this.evidence(answer); this.drawer(this.side); },
      retry: (exchange) => this.again(exchange, {}),
      edit: (exchange, question) => this.edit(exchange, question),
      ignore: (exchange, words) => this.again(exchange, { ignore: [...(exchange.ignore ?? []), words] }),
      drop: (exchange, names) => this.drop(exchange, names),
      follow: (text) => this.ask(text),
      saved: (exchange, verdict) => { exchange.verdict = verdict; this.keep(); this.drawOne(exchange); },
      redraw: () => this.draw(),
    };
  }

  narrowBar() {
    return h('div', { class: 'narrow-bar' },
      button('Conversations', 'list', () => this.drawer(this.railBox), { kind: 'flat' }),
      button('Evidence', 'quote', () => this.drawer(this.side), { kind: 'flat for-evidence' }));
  }

  composer() {
    this.field = h('textarea', {
      id: 'question', rows: 1, maxLength: 2000, placeholder: 'Ask about your articles', 'aria-label': 'Question', 'aria-keyshortcuts': 'Control+K',
      oninput: () => this.grow(),
      onkeydown: (event) => {
        if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) { event.preventDefault(); this.submit(); }
      },
    });
    this.go = button('Ask', 'send', () => (this.running ? this.stop() : this.submit()), { quiet: true, kind: 'primary round' });
    const hint = h('p', { class: 'facts keys', 'aria-hidden': 'true' }, 'Enter asks · Ctrl K comes back here');
    return h('div', { class: 'composer' }, this.filters.form,
      h('div', { class: 'box' }, this.filters.chips, this.field, h('div', { class: 'lane' }, this.filters.toggle, hint, this.go)));
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
    sessionStorage.setItem('briefing.open', this.conversation.id);
    this.drawer(null);
    this.evidence(this.conversation.exchanges.at(-1)?.answer ?? null);
    this.draw();
    this.log.scrollTop = this.log.scrollHeight;
    if (matchMedia('(min-width: 700px)').matches) this.field.focus();
  }

  submit() {
    const text = this.field.value.trim();
    if (!text || this.running) return;
    this.field.value = '';
    this.grow();
    this.ask(text);
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
    this.running = running;
    this.filters.close();
    Object.assign(exchange, { state: 'reading', problem: '', final: false });
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
      else if (!exchange.answer) exchange.problem = 'Stopped before there was an answer.';
    }
    if (this.running === running) this.finish(exchange);
  }

  finish(exchange) {
    this.running = null;
    this.keep();
    this.draw();
    const answer = exchange.answer;
    if (exchange.final) say(answer.refused ? answer.text : `Answer ready, with ${answer.citations.length} sources.`);
    if (exchange.final) this.suggest(exchange);
  }

  async suggest(exchange) {
    const cited = exchange.answer.citations;
    if (!cited.length) return;
    try {
      const about = {
        question: exchange.question, article_ids: [...new Set(cited.map((item) => item.article_id))].slice(0, 4),
        quotations: cited.slice(0, 4).map((item) => item.quotation.slice(0, 5000)),
      };
      const asked = new Set(this.conversation.exchanges.map((other) => other.question));
      const { questions } = await send('POST', '/api/follow-ups', about);
      exchange.followUps = questions.filter((question) => !asked.has(question));
    } catch {
      return; // a courtesy only
    }
    this.keep();
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

  keep() {
    if (!this.conversation.exchanges.length) return;
    store.save(this.conversation);
    sessionStorage.setItem('briefing.open', this.conversation.id);
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
    fill(this.go, icon(this.running ? 'stop' : 'send'));
    this.go.setAttribute('aria-label', this.running ? 'Stop' : 'Ask');
    this.go.title = this.running ? 'Stop' : 'Ask';
  }

  drawOne(exchange) {
    const element = this.elements.get(exchange.id);
    const last = exchange === this.conversation.exchanges.at(-1);
    if (element) draw(element, exchange, this.actions, { last, running: Boolean(this.running) && !exchange.final && last });
  }

  welcome() {
    if (this.status && !this.status.articles) return this.empty();
    const lead = this.status
      ? `${this.status.articles.toLocaleString('en')} articles${this.status.years ? `, ${this.status.years}` : ''}. Every sentence of an answer comes from one of them, with its place.`
      : '';
    const box = h('div', { class: 'welcome' }, h('h2', {}, 'What would you like to know?'), h('p', { class: 'lead' }, lead));
    if (this.examples) box.append(this.exampleList(this.examples));
    else this.loadExamples(box);
    return box;
  }

  exampleList(questions) {
    return h('ul', { class: 'examples', 'aria-label': 'Examples' }, questions.map((text) => h('li', {},
      h('button', { type: 'button', class: 'suggestion', onclick: () => this.ask(text) }, text, icon('right')))));
  }

  async loadExamples(box) {
    const waiting = h('p', { class: 'hint' }, 'Questions that your articles answer will appear here…');
    box.append(waiting);
    let shown = waiting;
    await Promise.resolve(); // the box is put into the page by whoever called
    while (shown.isConnected) {
      const { questions, ready } = await get('/api/examples').catch(() => ({ questions: [], ready: true }));
      if (ready) this.examples = questions;
      if (questions.length) {
        const list = this.exampleList(questions);
        shown.replaceWith(list);
        shown = list;
      } else if (ready) shown.remove();
      if (ready) break;
      await new Promise((resolve) => { setTimeout(resolve, 1500); });
    }
  }

  empty() {
    const problem = h('p', { class: 'hint', role: 'status' });
    const add = button('Add the sample articles', 'plus', async () => {
      add.disabled = true;
      problem.textContent = 'Reading the sample articles…';
      try {
        const [result] = await send('POST', '/api/samples');
        problem.textContent = result.message;
        look();
      } catch (error) {
        problem.textContent = error.message;
        add.disabled = false;
      }
    }, { kind: 'primary' });
    return h('div', { class: 'welcome' }, h('h2', {}, 'Your library is empty'),
      h('p', { class: 'lead' }, 'Add articles, then ask them anything. They stay on this machine.'),
      h('div', { class: 'lane' }, this.status.samples ? add : null,
        button('Add your own', 'save', () => openTab('Articles'))), problem);
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
    if (!which && before && getComputedStyle(before).position === 'fixed') this.field.focus();
  }

  grow() {
    this.field.style.height = 'auto';
    this.field.style.height = `${Math.min(this.field.scrollHeight, 200)}px`;
  }
}
