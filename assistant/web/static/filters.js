// Days and outlets that a question is asked of: a small form, and a chip for each filter that is on.

import { button, day, fill, h } from './dom.js';

export const none = () => ({ since: '', until: '', sources: [] });

/** `chips` shows what is on, `form` is opened by `toggle`; `value()` is what is asked with. */
export function filters(changed) {
  let value = none();
  let sources = {};
  const chips = h('div', { class: 'chips on' });
  const form = h('div', { class: 'filters', id: 'filters', hidden: true, role: 'group', 'aria-label': 'Days and outlets' });
  const toggle = button('Days and outlets', 'filter', () => open(form.hidden), {
    kind: 'flat', 'aria-expanded': 'false', 'aria-controls': 'filters',
  });

  function open(shown) {
    form.hidden = !shown;
    toggle.setAttribute('aria-expanded', String(shown));
    if (shown) form.querySelector('input')?.focus();
  }

  function set(next) {
    value = { ...value, ...next };
    drawChips();
    changed?.();
  }

  function drawChips() {
    const shown = [];
    if (value.since) shown.push(chip(`since ${day(value.since)}`, () => set({ since: '' })));
    if (value.until) shown.push(chip(`until ${day(value.until)}`, () => set({ until: '' })));
    value.sources.forEach((name) => shown.push(
      chip(name, () => set({ sources: value.sources.filter((other) => other !== name) }))));
    fill(chips, shown);
    chips.hidden = !shown.length;
    drawForm();
  }

  function chip(text, remove) {
    return h('span', { class: 'chip' }, text, button(`Remove the filter ${text}`, 'close', remove, { quiet: true, kind: 'tiny' }));
  }

  function drawForm() {
    const date = (name, label) => h('label', {}, label, h('input', {
      type: 'date', class: 'field', value: value[name], onchange: (event) => set({ [name]: event.target.value }),
    }));
    const names = Object.entries(sources).map(([name, count]) => h('label', { class: 'choice' }, h('input', {
      type: 'checkbox', checked: value.sources.includes(name),
      onchange: (event) => set({
        sources: event.target.checked ? [...value.sources, name] : value.sources.filter((other) => other !== name),
      }),
    }), `${name} `, h('span', { class: 'facts' }, String(count))));
    const focused = document.activeElement?.closest?.('#filters') ? [...form.querySelectorAll('input')].indexOf(document.activeElement) : -1;
    fill(form, h('div', { class: 'lane' }, date('since', 'Since'), date('until', 'Until')),
      names.length > 1 ? h('fieldset', { class: 'outlets' }, h('legend', {}, 'Outlets'), names) : null);
    if (focused >= 0) form.querySelectorAll('input')[focused]?.focus();
  }

  form.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    open(false);
    toggle.focus();
  });
  drawChips();
  return {
    chips, form, toggle, set, close: () => open(false), value: () => ({ ...value }),
    know: (found) => { if (JSON.stringify(found) !== JSON.stringify(sources)) { sources = found; drawForm(); } },
  };
}
