// @ts-check
// Keeps a document and its draft on the server the same, whatever the network does.
//
// Three states of the document matter: `saved` is what the server has under `revision`, `sent` is on its way, and
// `current` is what the page shows. What lies between saved and current is also kept in this browser until the server
// has answered, so a crash, a closed lid or a lost network costs nothing.
//
// The same revision is the same document, however the server writes it down; only what lies beside it may differ.
//
// What others saved comes in through `onOthers` alone, whether a save met it or a look found it. Nothing is saved from
// then on until the page has decided what to show, and says by `adopt` what the server has.

import { ask, Offline, Refused } from './server.js';

const PAUSE = 350; // ms without a change before saving
const AT_MOST = 1500; // ms a change waits while others follow
const KEEP = 50; // ms until it is kept in this browser: to find out what changed takes longer than most changes
const RETRIES = [1000, 2000, 4000, 8000];
const IN_HAND = 50; // ms between two looks whether the page can take what others changed

/** What is said of each state: icon, words, tone. */
export const WORDS = {
  saved: ['circle-check', 'Saved', 'good'],
  changed: ['circle-dashed', 'Saving …', 'still'],
  saving: ['circle-dashed', 'Saving …', 'still'],
  offline: ['cloud-off', 'Offline: kept here', 'waits'],
  stale: ['git-merge', 'Changed by somebody else', 'waits'],
  refused: ['octagon-alert', 'Not saved', 'bad']
};

/** @typedef {keyof typeof WORDS} State */

/**
 * @template D, P
 * @typedef {object} Saving
 * @property {string} address where the draft is read, as {document, revision, by}
 * @property {string} name under which this browser remembers what is not saved
 * @property {D} saved the draft as it was loaded
 * @property {number} revision of that draft; 0: there is none yet, only a version
 * @property {() => D} current what the page shows
 * @property {(saved: D, current: D) => P | null} difference what to send; null when the two are the same
 * @property {(patch: P, to: {revision: number, last: boolean}) => Promise<{revision: number, saved?: D}>} send
 *   answers what the server has then: all that was current, unless it says less by `saved`; `last`: the page is being left
 * @property {(saved: D, patch: P, meanwhile: boolean) => D} patched applies what `difference` gave;
 *   `meanwhile`: to a state that somebody else has saved since
 * @property {(answer: any, known?: D) => D} [read] makes a document of the draft as the server gives it; `known`: what this
 *   page has of the same revision
 * @property {() => boolean} [busy] whether somebody has in hand what a change from elsewhere would take away
 * @property {(state: State, message: string) => void} onState
 * @property {(theirs: {document: D, revision: number, by: string} | null, mine: D, base: D) => void} onOthers
 *   the server has something else than `base`, or nothing (null): answer it by `adopt`
 * @property {(answer: {revision: number}) => void} [onSaved]
 */

/**
 * @template D, P
 * @param {Saving<D, P>} options
 */
