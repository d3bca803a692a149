// One question and its answer, with everything that can be done with them.

import { send } from './api.js';
import { button, fill, h, icon, notice } from './dom.js';
import { hideHover, showHover } from './evidence.js';

const REASONS = ['wrong', 'not what I asked', 'missing something', 'out of date', 'hard to read', 'other'];
const DOING = {
  reading: 'Reading the articles…',
  waiting: 'Others are asking too; yours is next in line…',
  loading: 'The reading model is still loading; your answer comes as soon as it is ready…',
};

/** Draws an exchange into its element. `act` has: cite, retry, edit, ignore, drop, follow, saved, show. */
export function draw(element, exchange, act, { last, running }) {
  const parts = [question(exchange, act, running)];
  const answer = exchange.answer;
  if (answer) parts.push(body(answer, act), running ? null : under(exchange, act));
  if (exchange.problem) parts.push(problem(exchange, act));
  if (running && !exchange.final) parts.push(h('p', { class: 'doing' }, DOING[exchange.state] ?? DOING.reading));
  if (answer && !running) parts.push(actions(exchange, act));
  if (last && !running && exchange.followUps?.length) parts.push(followUps(exchange.followUps, act));
  fill(element, parts);
}

function question(exchange, act, running) {
  const line = h('div', { class: 'asked' }, h('h2', {}, exchange.question),
    running ? null : button('Edit the question', 'edit', () => edit(line, exchange, act), { quiet: true }));
  return line;
}

function edit(line, exchange, act) {
  const field = h('textarea', { class: 'edit', value: exchange.question, rows: 2, maxLength: 2000, 'aria-label': 'Question' });
  const cancel = () => act.redraw();
  const done = () => (field.value.trim() ? act.edit(exchange, field.value.trim()) : cancel());
  field.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && !event.shiftKey) { event.preventDefault(); done(); }
    if (event.key === 'Escape') { event.stopPropagation(); cancel(); }
  });
  fill(line, h('div', { class: 'editing' }, field, h('div', { class: 'lane' },
    button('Ask again', null, done, { kind: 'primary' }), button('Cancel', null, cancel))));
  field.focus();
}

function body(answer, act) {
  if (answer.refused) return h('div', { class: 'answer refused' }, h('p', {}, answer.text));
  const known = new Map(answer.citations.map((item) => [String(item.number), item]));
  const paragraph = h('p', {});
  const pieces = answer.text.split(/\s*\[(\d+)\]/);
  pieces.forEach((piece, place) => {
    const item = place % 2 ? known.get(piece) : null;
    if (item) lastWord(paragraph).append(citation(item, act, answer));
    else if (piece) paragraph.append(place % 2 ? ` [${piece}]` : piece);
  });
  return h('div', { class: 'answer' }, paragraph);
}

/** The last word of a paragraph in a box of its own, so that its citation is never alone on a line. */
function lastWord(paragraph) {
  const text = paragraph.lastChild;
  if (text?.nodeType !== Node.TEXT_NODE) return text?.className === 'kept' ? text : paragraph;
  const [, before, word] = text.data.match(/^([\s\S]*?)(\S{0,24})$/);
  text.data = before;
  return paragraph.appendChild(h('span', { class: 'kept' }, word));
}

function citation(item, act, answer) {
  const label = `Source ${item.number}: ${[item.source, item.date, item.title].filter(Boolean).join(', ')}`;
  const mark = h('button', {
    type: 'button', class: 'cite', 'aria-label': label, onclick: () => { hideHover(); act.cite(answer, item.number); },
    onmouseenter: () => showHover(mark, item), onmouseleave: hideHover, onfocus: () => showHover(mark, item), onblur: hideHover,
  }, String(item.number));
  return h('sup', {}, mark);
}

/** Below the answer: how sure, what was searched, how the question was read, notes. */
function under(exchange, act) {
  const answer = exchange.answer;
  const meta = [answer.confidence_words, answer.searched].filter(Boolean).join(' · ');
  const read = answer.chips.map((chip) => chipOf(chip, () => act.ignore(exchange, chip.words)));
  const chips = read.length ? h('p', { class: 'chips' }, h('span', { class: 'facts' }, 'Read as'), read) : null;
  const notes = answer.notes.map((note) => h('p', { class: 'note' }, note));
  const written = answer.model ? h('p', { class: 'note' }, `Written by ${answer.model}; every sentence was checked.`) : null;
  const open = h('button', { type: 'button', class: 'link sources', onclick: () => act.show(answer) },
    answer.refused ? 'Nearest passages' : `${answer.citations.length} source${answer.citations.length === 1 ? '' : 's'}`);
  return h('div', { class: 'under' }, h('p', { class: 'facts meta' }, meta ? `${meta} · ` : '', open), chips, notes, written,
    answer.refused ? loosen(exchange, act) : null);
}

