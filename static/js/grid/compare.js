// @ts-check
// Two states of a table in one grid: rows and columns that came or went, cells with what they said before.

import { html, render } from 'preact';
import { ChangePanel, listenForSteps } from '../versions/ChangePanel.js';
import { LOOKS } from '../versions/words.js';
import { drawingOf } from './drawing.js';
import { keysOf } from './keys.js';
import { pointersOf } from './pointer.js';
import { sheetOf } from './sheet.js';
import { cellOf, completed } from './table.js';
import { toTsv } from './tsv.js';

/** @typedef {import('../versions/words.js').Part} Part */

const WIDEST = 400; // px of a column that shows two texts in a cell
const LETTER = 7.4; // px of a character in a cell

const $ = (id) => /** @type {HTMLElement} */ (document.getElementById(id));
const page = $('grid-page');
const sprite = page.dataset.sprite ?? '';
/** @type {{ table: any, parts: Part[], summary: string[], heading: string, numbers: Record<string, [number, number]> }} */
const start = JSON.parse($('start').textContent ?? '{}');

const sheet = sheetOf(completed(start.table), { hidden: [], widths: {}, keep: () => {} });
const scroller = $('grid');
/** @type {Required<import('./drawing.js').Overlay>} */
const overlay = {
  rows: new Map(), cells: new Map(), columns: new Map(), matched: null, chosen: null, refused: new Map(), hits: null, looks: new Map(),
  numbers: new Map(Object.entries(start.numbers).map(([id, [before, after]]) => [id, after ? String(after) : `${before}`]))
};
const drawing = drawingOf(scroller, sheet, overlay, sprite);
const columns = sheet.allColumns; // they never change here
const kinds = new Set(Object.keys(LOOKS));
/** @type {Part | null} */
let chosen = null;

const shown = () => start.parts.filter((part) => kinds.has(part.kind));
const isColumn = (part) => part.part.endsWith('column');

/** The column of the sheet that a part speaks of. @param {Part} part */
function columnOf({ part, name }) {
  const side = { 'input column': 'inputs', 'output column': 'outputs', 'annotation column': 'annotations' }[part];
  return columns.find((column) => column.part === side && (side === 'annotations' ? start.table.annotations[column.index] === name : column.id === name));
}

/** "inputs/2" @param {string} place */
function columnAt(place) {
  const [part, index] = place.split('/');
  return columns.find((column) => column.part === part && column.index === Number(index));
}

/** Columns make room for what their cells said before beside what they say now. */
function widen() {
  for (const { column, before, after } of start.parts.flatMap((part) => part.fields)) {
    const at = column && columnAt(column);
    if (at) sheet.resize(at.id, Math.max(sheet.width(at), Math.min(WIDEST, (before.length + after.length) * LETTER + 48)));
  }
}

function mark() {
  for (const map of [overlay.rows, overlay.cells, overlay.columns, overlay.looks]) map.clear();
  for (const part of shown()) {
    const { icon, word } = LOOKS[part.kind];
    const look = { tone: part.kind, text: `${word}: ${part.title}`, icon };
    if (isColumn(part)) {
      const column = columnOf(part);
      if (column) overlay.columns.set(column.id, look);
    } else if (part.part === 'row') {
      overlay.rows.set(part.name, look);
      overlay.looks.set(part.name, part.kind);
      for (const { column, before } of part.fields) {
        const at = column && columnAt(column);
        if (at) overlay.cells.set(`${part.name} ${at.id}`, { tone: 'changed', text: `Before: ${before || 'nothing'}`, was: before || undefined });
      }
    }
  }
}

const changedRows = () => shown().filter((part) => part.part === 'row').map((part) => part.name);
const only = /** @type {HTMLInputElement} */ ($('only'));
const search = /** @type {HTMLInputElement} */ ($('search'));

function narrow() {
  sheet.showOnly(only.checked ? changedRows() : null);
  $('grid-empty').hidden = sheet.count > 0;
  $('grid-empty').textContent = search.value ? 'No row contains that.' : 'No row changed.';
}

