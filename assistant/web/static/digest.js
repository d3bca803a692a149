// The tab for the digest: a calendar that knows which days have articles, the page as it prints, the page as a file.

import { get, subscribe } from './api.js';
import { button, fill, h, icon, say } from './dom.js';
import { openArticle } from './evidence.js';

const NAMES = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const FILES = [['pdf', 'PDF'], ['html', 'HTML'], ['md', 'Markdown']];
const month = (iso) => iso.slice(0, 7);
const words = (iso, options) => new Intl.DateTimeFormat('en-GB', { ...options, timeZone: 'UTC' }).format(new Date(`${iso}T00:00:00Z`));

export function start(root) {
  new Digest(root);
}

class Digest {
  constructor(root) {
    this.days = new Map(); // "2024-10-30" → number of articles
    this.chosen = '';
    this.calendar = h('div', { class: 'calendar' });
    this.bar = h('div', { class: 'digest-bar' });
    this.sheet = h('div', { class: 'sheet' }, h('p', { class: 'hint' }, 'Pick a day to see its page.'));
    fill(root, h('div', { class: 'digest-tab' },
      h('aside', { class: 'digest-side', 'aria-label': 'Days' }, h('h2', { class: 'small' }, 'Days with articles'), this.calendar),
      h('section', { class: 'digest-main', 'aria-label': 'Digest' }, this.bar, this.sheet)));
    let generation = -1;
    subscribe((status) => {
      if (status.generation === undefined || status.generation === generation) return;
      generation = status.generation;
      this.load();
    });
  }

  async load() {
    const days = await get('/api/days').catch(() => []);
    this.days = new Map(days.map((item) => [item.date, item.articles]));
    const newest = days[0]?.date;
    if (!this.shown || !this.months().includes(this.shown)) this.shown = newest ? month(newest) : '';
    this.draw();
  }

  months() {
    return [...new Set([...this.days.keys()].map(month))].sort();
  }

  draw(focus = '') {
    if (!this.shown) {
      fill(this.calendar, h('p', { class: 'hint' }, 'No article carries a date yet. Add some under Articles.'));
      return;
    }
    const months = this.months();
    const at = months.indexOf(this.shown);
    const step = (by, name, picture) => button(name, picture, () => { this.shown = months[at + by]; this.draw(name); }, {
      quiet: true, disabled: !months[at + by],
    });
    const choose = h('select', { class: 'field', 'aria-label': 'Month', onchange: () => { this.shown = choose.value; this.draw('Month'); } },
      months.toReversed().map((one) => h('option', { value: one, selected: one === this.shown }, words(`${one}-01`, { month: 'long', year: 'numeric' }))));
    fill(this.calendar, h('div', { class: 'lane months' }, step(-1, 'Earlier month with articles', 'left'), choose,
      step(1, 'Later month with articles', 'right')), this.grid());
    const again = focus && this.calendar.querySelector(`[aria-label="${focus}"]`);
    if (again) (again.disabled ? choose : again).focus();
  }

  grid() {
    const [year, number] = this.shown.split('-').map(Number);
    const before = (new Date(Date.UTC(year, number - 1, 1)).getUTCDay() + 6) % 7;
    const length = new Date(Date.UTC(year, number, 0)).getUTCDate();
    const cells = [...Array(before).fill(null), ...Array.from({ length }, (_, place) => place + 1)];
    const rows = [];
    for (let left = 0; left < cells.length; left += 7) {
      rows.push(h('tr', {}, cells.slice(left, left + 7).map((day) => h('td', {}, day ? this.cell(day) : null))));
    }
    return h('table', { class: 'month' }, h('thead', {}, h('tr', {}, NAMES.map((name) => h('th', { scope: 'col' }, name)))),
      h('tbody', {}, rows));
  }

  cell(day) {
    const iso = `${this.shown}-${String(day).padStart(2, '0')}`;
    const count = this.days.get(iso);
    if (!count) return h('span', { class: 'empty-day' }, String(day));
    const label = `${words(iso, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' })}, ${count} article${count > 1 ? 's' : ''}`;
    return h('button', {
      type: 'button', class: 'day', 'aria-label': label, title: label, 'aria-pressed': String(iso === this.chosen),
      onclick: () => this.pick(iso, label),
    }, String(day));
  }

  pick(iso) {
    this.chosen = iso;
    this.draw();
    this.calendar.querySelector('[aria-pressed=true]')?.focus();
    const links = FILES.map(([kind, name]) => h('a', {
      class: 'button', href: `/api/digest/${iso}.${kind}?download=true`, download: `digest-${iso}.${kind}`,
    }, icon('save'), h('span', {}, name)));
    fill(this.bar, h('h2', {}, words(iso, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' })), h('div', { class: 'lane' }, links));
    const wait = h('p', { class: 'doing', role: 'status' }, 'Making the page…');
    const frame = h('iframe', { class: 'page', title: `Digest of ${iso}`, src: `/api/digest/${iso}.html` });
    frame.setAttribute('sandbox', 'allow-same-origin'); // no scripts; this page listens for clicks on its citations
    frame.addEventListener('load', () => { wait.remove(); frame.classList.add('there'); this.opened(frame, iso); });
    fill(this.sheet, wait, frame);
  }

  opened(frame, iso) {
    const inside = frame.contentDocument;
    const paper = inside.body.firstElementChild;
    const fit = () => { frame.style.height = `${Math.ceil(paper.getBoundingClientRect().bottom + inside.documentElement.scrollTop) + 28}px`; };
    fit();
    new ResizeObserver(fit).observe(frame.parentElement);
    say('The digest is shown.');
    const made = get(`/api/digest?date=${iso}`).catch(() => ({ sources: [] }));
    const known = made.then(({ sources }) => new Map(sources.map((source) => [String(source.number), source.article_id])));
    inside.addEventListener('click', async (event) => {
      const link = event.target.closest?.('a');
      if (!link) return;
      event.preventDefault();
      const place = link.hash?.match(/^#source-(\d+)$/) ?? link.closest('li')?.id.match(/^source-(\d+)$/);
      const article = place && (await known).get(place[1]);
      if (article) openArticle(article);
    });
  }
}
