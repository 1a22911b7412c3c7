// @ts-check
// What all parts of the page work on: the sheet, its drawing, what lies over it, and what the panel shows.

import { drawingOf } from './drawing.js';
import { sheetOf } from './sheet.js';
import * as tables from './table.js';

export const $ = (id) => /** @type {HTMLElement} */ (document.getElementById(id));
export const page = $('grid-page');
export const start = JSON.parse($('start').textContent ?? '{}');
export const address = page.dataset.address ?? '';
export const sprite = page.dataset.sprite ?? '';
export const editable = start.editable;
export const asOf = start.number ? `?version=${start.number}` : '';

export const loaded = tables.completed(start.table);
const storage = `grid:${loaded.key}`;
const layout = { hidden: [], widths: {}, ...JSON.parse(localStorage.getItem(storage) ?? '{}') };
export const sheet = sheetOf(loaded, { ...layout, keep: (next) => localStorage.setItem(storage, JSON.stringify(next)) });

/** @type {import('./drawing.js').Overlay} */
export const overlay = { rows: new Map(), cells: new Map(), columns: new Map(), matched: null, chosen: null, refused: new Map(), hits: null, usage: null, others: new Map(), orders: page.dataset.orders ?? '', fillable: editable };
export const scroller = $('grid');
export const drawing = drawingOf(scroller, sheet, overlay, sprite);
export const panelHost = $('panel');

/** What the panel shows. */
export const state = {
  tab: '', problems: [], gaps: [], totals: {}, checking: 'never', complete: true, analysed: false, defaults: false,
  usage: false, hits: null, hitsError: '',
  fields: [], given: {}, trial: null, trialError: '', trialFaults: {}, whyRow: '', cases: start.cases, coverage: null,
  get rules() { return sheet.table.rules; },
  get inputs() { return sheet.table.inputs; },
  get outputs() { return sheet.table.outputs; }
};

let saidTimer = 0;
export function say(text) {
  $('said').textContent = text;
  $('said').classList.toggle('shown', Boolean(text));
  clearTimeout(saidTimer);
  saidTimer = setTimeout(() => $('said').classList.remove('shown'), 5000);
}

export function told(label, words) {
  say(label ? `${words}: ${label}` : words === 'Undone' ? 'Nothing to undo.' : 'Nothing to redo.');
}