export function keepSaved({
  address, name, saved, revision, current, difference, send, patched, onState, onOthers, onSaved,
  read = ({ document }, known) => known ?? document, busy = () => false
}) {
  /** @type {State} */
  let state = 'saved';
  let said = '';
  let tries = 0;
  let changedSince = 0;
  let leaving = false;
  let kept = true;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let keeping;
  /** @type {Promise<void> | null} saving waits for looking, which never begins while something is saved */
  let saves = null;
  /** @type {Promise<boolean> | null} */
  let looks = null;
  let onTheWay = false;
  const memory = remembered(name);
  const ended = new AbortController();

  /** @param {State} next */
  function become(next, message = '') {
    if (next === state && message === said) return;
    state = next;
    said = message;
    onState(next, message);
  }

  function keep() {
    clearTimeout(keeping);
    keeping = undefined;
    const patch = difference(saved, current());
    if (patch) kept = memory.keep({ revision, patch });
    else forget();
    return patch;
  }

  function forget() {
    clearTimeout(keeping);
    keeping = undefined;
    kept = true;
    memory.forget();
  }

  function later(wait) {
    clearTimeout(timer);
    timer = setTimeout(save, wait);
  }

  /** The page shows something else. */
  function changed() {
    keeping ??= setTimeout(keep, KEEP);
    if (state === 'stale') return;
    changedSince ||= Date.now();
    if (state === 'offline') {
      if (!timer) later(PAUSE);
      return;
    }
    become('changed');
    later(Math.max(0, Math.min(PAUSE, changedSince + AT_MOST - Date.now())));
  }

  function save() {
    clearTimeout(timer);
    timer = undefined;
    saves ??= Promise.resolve(looks).then(sendAll).finally(() => { saves = null; });
    return saves;
  }

  async function sendAll() {
    try {
      while (state !== 'stale' && (await sendOnce()));
    } catch (error) {
      failed(error);
    }
  }

  /** Gives whether there may be more to send. */
  async function sendOnce() {
    const sent = current();
    const patch = difference(saved, sent);
    changedSince = 0;
    if (!patch) {
      forget();
      become('saved');
      return false;
    }
    kept = memory.keep({ revision, patch });
    if (state !== 'offline') become('saving');
    try {
      onTheWay = true;
      const answer = await send(patch, { revision, last: leaving });
      arrived(answer.saved ?? sent, answer);
    } catch (error) {
      if (!(error instanceof Refused && (error.status === 409 || error.status === 412))) throw error;
      const theirs = await newest();
      // Of an answer that was lost on its way what "they" saved is what we sent.
      if (!theirs || difference(theirs.document, sent)) {
        await meet(theirs, error.message);
        return false;
      }
      arrived(sent, theirs);
    } finally {
      onTheWay = false;
    }
    return true;
  }

  function arrived(document, answer) {
    tries = 0;
    saved = document;
    revision = answer.revision;
    if (state === 'offline') become('saving');
    onSaved?.(answer);
  }

  function failed(error) {
    if (error instanceof Offline) {
      lost();
      return later(RETRIES[Math.min(tries++, RETRIES.length - 1)]);
    }
    if (!(error instanceof Refused)) throw error;
    const advice = error.status === 401 ? ' Sign in again in another tab; nothing here is lost.' : '';
    become('refused', error.message + advice);
    if (error.status === 401 || error.status >= 500) later(RETRIES[RETRIES.length - 1]);
  }

  function lost() {
    become('offline', 'No connection. Your changes are kept in this browser and saved when it is back.');
  }

  /** The draft as the server has it, or what was published last under revision 0; null: there is neither. */
  async function newest() {
    try {
      const answer = await ask(address);
      const known = answer.revision && answer.revision === revision ? saved : undefined;
      return { document: read(answer, known), revision: answer.revision, by: answer.by };
    } catch (error) {
      if (error instanceof Refused && error.status === 404) return null;
      throw error;
    }
  }

  async function meet(theirs, message = '') {
    while (busy()) await new Promise((go) => { setTimeout(go, IN_HAND); });
    become('stale', message);
    onOthers(theirs, current(), saved);
  }

  /** Whether somebody else saved. Gives whether it could be found out; what was found has come in by then. */
  async function look() {
    if (document.hidden || saves || looks || state !== 'saved') return false;
    const before = saved;
    looks = (async () => {
      const theirs = await newest().catch(() => undefined);
      if (theirs === undefined || saved !== before || state !== 'saved') return false;
      if (!theirs || theirs.revision !== revision || difference(saved, theirs.document)) await meet(theirs);
      return true;
    })().finally(() => { looks = null; });
    return looks;
  }

  addEventListener('online', () => { if (state === 'offline') save(); }, ended);
  addEventListener('offline', () => { if (state !== 'stale') lost(); }, ended);
  document.addEventListener('visibilitychange', () => { if (document.hidden && state === 'changed') save(); }, ended);
  // The browser sends what is new although nobody waits for the answer.
  addEventListener('pagehide', () => {
    leaving = true;
    if (keep() && !onTheWay) sendAll();
  }, ended);
  addEventListener('pageshow', () => { leaving = false; }, ended);
  // Where this browser's memory is full or forbidden, leaving with something unsaved has to be meant.
  addEventListener('beforeunload', (event) => { if (!kept && keep() && !kept) event.preventDefault(); }, ended);

  return {
    changed,
    look,
    /** Saves now and resolves to whether the server has everything; it may be out of reach. */
    async settle() {
      do await save(); while (state === 'changed');
      return state === 'saved';
    },
    /** Goes on from another state of the draft, which the server has. @param {D} theirs @param {number} at its revision */
    adopt(theirs, at) {
      saved = theirs;
      revision = at;
      tries = 0;
      if (keep()) {
        become('changed');
        later(PAUSE);
      } else become('saved');
    },
    /** What an earlier page of this browser could not save, also put on top of the draft as it is now; null: nothing.
     * `meanwhile`: somebody else has saved since. */
    async leftBehind() {
      const left = await memory.left();
      if (!left) return null;
      const { patch } = left;
      const meanwhile = left.revision !== revision;
      const document = patched(saved, patch, meanwhile);
      // The last page may have sent it while it was being closed, without learning that it arrived.
      return difference(saved, document) ? { document, patch, meanwhile } : null;
    },
    stop() {
      clearTimeout(timer);
      clearTimeout(keeping);
      ended.abort();
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
    /** Whether there was room. */
    keep(value) {
      try {
        localStorage.setItem(mine, JSON.stringify({ ...value, at: Date.now() }));
        return true;
      } catch {
        return false;
      }
    },
    forget() { localStorage.removeItem(mine); },
    async left() {
      const own = localStorage.getItem(mine);
      if (own) return JSON.parse(own);
      const held = new Set((await navigator.locks?.query())?.held?.map((lock) => lock.name));
      const key = Object.keys(localStorage).find((each) => each.startsWith(prefix) && each !== mine && abandoned(each, held));
      if (!key) return null;
      const value = JSON.parse(localStorage.getItem(key) ?? 'null');
      localStorage.removeItem(key);
      return value;
    }
  };
}

/** Whether nobody is still trying to save an entry; where the browser has no locks (without HTTPS) its age tells. */
function abandoned(key, held) {
  if (navigator.locks) return !held.has(key);
  return Date.now() - (JSON.parse(localStorage.getItem(key) ?? 'null')?.at ?? 0) > 60000;
}
