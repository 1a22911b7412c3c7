// @ts-check
// Documents as forms change them: never in place, with every row of every list known by an id that nobody else sees.
//
// An id is a property under a symbol, so it follows a row through spreading and moving, and is not written to JSON.

import { same } from '../designer/merging.js';

const ID = Symbol('row');
let made = 0;

/** @typedef {string | { id: number }} Part one step down: a field, or a row of a list, wherever it stands */

const isObject = (/** @type {any} */ value) => value !== null && typeof value === 'object' && !Array.isArray(value);

/** The id of a row. @param {any} row */
export const idOf = (row) => row[ID];

/** A row that has never been there. @param {any} row */
export const newRow = (row) => identified({ ...row, [ID]: (made += 1) });

/** Gives every row that has none an id; done once with what came from the server. @param {any} value */
export function identified(value) {
  if (Array.isArray(value)) value.filter(isObject).forEach((row) => { row[ID] ??= (made += 1); });
  if (value !== null && typeof value === 'object') Object.values(value).forEach(identified);
  return value;
}

/** @param {any} document @param {Part[]} path @returns {any} undefined where it leads nowhere */
export function valueAt(document, path) {
  return path.reduce((value, part) => (typeof part === 'string' ? value?.[part] : value?.find((row) => row[ID] === part.id)), document);
}

/** The document with another value there; the same document where the path leads nowhere any more.
 * @param {any} document @param {Part[]} path @param {any} value @returns {any} */
export function withValue(document, [part, ...rest], value) {
  if (part === undefined) return value;
  if (typeof part === 'string') return isObject(document) ? { ...document, [part]: withValue(document[part], rest, value) } : document;
  if (!document?.some((row) => row[ID] === part.id)) return document;
  return document.map((row) => (row[ID] === part.id ? withValue(row, rest, value) : row));
}

/** The JSON pointer of a path. @param {any} document @param {Part[]} path */
export function pointerOf(document, path) {
  let value = document;
  return path.map((part) => {
    const step = typeof part === 'string' ? part : value?.findIndex((row) => row[ID] === part.id);
    value = value?.[step];
    return `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`;
  }).join('');
}

/** Makes rows that came from elsewhere known by the ids of the same rows here: those that are equal, then those that
 * are called the same, then those of which most is the same.
 * @param {any} value changed in place @param {any} known */
export function recognised(value, known) {
  if (Array.isArray(value) && Array.isArray(known)) {
    const rows = value.filter(isObject);
    let left = known.filter(isObject);
    const pair = (/** @type {(row: any, other: any) => boolean} */ alike) => {
      for (const row of rows.filter((one) => one[ID] === undefined)) {
        const found = left.find((other) => alike(row, other));
        if (!found) continue;
        row[ID] = found[ID];
        left = left.filter((other) => other !== found);
        recognised(row, found);
      }
    };
    pair(same);
    pair((row, other) => ['key', 'name', 'specification', 'id'].some((name) => row[name] && row[name] === other[name]));
    pair((row, other) => Object.keys(row).filter((name) => same(row[name], other[name])).length * 2 > Object.keys(row).length);
  } else if (isObject(value) && isObject(known)) {
    for (const name of Object.keys(value)) recognised(value[name], known[name]);
  }
  return identified(value);
}
