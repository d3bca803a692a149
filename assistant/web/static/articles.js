// The tab for the articles: add files and links, find, sort, read, remove.

import { get, look, send, subscribe, upload } from './api.js';
import { button, day, fill, h, icon, notice } from './dom.js';
import { openArticle } from './evidence.js';

const SORTS = [['newest', 'Newest first'], ['oldest', 'Oldest first'], ['title', 'By title'], ['outlet', 'By outlet']];
const WORDS = { added: 'Added', updated: 'Updated', unchanged: 'Already there', duplicate: 'Already there', failed: 'Not read' };
const STEP = 50;

export function start(root) {
  new Articles(root);
}

class Articles {
  constructor(root) {
    this.limit = STEP;
    this.results = h('ul', { class: 'results', 'aria-label': 'What became of the files', 'aria-live': 'polite' });
    this.find = h('input', { type: 'search', class: 'field', placeholder: 'Title, outlet or day', 'aria-label': 'Find articles', oninput: () => this.later() });
    this.sort = h('select', { class: 'field', 'aria-label': 'Order', onchange: () => this.load() },
      SORTS.map(([value, name]) => h('option', { value }, name)));
    this.list = h('div', { class: 'list' });
    fill(root, h('div', { class: 'articles-tab' },
      h('aside', { class: 'adding', 'aria-label': 'Add articles' }, h('h2', { class: 'small' }, 'Add articles'), this.files(), this.link(), this.results),
      h('section', { class: 'having', 'aria-label': 'Articles' }, h('div', { class: 'lane finding' }, this.find, this.sort), this.list)));
    let generation = -1;
    subscribe((status) => {
      if (status.generation === undefined || status.generation === generation) return;
      generation = status.generation;
      this.samples = status.samples;
      this.load();
    });
  }

  files() {
    const input = h('input', { type: 'file', multiple: true, class: 'unseen', id: 'files', onchange: () => { this.take([...input.files]); input.value = ''; } });
    const zone = h('label', { class: 'drop', for: 'files' }, icon('plus'), h('strong', {}, 'Choose files or drop them here'),
      h('span', { class: 'facts' }, 'Text, Markdown, web pages, PDF, Word, mail, JSON, CSV, ZIP'));
    const over = (on) => (event) => { event.preventDefault(); zone.classList.toggle('over', on); };
    zone.addEventListener('dragover', over(true));
    zone.addEventListener('dragleave', over(false));
    zone.addEventListener('drop', (event) => { over(false)(event); this.take([...event.dataTransfer.files]); });
    return h('div', { class: 'files' }, input, zone);
  }

  link() {
    const address = h('input', { type: 'url', class: 'field', placeholder: 'https://…', 'aria-label': 'Address of an article or a feed', required: true });
    const follow = h('input', { type: 'checkbox' });
    return h('form', { class: 'link-form', onsubmit: async (event) => {
      event.preventDefault();
      const row = this.row(address.value);
      row.working('Reading…');
      try {
        row.done(await send('POST', '/api/links', { address: address.value, follow: follow.checked }));
        address.value = '';
      } catch (error) {
        row.failed(error.message);
      }
      look();
    } }, h('div', { class: 'lane' }, address, button('Add', null, null, { type: 'submit' })),
    h('label', { class: 'choice' }, follow, 'Follow it as a feed'));
  }

  /** One file after the other, so that each has its own progress and result. */
  async take(files) {
    const rows = files.map((file) => [file, this.row(file.name)]);
    for (const [file, row] of rows) {
      row.working('Sending…', 0);
      try {
        row.done(await upload(file, (fraction) => row.working(fraction < 1 ? 'Sending…' : 'Reading…', fraction)));
      } catch (error) {
        row.failed(error.message);
      }
    }
    look();
  }

  row(name) {
    const bar = h('progress', { max: 1, 'aria-label': `Progress of ${name}` });
    const text = h('span', { class: 'facts' }, 'Waiting');
    const line = h('li', {}, h('span', { class: 'file' }, name), text, bar);
    this.results.prepend(line);
    while (this.results.children.length > 100) this.results.lastChild.remove();
    const end = (kind, words) => { bar.remove(); line.className = kind; text.textContent = words; };
    return {
      working: (words, fraction) => { text.textContent = words; if (fraction !== undefined && fraction < 1) bar.value = fraction; else bar.removeAttribute('value'); },
      done: ([result]) => end(result.result, [WORDS[result.result], result.message].filter(Boolean).join(': ')),
      failed: (words) => end('failed', words),
    };
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => { this.limit = STEP; this.load(); }, 200);
  }

  async load() {
    const asked = new URLSearchParams({ find: this.find.value, sort: this.sort.value, limit: String(Math.min(this.limit, 1000)) });
    try {
      this.draw(await get(`/api/articles?${asked}`));
    } catch (error) {
      fill(this.list, h('p', { role: 'alert' }, error.message));
    }
  }

  draw({ total, articles }) {
    if (!total) {
      fill(this.list, this.find.value ? h('p', { class: 'hint' }, 'No article fits these words.') : this.empty());
      return;
    }
    const count = h('p', { class: 'facts', role: 'status' }, `${total.toLocaleString('en')} article${total === 1 ? '' : 's'}`);
    const more = total > articles.length
      ? button(`Show ${Math.min(STEP, total - articles.length)} more`, null, () => { this.limit += STEP; this.load(); }, { kind: 'wide' }) : null;
    fill(this.list, count, h('ul', {}, articles.map((article) => this.line(article))), more);
  }

  line(article) {
    const facts = [article.source, day(article.date), `${article.words.toLocaleString('en')} words`].filter(Boolean).join(' · ');
    return h('li', {}, h('button', { type: 'button', class: 'line', onclick: () => this.read(article) },
      h('span', { class: 'title' }, article.title), h('span', { class: 'facts' }, facts)));
  }

  read(article) {
    const remove = button('Remove from the library', 'trash', async () => {
      if (!remove.classList.contains('danger')) {
        remove.classList.add('danger');
        remove.querySelector('span').textContent = 'Remove it for good?';
        return;
      }
      try {
        await send('DELETE', `/api/articles/${article.id}`);
        document.querySelector('dialog.reader')?.close();
        notice(`“${article.title}” was removed.`);
        look();
      } catch (error) {
        notice(error.message);
      }
    }, { kind: 'flat' });
    openArticle(article.id, null, [remove]);
  }

  empty() {
    const add = button('Add the sample articles', 'plus', async () => {
      add.disabled = true;
      const row = this.row('The sample articles');
      row.working('Reading…');
      try {
        row.done(await send('POST', '/api/samples'));
      } catch (error) {
        row.failed(error.message);
      }
      look();
    }, { kind: 'primary' });
    return h('div', { class: 'welcome' }, h('h2', {}, 'No articles yet'),
      h('p', { class: 'lead' }, 'Drop your own files on the left, add a link, or begin with the samples.'), this.samples ? add : null);
  }
}
