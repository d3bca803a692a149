// Elements without markup: everything that is shown goes through textContent, so no text can become a tag or a script.

const SVG = 'http://www.w3.org/2000/svg';
const PATHS = {
  send: 'M12 19V5M6 11l6-6 6 6',
  stop: 'M8 8h8v8H8z',
  copy: 'M9 9h10v11H9zM5 15V4h10',
  retry: 'M4 12a8 8 0 1 1 2.3 5.6M4 19v-5h5',
  edit: 'M4 20l1-4L16 5l3 3L8 19zM14 7l3 3',
  up: 'M7 11v9H4v-9zM7 11l4-7c2 0 2.500 1.500 2 3l-.7 3H19a1.500 1.500 0 0 1 1.500 1.800l-1.300 6.500A2 2 0 0 1 17.200 20H7',
  down: 'M17 13V4h3v9zM17 13l-4 7c-2 0-2.500-1.500-2-3l.7-3H5a1.500 1.500 0 0 1-1.500-1.800l1.300-6.500A2 2 0 0 1 6.800 4H17',
  close: 'M6 6l12 12M18 6L6 18',
  plus: 'M12 5v14M5 12h14',
  filter: 'M4 6h16M7 12h10M10 18h4',
  list: 'M4 6h16M4 12h16M4 18h10',
  quote: 'M5 5h14v14H5zM8 9h8M8 12h8M8 15h5',
  trash: 'M5 7h14M9 7V4h6v3M7 7l1 13h8l1-13',
  save: 'M12 4v11M7 11l5 5 5-5M5 20h14',
  sun: 'M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8M12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.500 1.500M17.500 17.500L19 19M5 19l1.500-1.500M17.500 6.500L19 5',
  leave: 'M14 4H5v16h9M10 12h10M16 8l4 4-4 4',
  left: 'M15 5l-7 7 7 7',
  right: 'M9 5l7 7-7 7',
};

/** An element: h('p', {class: 'note', onclick: f, ariaLabel: 'x'}, 'text', other). Null children are left out. */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (name === 'class') element.className = value;
    else if (name.includes('-') || name === 'role' || name === 'for') element.setAttribute(name, value);
    else element[name] = value;
  }
  element.append(...children.flat(3).filter((child) => child !== null && child !== undefined && child !== ''));
  return element;
}

export function icon(name) {
  const svg = document.createElementNS(SVG, 'svg');
  for (const [key, value] of Object.entries({ viewBox: '0 0 24 24', class: 'icon', 'aria-hidden': 'true' })) {
    svg.setAttribute(key, value);
  }
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', PATHS[name]);
  svg.append(path);
  return svg;
}

/** A button with an icon and a name; the name is shown unless `quiet`. */
export function button(name, picture, onclick, { quiet = false, kind = '', ...more } = {}) {
  return h('button', {
    type: 'button', class: `button ${quiet ? 'quiet ' : ''}${kind}`, onclick, title: quiet ? name : null,
    'aria-label': quiet ? name : null, ...more,
  }, picture ? icon(picture) : null, quiet ? null : h('span', {}, name));
}

/** text[start:end] in characters as Python counts them. */
export function cut(text, start, end) {
  return /[\ud800-\udfff]/.test(text) ? Array.from(text).slice(start, end).join('') : text.slice(start, end);
}

const DAY = { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' };

/** "24 Sep 2015" of "2015-09-24". */
export function day(iso) {
  return iso ? new Intl.DateTimeFormat('en-GB', DAY).format(new Date(`${iso}T00:00:00Z`)) : 'undated';
}

/** "Wikinews · 24 Sep 2015", as far as it is known. */
export function facts(item) {
  return [item.source, day(item.date)].filter(Boolean).join(' · ');
}

export function fill(element, ...children) {
  element.replaceChildren(...children.flat(3).filter((child) => child !== null && child !== undefined));
}

let region;

/** Tell screen readers. */
export function say(text) {
  region ??= document.body.appendChild(h('div', { class: 'unseen', role: 'status', 'aria-live': 'polite' }));
  region.textContent = text;
}

/** A short notice at the foot of the page. */
export function notice(text) {
  document.querySelector('.notice')?.remove();
  const shown = h('div', { class: 'notice', role: 'status' }, text);
  document.body.append(shown);
  setTimeout(() => shown.remove(), 4000);
}

/** Open another tab of the page. */
export function openTab(name) {
  [...document.querySelectorAll('#tabs [role=tab]')].find((tab) => tab.textContent.trim() === name)?.click();
}
