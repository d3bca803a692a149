// What an empty conversation shows: the size of the library and questions that it answers, or how to fill it.

import { get, look, send } from './api.js';
import { button, h, icon, openTab } from './dom.js';

const AGAIN = 1500; // milliseconds until the examples are asked for again, while more are being found

/** The welcome of a library in this state. `examples` are the questions when they are known; else `found` is told them. */
export function welcome(status, { examples, found, ask }) {
  if (status && !status.articles) return empty(status.samples);
  const box = h('div', { class: 'welcome' }, h('h2', {}, 'What would you like to know?'), h('p', { class: 'lead' }, lead(status)));
  if (examples) box.append(list(examples, ask));
  else load(box, found, ask);
  return box;
}

function lead(status) {
  if (!status) return '';
  const size = `${status.articles.toLocaleString('en')} article${status.articles === 1 ? '' : 's'}`;
  const years = status.years ? `, ${status.years}` : '';
  return `${size}${years}. Every sentence of an answer comes from one of them, with its place.`;
}

function list(questions, ask) {
  return h('ul', { class: 'examples', 'aria-label': 'Examples' }, questions.map((text) => h('li', {},
    h('button', { type: 'button', class: 'suggestion', onclick: () => ask(text) }, text, icon('right')))));
}

async function load(box, found, ask) {
  let shown = h('p', { class: 'hint' }, 'Questions that your articles answer will appear here…');
  box.append(shown);
  await Promise.resolve(); // the box is put into the page by whoever called
  while (shown.isConnected) {
    const { questions, ready } = await get('/api/examples').catch(() => ({ questions: [], ready: true }));
    if (questions.length) {
      const next = list(questions, ask);
      shown.replaceWith(next);
      shown = next;
    } else if (ready) shown.remove();
    if (ready) return found(questions);
    await new Promise((resolve) => { setTimeout(resolve, AGAIN); });
  }
  return undefined;
}

function empty(hasSamples) {
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
    h('div', { class: 'lane' }, hasSamples ? add : null,
      button('Add your own', 'save', () => openTab('Articles'))), problem);
}
