// The box that a question is written in, with the filters that it is asked with.

import { button, fill, h, icon } from './dom.js';
import { filters as makeFilters } from './filters.js';

const TALLEST = 200; // pixels; a longer question scrolls

/** `act` has: ask (with the question), stop, running (whether an answer grows). */
export function composer(act) {
  const filters = makeFilters();
  const field = h('textarea', {
    id: 'question', rows: 1, maxLength: 2000, placeholder: 'Ask about your articles', 'aria-label': 'Question',
    'aria-keyshortcuts': 'Control+K', oninput: grow,
    onkeydown: (event) => {
      if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) { event.preventDefault(); submit(); }
    },
  });
  const go = button('Ask', 'send', () => (act.running() ? act.stop() : submit()), { quiet: true, kind: 'primary round' });
  const hint = h('p', { class: 'facts keys', 'aria-hidden': 'true' }, 'Enter asks · Ctrl K comes back here');
  const element = h('div', { class: 'composer' }, filters.form,
    h('div', { class: 'box' }, filters.chips, field, h('div', { class: 'lane' }, filters.toggle, hint, go)));

  function submit() {
    const text = field.value.trim();
    if (!text || act.running()) return;
    field.value = '';
    grow();
    act.ask(text);
  }

  function grow() {
    field.style.height = 'auto';
    field.style.height = `${Math.min(field.scrollHeight, TALLEST)}px`;
  }

  /** The button says what it does now. */
  function draw() {
    const name = act.running() ? 'Stop' : 'Ask';
    fill(go, icon(name === 'Stop' ? 'stop' : 'send'));
    go.setAttribute('aria-label', name);
    go.title = name;
  }

  return { element, filters, draw, focus: () => field.focus() };
}
