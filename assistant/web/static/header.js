// The line above the tabs: name, state of the library, light and dark, keys.

import { look, subscribe } from './api.js';
import { button, fill, h, openTab } from './dom.js';

const THEMES = { auto: 'light', light: 'dark', dark: 'auto' };
const dark = matchMedia('(prefers-color-scheme: dark)');

export function start(root) {
  document.getElementById('first')?.remove();
  document.documentElement.lang = 'en';
  const state = h('p', { class: 'state', role: 'status' });
  const leave = h('form', { class: 'leave', method: 'post', action: '/logout', hidden: true },
    button('Log out', 'leave', null, { quiet: true, type: 'submit' }));
  fill(root, h('h1', { class: 'brand' }, 'Briefing'), state, leave, toggle());
  subscribe((status) => { show(state, status); leave.hidden = !status.locked; });
  addEventListener('visibilitychange', () => document.hidden || look());
  addEventListener('keydown', keys);
  hideTheEmpty();
}

function show(state, status) {
  const count = `${(status.articles ?? 0).toLocaleString('en')} article${status.articles === 1 ? '' : 's'}`;
  const span = status.years ? `, ${status.years}` : '';
  const doing = { loading: ' · the reading model is loading', failed: ` · ${status.problem}`, gone: status.problem };
  state.classList.toggle('busy', status.models === 'loading');
  state.textContent = status.models === 'gone' ? doing.gone : `${count}${span}${doing[status.models] ?? ''}`;
}

function toggle() {
  let chosen = localStorage.getItem('briefing.theme') ?? 'auto';
  const one = button('', 'sun', () => {
    chosen = THEMES[chosen];
    localStorage.setItem('briefing.theme', chosen);
    apply();
  }, { quiet: true, kind: 'theme' });
  const apply = () => {
    document.body.classList.toggle('dark', chosen === 'dark' || (chosen === 'auto' && dark.matches));
    const name = `Colours: ${{ auto: 'as the system', light: 'light', dark: 'dark' }[chosen]}. Change`;
    one.setAttribute('aria-label', name);
    one.title = name;
  };
  dark.addEventListener('change', apply);
  apply();
  return one;
}

function keys(event) {
  if ((event.ctrlKey || event.metaKey) && !event.shiftKey && event.key.toLowerCase() === 'k') {
    event.preventDefault();
    openTab('Ask');
    requestAnimationFrame(() => document.getElementById('question')?.focus());
  }
}

// Gradio leaves a few empty landmarks and a settings footer; readers of the page need none of them.
function hideTheEmpty() {
  document.querySelectorAll('footer').forEach((footer) => footer.remove());
}
