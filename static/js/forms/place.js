// @ts-check
// A place in the document, as fields want it: its value, how to change it, what is wrong with it.
//
// Rows are named by their ids, not by where they stand: what is typed into a row arrives there, though the row moved.

import { idOf, pointerOf, valueAt } from './documents.js';

/**
 * @typedef {object} Place
 * @property {string} pointer
 * @property {import('./documents.js').Part[]} path
 * @property {any} value
 * @property {(value: any, typing?: boolean) => void} commit typing on in one place is one step of undo
 * @property {any[]} problems of just this place
 * @property {any[]} within problems of this place and of all that is below it, each with its pointer as `at`
 * @property {(name: string) => Place} at the place below by that name
 * @property {(row: any) => Place} row the place of a row of this list
 */

/** @param {any} draft @param {import('./documents.js').Part[]} [path] @returns {Place} */
export function placeOf(draft, path = []) {
  const pointer = pointerOf(draft.document, path);
  const field = path.map((part) => (typeof part === 'string' ? part : part.id)).join('/');
  return {
    pointer,
    path,
    value: valueAt(draft.document, path),
    commit: (value, typing = false) => draft.set(path, value, typing ? field : ''),
    get problems() { return draft.problems.filter((one) => one.pointer === pointer); },
    get within() {
      return draft.problems.filter((one) => one.pointer === pointer || one.pointer.startsWith(`${pointer}/`)).map((one) => ({ ...one, at: one.pointer }));
    },
    at: (name) => placeOf(draft, [...path, name]),
    row: (row) => placeOf(draft, [...path, { id: idOf(row) }])
  };
}
