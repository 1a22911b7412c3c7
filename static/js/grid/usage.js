// @ts-check
// How often rows fired: in production, as the server counted it, and in the test cases; which rows look dead.

import { ask, newestOnly, Offline, Refused } from '../designer/server.js';
import { address, asOf, drawing, overlay, page, sheet, state } from './desk.js';
import { drawPanel, showView } from './surroundings.js';

const AGAIN = 15000; // ms between looks while the hits are shown
const SHOWN = 'grid:usage'; // whether this browser showed them last

/** @typedef {{asked: number, n?: number, newest?: number, last_at?: number, last_order?: string}} Row as designer/hits.py tells it */

const newest = newestOnly();
let timer = 0;

export const wasShown = () => localStorage.getItem(SHOWN) === 'yes';

/** Shows or hides the columns of hits beside the row numbers. */
export function showUsage(yes) {
  state.usage = yes;
  page.classList.toggle('with-usage', yes);
  document.querySelector('[data-act=usage]')?.setAttribute('aria-pressed', String(yes));
  localStorage.setItem(SHOWN, yes ? 'yes' : '');
  if (!yes && sheet.sorting?.key) sheet.sort(null);
  clearInterval(timer);
  tell();
  if (!yes) return;
  look();
  timer = setInterval(() => { if (!document.hidden) look(); }, AGAIN);
}

export async function look() {
  try {
    const found = await newest((signal) => ask(`${address}/hits${asOf}`, { signal }));
    if (!found) return;
    state.hits = found;
    state.hitsError = '';
  } catch (error) {
    if (!(error instanceof Offline || error instanceof Refused)) throw error;
    state.hitsError = error instanceof Offline ? 'No connection: this is what was known before.' : error.message;
  }
  tell();
}

/** Lets the grid and the panel show what is known now. */
export function tell() {
  overlay.usage = state.usage ? usageOf : null;
  drawing.drawHead();
  drawing.later();
  drawPanel();
}

/** What the columns beside a row say. @param {string} id */
function usageOf(id) {
  /** @type {Row | undefined} */
  const row = state.hits?.rows[id];
  return {
    n: row?.n ?? 0,
    asked: row?.asked ?? 0,
    newest: row?.newest ?? 0,
    last_at: row?.last_at ?? null,
    order: row?.last_order ?? '',
    tests: state.coverage ? state.coverage.hits[id] ?? 0 : null
  };
}

/** By what the rows can be ordered, besides their cells. */
export const ORDERS = {
  n: ['hits in production', (rule) => usageOf(rule.id).n],
  last: ['the last hit', (rule) => usageOf(rule.id).last_at ?? 0],
  tests: ['hits of test cases', (rule) => usageOf(rule.id).tests ?? 0]
};

/** One press shows the least used rows first, the next the most used, the third the rows as they stand.
 * @param {'n' | 'last' | 'tests'} by */
export function sortByUsage(by) {
  const id = `usage ${by}`;
  const now = sheet.sorting;
  if (now?.id === id && now?.descending) sheet.sort(null);
  else sheet.sort(id, now?.id === id, ORDERS[by][1]);
  showView();
}

/** Rows that were asked and never fired, that no test case hits, and both; rows that are new in production are neither. */
export function dead() {
  const rules = sheet.table.rules;
  const tested = Boolean(state.coverage?.verdicts.length);
  const never = rules.filter((rule) => { const { asked, n } = usageOf(rule.id); return asked > 0 && !n; });
  const untested = tested ? rules.filter((rule) => !usageOf(rule.id).tests) : [];
  const both = new Set(untested.map((rule) => rule.id));
  return { never, untested, both: never.filter((rule) => both.has(rule.id)), fresh: rules.filter((rule) => !usageOf(rule.id).asked), tested };
}
