// @ts-check
// Keeps a document and its draft on the server the same, whatever the network does.
//
// Three states of the document matter: `saved` is what the server has under `revision`, `sent` is on its way, and
// `current` is what the page shows. What lies between saved and current is also kept in this browser, from the moment
// of the change until the server has answered, so a crash, a closed lid or a lost network costs nothing.

import { ask, Offline, Refused } from './server.js';

const PAUSE = 350; // ms without a change before saving
const AT_MOST = 1500; // ms a change waits while others follow
const RETRIES = [1000, 2000, 4000, 8000];
const KEEPALIVE = 60000; // bytes that a browser still sends for a page that is being left

/**
 * @template D, P
 * @typedef {object} Saving
 * @property {string} address changes go here, with If-Match
 * @property {string} [method] PATCH, unless said otherwise
 * @property {string} name under which this browser remembers what is not saved
 * @property {D} document the draft as it was loaded
 * @property {number} revision of that draft
 * @property {(saved: D, current: D) => P | null} difference what to send; null when the two are the same
 * @property {(saved: D, patch: P, meanwhile: boolean) => D} patched applies what `difference` gave;
 *   `meanwhile`: to a state that somebody else has saved since
 * @property {(state: 'saved' | 'changed' | 'saving' | 'offline' | 'stale' | 'refused', message: string) => void} onState
 * @property {(theirs: {document: D, revision: number, by: string} | null, mine: D, base: D) => void} onStale
 *   somebody else saved: answer it by `adopt`
 * @property {(answer: {revision: number}) => void} [onSaved]
 * @property {(patch: P) => any} [body] what of a difference is sent; the whole of it, unless said otherwise
 * @property {(document: any) => D} [read] makes a document of the server's JSON
 */

/**
 * @template D, P
 * @param {Saving<D, P>} options
 */
export function keepSaved({
  address, method = 'PATCH', name, document: loaded, revision, difference, patched, onState, onStale, onSaved,
  body = (patch) => patch, read = (document) => document
}) {
  let saved = loaded;
  let current = loaded;
  let state = 'saved';
  let tries = 0;
  let changedSince = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  /** @type {Promise<void> | null} */
  let sending = null;
  const memory = remembered(name);

  const become = (next, message = '') => {
    state = next;
    onState(next, message);
  };

  function keep() {
    const patch = difference(saved, current);
    if (patch) memory.keep({ revision, patch });
    else memory.forget();
    return patch;
  }

  function later(wait) {
    clearTimeout(timer);
    timer = setTimeout(save, wait);
  }

  /** @param {D} document */
  function changed(document) {
    current = document;
    if (!keep() && !sending) {
      clearTimeout(timer);
      changedSince = 0;
      if (state !== 'stale') become('saved');
      return;
    }
    if (state === 'stale') return;
    changedSince ||= Date.now();
    if (state !== 'offline') {
      become('changed');
      later(Math.max(0, Math.min(PAUSE, changedSince + AT_MOST - Date.now())));
    }
  }

  function save() {
    clearTimeout(timer);
    sending ??= send().finally(() => { sending = null; });
    return sending;
  }

  async function send() {
    while (state !== 'stale') {
      const patch = difference(saved, current);
      changedSince = 0;
      if (!patch) {
        memory.forget();
        return become('saved');
      }
      const sent = current;
      if (state !== 'offline') become('saving');
      try {
        const answer = await ask(address, { method, body: body(patch), revision });
        arrived(sent, answer);
      } catch (error) {
        return failed(error, sent);
      }
    }
  }

  function arrived(sent, answer) {
    tries = 0;
    saved = sent;
    revision = answer.revision;
    if (state === 'offline') become('saving');
    keep();
    onSaved?.(answer);
  }

  function failed(error, sent) {
    if (error instanceof Offline) {
      become('offline', 'No connection. Your changes are kept in this browser and saved when it is back.');
      return later(RETRIES[Math.min(tries++, RETRIES.length - 1)]);
    }
    if (!(error instanceof Refused)) throw error;
    if (error.status === 409 || error.status === 412) {
      const theirs = error.problem.theirs ? { ...error.problem.theirs, document: read(error.problem.theirs.document) } : null;
      // An answer that was lost on its way: what "they" saved is what we sent.
      if (theirs && !difference(theirs.document, sent)) {
        arrived(sent, theirs);
        return later(0);
      }
      become('stale', error.message);
      return onStale(theirs, current, saved);
    }
    const advice = error.status === 401 ? ' Sign in again in another tab; nothing here is lost.' : '';
    become('refused', error.message + advice);
    if (error.status === 401 || error.status >= 500) later(RETRIES[RETRIES.length - 1]);
  }

  addEventListener('online', () => { if (state === 'offline') save(); });
  addEventListener('pagehide', () => {
    const patch = state === 'stale' || sending ? null : difference(saved, current);
    if (patch && JSON.stringify(body(patch)).length < KEEPALIVE) {
      ask(address, { method, body: body(patch), revision, last: true }).catch(() => {});
    }
  });

  return {
    changed,
    /** Saves now and resolves when the server has everything, or cannot be reached. */
    async settle() {
      do await save(); while (state === 'changed');
      return state === 'saved';
    },
    /** Goes on from another state of the draft: `theirs` is what the server has, `mine` what the page shows now.
     * @param {D} theirs @param {number} at its revision @param {D} mine */
    adopt(theirs, at, mine) {
      saved = theirs;
      revision = at;
      current = mine;
      tries = 0;
      if (keep()) {
        become('changed');
        later(PAUSE);
      } else become('saved');
    },
    /** What an earlier page of this browser could not save, put on top of the draft as it is now; null: nothing.
     * `meanwhile`: somebody else has saved since. */
    async leftBehind() {
      const left = await memory.left();
      if (!left) return null;
      const meanwhile = left.revision !== revision;
      const document = patched(saved, left.patch, meanwhile);
      // The last page may have sent it while it was being closed, without learning that it arrived.
      return difference(saved, document) ? { document, meanwhile } : null;
    },
    get revision() { return revision; },
    get saved() { return saved; },
    get state() { return state; }
  };
}

/** This browser's memory of what is not saved: one entry a tab, because two tabs may show the same draft. A tab holds a
 * lock of the entry's name as long as it lives, so that others know which entries they may take over. */
function remembered(name) {
  const prefix = `unsaved:${name}:`;
  const tab = (sessionStorage.tab ??= Math.random().toString(36).slice(2, 10));
  const mine = prefix + tab;
  navigator.locks?.request(mine, () => new Promise(() => {}));
  return {
    keep(value) {
      try {
        localStorage.setItem(mine, JSON.stringify({ ...value, at: Date.now() }));
      } catch { /* full: the server still gets it */ }
    },
    forget() { localStorage.removeItem(mine); },
    async left() {
      const held = new Set((await navigator.locks?.query())?.held?.map((lock) => lock.name));
      const key = localStorage.getItem(mine) ? mine : Object.keys(localStorage).find((each) => each.startsWith(prefix) && abandoned(each, held));
      if (!key) return null;
      const value = JSON.parse(localStorage.getItem(key) ?? 'null');
      if (key !== mine) localStorage.removeItem(key);
      return value;
    }
  };
}

/** Whether nobody is still trying to save an entry; where the browser has no locks (without HTTPS) its age tells. */
function abandoned(key, held) {
  if (navigator.locks) return !held.has(key);
  return Date.now() - (JSON.parse(localStorage.getItem(key) ?? 'null')?.at ?? 0) > 60000;
}
