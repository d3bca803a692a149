// The conversations of this browser: open, rename, delete, export.

import { button, fill, h, notice } from './dom.js';
import * as store from './store.js';

/** Draws the list. `act` has: fresh, open, close. */
export function draw(element, current, act) {
  const entries = store.list();
  const rows = entries.map((entry) => row(element, entry, current, act));
  fill(element,
    h('div', { class: 'rail-head' }, h('h2', { class: 'small' }, 'Conversations'),
      button('Close', 'close', act.close, { quiet: true, kind: 'narrow' })),
    button('New conversation', 'plus', act.fresh, { kind: 'wide' }),
    rows.length ? h('ul', { class: 'rail-list' }, rows)
      : h('p', { class: 'hint' }, 'Your questions are kept here, in this browser only.'),
    current.exchanges.length ? exports(current) : null);
}

function row(element, entry, current, act) {
  const here = entry.id === current.id;
  const open = h('button', {
    type: 'button', class: 'rail-open', 'aria-current': here ? 'true' : null, onclick: () => act.open(entry.id), title: entry.title,
  }, entry.title);
  const line = h('li', { class: here ? 'here' : '' }, open,
    button(`Rename “${entry.title}”`, 'edit', () => rename(line, element, entry, current, act), { quiet: true, kind: 'tiny' }),
    button(`Delete “${entry.title}”`, 'trash', () => remove(line, element, entry, current, act), { quiet: true, kind: 'tiny' }));
  return line;
}

function rename(line, element, entry, current, act) {
  const field = h('input', { class: 'field', value: entry.title, maxLength: 120, 'aria-label': 'New name' });
  let over = false;
  const done = (keep) => {
    if (over) return;
    over = true;
    const title = field.value.trim();
    if (keep && title) {
      store.rename(entry.id, title);
      if (entry.id === current.id) current.title = title;
    }
    draw(element, current, act);
  };
  field.addEventListener('keydown', (event) => {
    if (event.key === 'Enter') done(true);
    if (event.key === 'Escape') { event.stopPropagation(); done(false); }
  });
  field.addEventListener('blur', () => done(true));
  fill(line, field);
  field.select();
}

function remove(line, element, entry, current, act) {
  const back = () => draw(element, current, act);
  const go = () => {
    store.remove(entry.id);
    notice('The conversation was deleted.');
    if (entry.id === current.id) act.fresh();
    else back();
  };
  const yes = button('Delete', null, go, { kind: 'danger' });
  fill(line, h('span', { class: 'sure' }, 'Delete it?'), yes, button('Keep', null, back));
  yes.focus();
}

function exports(current) {
  return h('div', { class: 'rail-foot' }, h('h3', { class: 'small' }, 'This conversation'),
    button('Export as Markdown', 'save', () => store.exportMarkdown(current), { kind: 'wide' }),
    button('Export as JSON', 'save', () => store.exportJson(current), { kind: 'wide' }));
}
