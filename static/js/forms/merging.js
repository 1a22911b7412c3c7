// @ts-check
// Two people changed one document: what each did is kept, field by field and row by row; only where both changed the
// same differently somebody has to choose.

import { inOrder, settled } from '../designer/merging.js';
import { idOf, pointerOf } from './documents.js';

/** @typedef {{ pointer: string, mine: any, theirs: any }} Conflict `undefined` stands for what was removed */

const isObject = (/** @type {any} */ value) => value !== null && typeof value === 'object' && !Array.isArray(value);
const isRows = (/** @type {any} */ value) => Array.isArray(value) && value.every(isObject);
const isChips = (/** @type {any} */ value) => Array.isArray(value) && !value.some(isObject) && new Set(value).size === value.length;

/**
 * @param {any} base what both started from @param {any} mine @param {any} theirs with rows `recognised` from `base`
 * @param {(n: number) => 'mine' | 'theirs'} [choose] which stands at the nth conflict
 * @returns {{ document: any, conflicts: Conflict[] }}
 */
export function merged(base, mine, theirs, choose = () => 'mine') {
  /** @type {Conflict[]} */
  const conflicts = [];

  /** @param {import('./documents.js').Part[]} path */
  function both(was, one, other, path) {
    return settled(was, one, other, () => apart(was, one, other, path));
  }

  function apart(was, one, other, path) {
    if (isObject(one) && isObject(other) && ['kind', 'policy'].every((tag) => one[tag] === other[tag])) return fields(was ?? {}, one, other, path);
    if (isRows(one) && isRows(other)) return rows(was ?? [], one, other, path);
    if (isChips(one) && isChips(other)) return inOrder(was ?? [], one, other);
    const side = pointerOf(mine, path).includes('/-1') ? theirs : mine;
    conflicts.push({ pointer: pointerOf(side, path), mine: one, theirs: other });
    return choose(conflicts.length - 1) === 'mine' ? one : other;
  }

  function fields(was, one, other, path) {
    const result = { ...one };
    for (const name of new Set([...Object.keys(one), ...Object.keys(other)])) {
      const value = both(was[name], one[name], other[name], [...path, name]);
      if (value === undefined) delete result[name];
      else result[name] = value;
    }
    return result;
  }

  function rows(was, one, other, path) {
    const [before, my, their] = [was, one, other].map((list) => new Map(list.map((row) => [idOf(row), row])));
    /** @type {Map<number, any>} */
    const kept = new Map();
    for (const id of new Set([...my.keys(), ...their.keys()])) {
      const row = both(before.get(id), my.get(id), their.get(id), [...path, { id }]);
      if (row !== undefined) kept.set(id, row);
    }
    const ids = inOrder([...before.keys()], [...my.keys()], [...their.keys()], (id) => kept.has(id));
    return ids.filter((id) => kept.has(id)).map((id) => kept.get(id));
  }

  return { document: both(base, mine, theirs, []), conflicts };
}