function refresh() {
  mark();
  drawing.drawHead();
  drawing.draw();
  drawPanel();
}

/** @param {Part} part */
function show(part) {
  chosen = part;
  if (isColumn(part)) {
    const at = sheet.columns.findIndex((column) => column.id === columnOf(part)?.id);
    if (at >= 0) sheet.go({ row: 0, column: at }, { mode: 'columns' });
  } else if (part.part === 'row') {
    const cell = part.kind === 'changed' ? part.fields.find(({ column }) => column) : null;
    if (sheet.shownAt(part.name) < 0) only.checked = false;
    sheet.reveal(part.name, cell ? columnAt(cell.column)?.id : undefined);
  }
  scroller.focus({ preventScroll: true });
  drawPanel();
}

/** @param {1 | -1} by */
function step(by) {
  const all = shown();
  if (!all.length) return;
  const at = all.indexOf(/** @type {Part} */ (chosen));
  show(all[at < 0 ? (by > 0 ? 0 : all.length - 1) : (at + by + all.length) % all.length]);
}

const Icon = ({ name }) => html`<svg class="icon" aria-hidden="true"><use href=${`${sprite}#${name}`} /></svg>`;

function drawPanel() {
  const toggle = (kind) => {
    if (!kinds.delete(kind)) kinds.add(kind);
    if (chosen && !kinds.has(chosen.kind)) chosen = null;
    refresh();
    if (only.checked) narrow();
  };
  render(html`<${ChangePanel} parts=${start.parts} shown=${shown()} chosen=${chosen} kinds=${new Set(kinds)} summary=${start.summary}
    heading=${start.heading} Icon=${Icon} show=${show} step=${step} toggle=${toggle} />`, $('panel'));
}

function showPlace() {
  const { focus } = sheet;
  const rule = sheet.rule(focus.row);
  const column = sheet.columns[focus.column];
  const number = rule && overlay.numbers.get(rule.id);
  $('where').textContent = rule && column ? `Row ${number} · ${column.title}` : '';
  $('formula').textContent = rule && column ? cellOf(rule, column) : '';
  const mark = rule && column && (overlay.cells.get(`${rule.id} ${column.id}`) ?? overlay.rows.get(rule.id));
  $('cell-note').textContent = mark ? mark.text : '';
  $('shown').textContent = `${sheet.count.toLocaleString('en')} of ${sheet.total.toLocaleString('en')} rows`;
}

widen();
sheet.listen((what, detail) => {
  if (what === 'view') detail?.widths ? drawing.columnsTemplate() : drawing.drawHead();
  else if (what === 'selection') {
    if (!detail?.quiet && !detail?.from) drawing.later(sheet.focus);
    const part = sheet.mode !== 'columns' && shown().find((one) => one.part === 'row' && one.name === sheet.rule(sheet.focus.row)?.id);
    if (part && part !== chosen) {
      chosen = part;
      drawPanel();
    }
  }
  drawing.later();
  showPlace();
});

// Nothing is changed here: what would write does nothing.
const reading = new Proxy(sheet, {
  get: (target, name) => (['clear', 'write', 'moveRows', 'become'].includes(String(name)) ? () => false : Reflect.get(target, name))
});
const acts = new Proxy({
  search: () => search.focus(),
  escape: () => {
    search.value = '';
    only.checked = false;
    sheet.showAll();
    narrow();
  }
}, { get: (target, name) => Reflect.get(target, name) ?? (() => {}) });
const editor = { open: false, start: () => {} };
scroller.addEventListener('keydown', keysOf({ sheet: reading, drawing, editor, acts }));
pointersOf({ scroller, sheet: reading, drawing, editor, acts });
scroller.addEventListener('copy', (event) => {
  event.preventDefault();
  event.clipboardData?.setData('text/plain', toTsv(sheet.selectedCells ?? []));
});
search.addEventListener('input', () => {
  sheet.search(search.value);
  narrow();
});
only.addEventListener('change', narrow);
listenForSteps(step);

mark();
drawing.drawHead();
drawing.draw();
drawPanel();
showPlace();
scroller.focus({ preventScroll: true });
page.dataset.ready = 'true';
