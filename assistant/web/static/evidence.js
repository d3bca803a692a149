// The evidence beside an answer, the card that hovers over a citation, and the whole article at its place.

import { get } from './api.js';
import { button, cut, day, facts, fill, h } from './dom.js';

/** The panel of one answer: cited passages first, related ones folded. */
export function panel(answer, { prefix = 'source' } = {}) {
  if (!answer) return [h('p', { class: 'hint' }, 'The passages behind an answer are shown here, each in its place.')];
  const parts = answer.citations.map((item) => card(item, prefix));
  if (answer.related.length) {
    const cards = answer.related.map((item) => card(item, prefix));
    const title = answer.refused ? 'Nearest passages' : `Related passages (${cards.length})`;
    parts.push(h('details', { class: 'related', open: answer.refused }, h('summary', {}, title), cards));
  }
  return parts.length ? parts : [h('p', { class: 'hint' }, 'No passage of the library comes near this question.')];
}

function card(item, prefix) {
  const head = h('div', { class: 'card-head' },
    item.number ? h('span', { class: 'number', 'aria-hidden': 'true' }, String(item.number)) : null,
    h('div', {}, h('h3', {}, item.title), h('p', { class: 'facts' }, facts(item), others(item.also_in))));
  return h('article', {
    class: item.number ? 'card' : 'card near', id: item.number ? `${prefix}-${item.number}` : '', tabIndex: -1,
    'aria-label': `${item.number ? `Source ${item.number}: ` : ''}${item.title}`,
  }, head, h('blockquote', {}, item.number ? inPlace(item) : spaced(item.quotation.trim())),
  h('button', { type: 'button', class: 'link', onclick: () => openArticle(item.article_id, item) }, 'Open article'));
}

function others(list) {
  if (!list.length) return null;
  const names = list.map((other) => `${facts(other)}: ${other.title}`).join('\n');
  const count = list.length === 1 ? '1 other' : `${list.length} others`;
  return h('span', { class: 'also', title: names, tabIndex: 0 }, `also in ${count}`, h('span', { class: 'unseen' }, names));
}

/** The paragraph: neighbours muted, the quotation marked, the words that answer in bold. */
function inPlace(item) {
  const [from, to] = [item.answer_start, item.answer_end];
  const inside = to > from
    ? [spaced(cut(item.quotation, 0, from)), h('strong', {}, cut(item.quotation, from, to)), spaced(cut(item.quotation, to))]
    : spaced(item.quotation);
  return [spaced(item.before.trimStart()), h('mark', {}, inside), spaced(item.after.trimEnd())];
}

/** The text with a small gap, not a whole empty line, between two paragraphs. */
function spaced(text) {
  return text.split(/\n\s*\n/).flatMap((part, place) => (place ? [h('span', { class: 'gap' }), part] : [part]));
}

let hover;

/** Show what a citation quotes beside it. */
export function showHover(anchor, item) {
  hideHover();
  hover = h('div', { class: 'hover', role: 'tooltip', id: 'hover' },
    h('p', { class: 'facts' }, facts(item)), h('p', { class: 'hover-title' }, item.title),
    h('p', { class: 'hover-quote' }, item.quotation.trim()));
  document.body.append(hover);
  anchor.setAttribute('aria-describedby', 'hover');
  const at = anchor.getBoundingClientRect();
  const size = hover.getBoundingClientRect();
  const column = anchor.closest('.chat')?.getBoundingClientRect() ?? { left: 0, right: innerWidth };
  const left = Math.max(column.left + 8, Math.min(at.left - 24, column.right - size.width - 8)); // the evidence stays in sight
  const below = at.bottom + 8; // above it would hide the answer
  hover.style.left = `${left}px`;
  hover.style.top = `${below + size.height < innerHeight - 8 ? below : Math.max(8, at.top - size.height - 8)}px`;
}

export function hideHover() {
  document.querySelector('[aria-describedby=hover]')?.removeAttribute('aria-describedby');
  hover?.remove();
  hover = undefined;
}

let dialog;

/** The whole article in a dialog; with a citation, at its place and marked. */
export async function openArticle(id, citation = null, extra = []) {
  dialog?.remove();
  const body = h('div', { class: 'reader-body', tabIndex: 0, role: 'region', 'aria-label': 'Article' },
    h('p', { class: 'hint' }, 'Opening…'));
  const close = button('Close', 'close', () => dialog.close(), { quiet: true });
  dialog = h('dialog', { class: 'reader', 'aria-label': 'Article', onclose: () => dialog.remove() },
    h('div', { class: 'reader-bar' }, extra, close), body);
  dialog.addEventListener('click', (event) => event.target === dialog && dialog.close());
  document.querySelector('.gradio-container').append(dialog);
  dialog.showModal();
  try {
    const article = await get(`/api/articles/${encodeURIComponent(id)}`);
    fill(body, heading(article), paragraphs(article.text, citation));
    dialog.setAttribute('aria-label', article.title);
    body.querySelector('mark')?.scrollIntoView({ block: 'center' });
  } catch (error) {
    fill(body, h('p', { role: 'alert' }, error.message));
  }
  body.focus({ preventScroll: true });
}

function heading(article) {
  const link = article.url
    ? h('a', { href: article.url, target: '_blank', rel: 'noopener noreferrer nofollow' }, 'Original page') : null;
  const line = [article.source, day(article.date), ...article.authors].filter(Boolean).join(' · ');
  return [h('h2', {}, article.title), h('p', { class: 'facts' }, line, link ? ' · ' : null, link)];
}

function paragraphs(text, citation) {
  const letters = Array.from(text);
  const [from, to] = citation ? [citation.start, citation.end] : [0, 0];
  const made = [];
  let start = 0;
  for (let place = 0; place <= letters.length; place += 1) {
    if (place < letters.length && !(letters[place] === '\n' && letters[place + 1] === '\n')) continue;
    const [left, right] = [Math.max(start, Math.min(from, place)), Math.max(start, Math.min(to, place))];
    const part = (a, b) => letters.slice(a, b).join('');
    const marked = right > left ? h('mark', {}, part(left, right)) : null;
    made.push(h('p', {}, part(start, left), marked, part(right, place)));
    start = place + 2;
    place += 1;
  }
  return made;
}
