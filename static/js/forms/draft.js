// @ts-check
// The draft that a page edits: its document with undo, what is wrong with it, and whether it is saved.

import { same } from '../designer/merging.js';
import { keepPresent } from '../designer/presence.js';
import { keepSaved } from '../designer/saving.js';
import { ask, newestOnly, Offline } from '../designer/server.js';
import { identified, recognised, valueAt, withValue } from './documents.js';
import { flushTyped } from './fields/typed.js';
import { historyOf } from './history.js';
import { merged } from './merging.js';

const CHECK_AFTER = 40; // ms; fields wait for a pause of their own before

/** @typedef {{ pointer: string, code: string, severity: 'error' | 'warning', message: string }} Problem */

/**
 * @param {any} options of the page @param {any} loaded the draft @param {any} names what the document may refer to
 */
export function openDraft(options, loaded, names) {
  const { address, kind, key } = options;
  const history = historyOf(identified(loaded.document));
  /** @type {Set<() => void>} */
  const listeners = new Set();
  const draft = {
    names,
    options,
    /** @type {Problem[]} */
    problems: [],
    /** Grows whenever the document changes otherwise than by a field: fields then forget what was typed into them. */
    epoch: 0,
    saved: { state: 'saved', message: '' },
    /** @type {import('../designer/presence.js').Other<string>[]} where other people are: `place` is a JSON pointer */
    others: [],
    /** @type {any} what has to be decided by the reader: see Choices.js */
    choice: null,
    said: { text: '', n: 0 },

    get document() { return history.document; },
    get canUndo() { return history.canUndo; },
    get canRedo() { return history.canRedo; },

    /** @param {import('./documents.js').Part[]} path @param {any} value @param {string} [field] see `record` */
    set(path, value, field) {
      if (same(valueAt(history.document, path), value)) return;
      const next = withValue(history.document, path, value);
      if (next === history.document) return;
      history.record(next, field);
      changed();
    },
    /** @param {any} document another state, made by one act @param {string} [words] what was done */
    become(document, words = '') {
      if (same(document, history.document)) return;
      history.record(document);
      draft.epoch += 1;
      if (words) draft.say(words);
      changed();
    },
    /** Lets all parts of the page see what is no part of the document. @param {Record<string, any>} more */
    show(more) {
      Object.assign(draft, more);
      tell();
    },
    /** Lets every field show again what the document says. */
    refresh() {
      draft.epoch += 1;
      tell();
    },
    undo() { walk(history.undo, 'Undone', 'There is nothing to undo.'); },
    redo() { walk(history.redo, 'Done again', 'There is nothing to do again.'); },
    pause: history.pause,
    /** @param {string} text */
    say(text) {
      draft.said = { text, n: draft.said.n + 1 };
      tell();
    },
    /** Saves now what is typed, and resolves to whether the server has it. */
    settle() {
      flushTyped();
      return saving.settle();
    },
    async refreshNames() {
      const answer = await ask(`${address}/names`).catch(() => null);
      if (!answer) return;
      draft.names = answer;
      tell();
      check();
    },
    /** @param {() => void} listener @returns {() => void} ends it */
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    }
  };

  // Before saving listens to the same: what is typed belongs to what is saved when the page is left.
  addEventListener('pagehide', flushTyped);
  const saving = keepSaved({
    address: `${address}/draft`,
    name: `${kind}/${key}`,
    saved: history.document,
    revision: loaded.revision,
    current: () => history.document,
    difference: (saved, current) => (same(saved, current) ? null : { base: saved, document: current }),
    send: ({ document }, to) => ask(`${address}/draft`, { method: 'PUT', body: document, ...to }),
    patched: (saved, patch) => onTop(saved, patch).document,
    onState: (state, message) => {
      draft.saved = { state, message };
      tell();
    },
    onOthers: settleDifferences
  });

  function tell() {
    listeners.forEach((listener) => listener());
  }

  function changed() {
    saving.changed();
    tell();
    check();
  }

  function walk(step, words, nothing) {
    flushTyped();
    if (!step()) return draft.say(nothing);
    draft.epoch += 1;
    draft.say(words);
    changed();
  }

  /** What an earlier page could not save, merged into what is saved by now. */
  function onTop(saved, { base, document }, choose = undefined) {
    const known = recognised(base, saved);
    return merged(known, recognised(document, known), saved, choose);
  }

  // --- what is wrong

  const newest = newestOnly();
  let timer = 0;
  function check() {
    clearTimeout(timer);
    timer = window.setTimeout(async () => {
      try {
        const answer = await newest((signal) => ask(`${address}/check`, { method: 'POST', body: history.document, signal }));
        if (!answer) return;
        const worst = (/** @type {Problem} */ { severity }) => (severity === 'error' ? 0 : 1);
        draft.problems = answer.problems.sort((a, b) => worst(a) - worst(b));
        tell();
      } catch (error) {
        if (!(error instanceof Offline)) draft.say(`The checks could not be made: ${error.message}`);
      }
    }, CHECK_AFTER);
  }

  // --- other people

  /** Somebody else saved since: both changes are kept where they do not meet. */
  function settleDifferences(theirs, _mine, base) {
    if (!theirs) {
      draft.choice = { gone: true, keep: () => goOn(null, 0), drop: letGo };
      return tell();
    }
    flushTyped();
    const mine = history.document;
    const document = recognised(theirs.document, base);
    const by = theirs.by || 'Somebody else';
    const { conflicts } = merged(base, mine, document);
    if (!conflicts.length) {
      if (!same(document, base)) {
        draft.say(!same(mine, base) ? `${by} changed it too. Both changes are kept.`
          : theirs.by ? `${by} changed something; it is shown now.` : 'The draft is gone; this is what is published.');
      }
      return takeOver(base, document, theirs);
    }
    draft.choice = { by, conflicts, take: (others) => takeOver(base, document, theirs, chosen(others)) };
    tell();
  }

  function letGo() {
    saving.adopt(history.document, 0); // there is nothing left to save, nor to bring back another time
    location.assign(options.links.definitions);
  }

  function takeOver(base, document, theirs, choose = undefined) {
    const next = merged(base, history.document, document, choose).document;
    history.rebase(base, document, next);
    draft.epoch += 1;
    goOn(document, theirs.revision);
  }

  function goOn(document, revision) {
    draft.choice = null;
    saving.adopt(document, revision);
    tell();
    check();
  }

  /** Changes of last time: where somebody else changed the same since, the reader chooses first. */
  function bringBack({ document, patch, meanwhile }) {
    const { conflicts } = onTop(saving.saved, patch);
    if (!conflicts.length) {
      return draft.become(document, meanwhile
        ? 'Your unsaved changes of last time are put on top of what was saved since. Ctrl+Z takes them away.'
        : 'Your unsaved changes of last time are back.');
    }
    const take = (others) => {
      draft.choice = null;
      draft.become(onTop(saving.saved, patch, chosen(others)).document, 'Your unsaved changes of last time are back.');
      tell();
    };
    draft.choice = { by: loaded.by || 'Somebody else', conflicts, take };
    tell();
  }

  return {
    draft,
    async begin() {
      const left = await saving.leftBehind();
      if (left) bringBack(left);
      check();
      const { moved } = keepPresent({
        address: options.presence, place: fieldInFocus,
        onOthers: (others) => draft.show({ others }),
        onState: ({ revision }) => { if (revision !== saving.revision && !draft.choice) saving.look(); }
      });
      addEventListener('focusin', moved);
      // Other definitions are made in other tabs; coming back here shows them.
      addEventListener('focus', () => draft.refreshNames());
    }
  };
}

/** The JSON pointer of the field that has the focus. */
const fieldInFocus = () => document.activeElement?.closest('[data-at]')?.getAttribute('data-at') ?? '';

/** Which side stands at each conflict. @param {Set<number>} others where it is theirs @returns {(n: number) => 'mine' | 'theirs'} */
const chosen = (others) => (n) => (others.has(n) ? 'theirs' : 'mine');
