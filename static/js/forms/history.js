// @ts-check
// Undo and redo without limit over the whole document. A step is the state before it, which is small, because states
// share what did not change.

import { merged } from './merging.js';

const SESSION = 2000; // ms within which typing on in one field is one step

/** @param {any} start */
export function historyOf(start) {
  let document = start;
  /** @type {any[]} */
  let past = [];
  /** @type {any[]} */
  let future = [];
  let session = { field: '', at: 0 };

  return {
    get document() { return document; },
    get canUndo() { return past.length > 0; },
    get canRedo() { return future.length > 0; },
    /** @param {any} next @param {string} field typed on in one field, changes are one step; '' is always a step */
    record(next, field = '') {
      const now = Date.now();
      if (!field || session.field !== field || now - session.at > SESSION) past.push(document);
      session = { field, at: now };
      future = [];
      document = next;
    },
    /** Ends the step that is being made. */
    pause() { session = { field: '', at: 0 }; },
    undo() { return step(past, future); },
    redo() { return step(future, past); },
    /** What somebody else did is no step: it comes into every state, so that undo takes back only what was done here. */
    rebase(base, theirs, next) {
      const onTop = (state) => merged(base, state, theirs).document;
      past = past.map(onTop);
      future = future.map(onTop);
      document = next;
    }
  };

  function step(from, to) {
    if (!from.length) return false;
    session = { field: '', at: 0 };
    to.push(document);
    document = from.pop();
    return true;
  }
}
