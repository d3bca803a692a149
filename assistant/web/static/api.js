// Talks to /api. Every failure becomes an Error with one plain sentence.

async function failure(response) {
  if (response.status === 401) location.assign('/login');
  const text = await response.text();
  try {
    return new Error(JSON.parse(text).detail);
  } catch {
    return new Error(text.slice(0, 300) || `The server answered ${response.status}.`);
  }
}

async function reach(path, options) {
  try {
    return await fetch(path, options);
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new Error('The server cannot be reached. Is Briefing still running?');
  }
}

export async function get(path) {
  const response = await reach(path);
  if (!response.ok) throw await failure(response);
  return response.json();
}

export async function send(method, path, body) {
  const json = body === undefined ? {} : { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) };
  const response = await reach(path, { method, ...json });
  if (!response.ok) throw await failure(response);
  return response.status === 204 ? null : response.json();
}

/** Ask, and be called with each event: ('state', {...}), ('answer', {...}), growing. Resolves when it is whole. */
export async function ask(question, signal, told) {
  const response = await reach('/api/ask', {
    method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ ...question, stream: true }),
    signal,
  });
  if (!response.ok) throw await failure(response);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let left = '';
  let whole = false;
  for (;;) {
    const { value, done } = await reader.read();
    if (done) break;
    left += value;
    const events = left.split('\n\n');
    left = events.pop();
    for (const event of events) {
      const [, name, data] = event.match(/^event: (\w+)\ndata: (.*)$/s);
      if (name === 'error') throw new Error(JSON.parse(data).detail);
      if (name === 'done') whole = true;
      else told(name, JSON.parse(data));
    }
  }
  if (!whole) throw new Error('The connection ended before the answer was whole.');
}

/** Upload one file; `progress` is called with a fraction. Resolves with its results. */
export function upload(file, progress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const form = new FormData();
    form.append('files', file, file.name);
    request.open('POST', '/api/articles');
    request.upload.onprogress = (event) => event.lengthComputable && progress(event.loaded / event.total);
    request.onerror = () => reject(new Error('The server cannot be reached.'));
    request.onload = () => {
      let answer;
      try {
        answer = JSON.parse(request.responseText);
      } catch {
        answer = { detail: request.responseText.slice(0, 300) };
      }
      if (request.status === 200) resolve(answer);
      else reject(new Error(answer.detail || `The server answered ${request.status}.`));
    };
    request.send(form);
  });
}

// The state of the server, asked again every few seconds; whoever wants to know subscribes.

const listeners = new Set();
let status = null;
let timer = null;

export function subscribe(listener) {
  listeners.add(listener);
  if (status) listener(status);
  if (timer === null) look();
}

export async function look() {
  clearTimeout(timer);
  timer = 0;
  if (!document.hidden || !status) {
    try {
      const found = await get('/api/status');
      const changed = JSON.stringify(found) !== JSON.stringify(status);
      status = found;
      if (changed) listeners.forEach((listener) => listener(status));
    } catch (error) {
      listeners.forEach((listener) => listener({ ...status, models: 'gone', problem: error.message }));
      status = null;
    }
  }
  clearTimeout(timer);
  timer = setTimeout(look, status?.models === 'loading' ? 1000 : 4000);
}
