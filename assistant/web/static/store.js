// Conversations, kept in this browser only. The newest first; the oldest goes when the browser has no more room.

const INDEX = 'briefing.conversations';
const key = (id) => `briefing.conversation.${id}`;

function read(name, otherwise) {
  try {
    return JSON.parse(localStorage.getItem(name)) ?? otherwise;
  } catch {
    return otherwise;
  }
}

export function newId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export function list() {
  return read(INDEX, []);
}

export function isKept(id) {
  return list().some((item) => item.id === id);
}

export function load(id) {
  return read(key(id), null);
}

export function fresh() {
  return { id: newId(), title: '', exchanges: [] };
}

export function save(conversation) {
  const entry = { id: conversation.id, title: conversation.title, at: Date.now() };
  const others = list().filter((item) => item.id !== conversation.id);
  for (;;) {
    try {
      localStorage.setItem(key(conversation.id), JSON.stringify(conversation));
      localStorage.setItem(INDEX, JSON.stringify([entry, ...others]));
      return true;
    } catch {
      const oldest = others.pop();
      if (!oldest) return false;
      localStorage.removeItem(key(oldest.id));
    }
  }
}

export function rename(id, title) {
  const conversation = load(id);
  if (conversation) localStorage.setItem(key(id), JSON.stringify({ ...conversation, title }));
  localStorage.setItem(INDEX, JSON.stringify(list().map((item) => (item.id === id ? { ...item, title } : item))));
}

export function remove(id) {
  localStorage.removeItem(key(id));
  localStorage.setItem(INDEX, JSON.stringify(list().filter((item) => item.id !== id)));
}

function download(name, kind, text) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type: kind }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

const plain = (text) => text.replace(/([\\`*_{}<>#|~$[\]!])/g, '\\$1').replace(/\s+/g, ' ');

export function exportMarkdown(conversation) {
  const parts = conversation.exchanges.filter((exchange) => exchange.answer).map(
    (exchange) => `## ${plain(exchange.question)}\n\n${exchange.answer.markdown}\n\n${exchange.answer.searched}.\n`,
  );
  download(`${name(conversation)}.md`, 'text/markdown', `# ${plain(conversation.title)}\n\n${parts.join('\n')}`);
}

export function exportJson(conversation) {
  download(`${name(conversation)}.json`, 'application/json', JSON.stringify(conversation, null, 2));
}

function name(conversation) {
  return conversation.title.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '-').replace(/^-|-$/g, '').slice(0, 60) || 'conversation';
}
