// @ts-check
// The built-in functions, as completions for any expression editor; asked for once a page, when first needed.

import { ask } from './server.js';

/** @typedef {{name: string, calls: string[], help: string}} Described */

// Beside the static files, wherever the application is mounted; outside development they stand one folder deeper.
const ADDRESS = import.meta.url.replace(/\/static\/.*/, '/expressions/functions');

/** @type {Promise<Described[]> | null} */
let asked = null;

/** Without a connection there are none; the next editor asks again. @returns {Promise<Described[]>} */
export function builtins() {
  asked ??= ask(ADDRESS).catch(() => { asked = null; return []; });
  return asked;
}

/**
 * A source for CodeMirror's autocompletion. Names of functions may have blanks, so what stands before the cursor may
 * belong to one from any of its words on: the longest that begins a name is taken.
 */
export async function functionCompletions(context) {
  const before = context.matchBefore(/[\p{L}][\p{L}\p{N}]*(?: [\p{L}\p{N}]*)*$/u);
  if (!before && !context.explicit) return null;
  const from = before?.from ?? context.pos;
  if (context.state.sliceDoc(Math.max(0, from - 1), from) === '.') return null; // an entry of a context, no function
  const known = await builtins();
  if (context.aborted) return null;
  const { start, found } = beginnings(before?.text ?? '', known);
  if (!found.length) return null;
  return { from: from + start, filter: false, options: found.map(option) };
}

/** @param {string} text @param {Described[]} known */
export function beginnings(text, known) {
  const starts = [0, ...[...text.matchAll(/ /g)].map((found) => found.index + 1)].filter((start) => start < text.length || !text);
  for (const start of starts) {
    const typed = text.slice(start).toLowerCase();
    const found = known.filter(({ name }) => name.startsWith(typed));
    if (found.length) return { start, found };
  }
  // Nothing begins like that: the last word may stand anywhere in a name, as in "case" for "upper case".
  const start = starts.at(-1) ?? 0;
  const typed = text.slice(start).toLowerCase();
  return { start, found: typed.length > 1 ? known.filter(({ name }) => name.includes(typed)) : [] };
}

/** @param {Described} described */
function option({ name, calls, help }) {
  const [first] = calls;
  return {
    label: name,
    detail: first.slice(name.length),
    type: 'function',
    boost: -10,
    apply: (view, _completion, from, to) => called(view, name, from, to, /\(\)/.test(first)),
    info: () => explained(calls, help)
  };
}

/** A function brings its brackets, and the cursor goes between them; behind them where it takes nothing. */
function called(view, name, from, to, empty) {
  const open = view.state.sliceDoc(to, to + 1) === '(';
  const at = from + name.length + (empty && !open ? 2 : 1);
  view.dispatch({ changes: { from, to, insert: open ? name : `${name}()` }, selection: { anchor: at } });
}

function explained(calls, help) {
  const host = document.createElement('div');
  host.append(Object.assign(document.createElement('div'), { textContent: help }));
  for (const call of calls) host.append(Object.assign(document.createElement('code'), { textContent: call, className: 'cm-call' }));
  return host;
}