function chipOf(chip, remove) {
  return h('span', { class: 'chip' }, `“${chip.words}” `, h('span', { class: 'facts' }, chip.label),
    button(`Ask without “${chip.words}”`, 'close', remove, { quiet: true, kind: 'tiny' }));
}

/** What a refusal can be asked again without. */
function loosen(exchange, act) {
  const asked = exchange.filters ?? {};
  const ways = exchange.answer.chips.map((chip) => [`without “${chip.words}”`, () => act.ignore(exchange, chip.words)]);
  if (asked.since || asked.until) ways.push(['at any time', () => act.drop(exchange, ['since', 'until'])]);
  if (asked.sources?.length) ways.push(['in all outlets', () => act.drop(exchange, ['sources'])]);
  const buttons = ways.map(([name, go]) => h('button', { type: 'button', class: 'suggestion', onclick: go }, `Search ${name}`));
  const hint = 'Nothing in the library answers this well enough to quote.';
  return h('div', { class: 'loosen' }, h('p', { class: 'note' }, hint), buttons.length ? h('div', { class: 'lane' }, buttons) : null);
}

function problem(exchange, act) {
  return h('div', { class: 'problem', role: 'alert' }, h('p', {}, exchange.problem),
    button('Try again', 'retry', () => act.retry(exchange)));
}

function actions(exchange, act) {
  const given = exchange.verdict;
  const thumb = (verdict, name) => button(name, verdict, () => judge(exchange, verdict, row, act), {
    quiet: true, 'aria-pressed': String(given === verdict),
  });
  const row = h('div', { class: 'actions' },
    button('Copy with citations', 'copy', () => copy(exchange.answer.markdown), { quiet: true }),
    button('Ask again', 'retry', () => act.retry(exchange), { quiet: true }),
    thumb('up', 'Good answer'), thumb('down', 'Bad answer'));
  return row;
}

function followUps(questions, act) {
  const list = questions.map((text) => h('li', {},
    h('button', { type: 'button', class: 'suggestion', onclick: () => act.follow(text) }, text, icon('right'))));
  return h('div', { class: 'follow' }, h('h3', { class: 'small' }, 'Ask next'), h('ul', {}, list));
}

export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const field = h('textarea', { class: 'unseen', value: text });
    document.body.append(field);
    field.select();
    document.execCommand('copy');
    field.remove();
  }
  notice('Copied with its sources.');
}

async function judge(exchange, verdict, row, act) {
  if (exchange.verdict === verdict) {
    await told(() => send('DELETE', `/api/feedback/${exchange.id}`));
    act.saved(exchange, '');
    return;
  }
  if (verdict === 'up') {
    if (await told(() => send('POST', '/api/feedback', opinion(exchange, 'up')))) act.saved(exchange, 'up');
    return;
  }
  row.parentElement.querySelector('.why')?.remove();
  const form = why(exchange, act);
  row.after(form);
  form.querySelector('input').focus();
}

function why(exchange, act) {
  const note = h('input', { class: 'field', placeholder: 'Anything else? (optional)', 'aria-label': 'Anything else', maxLength: 500 });
  const choices = REASONS.map((reason, place) => h('label', { class: 'choice' },
    h('input', { type: 'radio', name: `why-${exchange.id}`, value: reason, checked: place === 0 }), reason));
  const form = h('form', { class: 'why', onsubmit: async (event) => {
    event.preventDefault();
    const reason = form.querySelector('input[type=radio]:checked').value;
    const said = { ...opinion(exchange, 'down'), reason, note: note.value };
    if (await told(() => send('POST', '/api/feedback', said))) act.saved(exchange, 'down');
  } }, h('fieldset', {}, h('legend', {}, 'What is not right?'), choices), note,
  h('div', { class: 'lane' }, button('Send', null, null, { type: 'submit', kind: 'primary' }),
    button('Cancel', null, () => form.remove())));
  return form;
}

function opinion(exchange, verdict) {
  const answer = exchange.answer;
  return {
    id: exchange.id, verdict, question: exchange.question, answer: answer.text, confidence: answer.confidence,
    model: answer.model, article_ids: [...new Set(answer.citations.map((item) => item.article_id))],
  };
}

async function told(doing) {
  try {
    await doing();
    notice('Thank you. It is kept with the library.');
    return true;
  } catch (error) {
    notice(error.message);
    return false;
  }
}
