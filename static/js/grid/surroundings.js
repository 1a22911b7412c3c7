// @ts-check
// What is drawn around the grid: the panel, the bar above and the sentence below.

import { html, render } from 'preact';
import { ask, newestOnly } from '../designer/server.js';
import { acts } from './acts.js';
import { $, address, asOf, editable, overlay, panelHost, sheet, state } from './desk.js';
import { saving } from './drafting.js';
import { Panel } from './panels.js';
import * as tables from './table.js';

const READING = 150; // ms on a row before its sentence is asked for

let panelAsked = 0;
export function drawPanel() {
  panelAsked ||= requestAnimationFrame(() => {
    panelAsked = 0;
    if (state.tab) render(html`<${Panel} state=${state} acts=${acts} />`, panelHost);
    else render(null, panelHost);
  });
}

let readingTimer = 0;
let read = ''; // the rule whose sentence is shown
const newestReading = newestOnly();

export function showPlace() {
  const { focus } = sheet;
  const rule = sheet.rule(focus.row);
  const column = sheet.columns[focus.column];
  const where = $('where');
  where.textContent = rule && column ? selected() ?? `Row ${sheet.place(focus.row) + 1} · ${column.title}` : '';
  const formula = $('formula');
  const text = rule && column ? tables.cellOf(rule, column) : '';
  formula.textContent = text;
  const mark = rule && column ? overlay.cells.get(`${rule.id} ${column.id}`) ?? overlay.rows.get(rule.id) : null;
  const note = $('cell-note');
  note.textContent = mark?.text ?? '';
  note.className = `cell-note ${mark?.tone ?? ''}`;
  clearTimeout(readingTimer);
  if (rule?.id !== read) $('reading').textContent = '';
  if (!rule) return;
  readingTimer = setTimeout(async () => {
    if (saving.state !== 'saved' && editable) return;
    try {
      const answer = await newestReading((signal) => ask(`${address}/rows/${rule.id}/reading${asOf}`, { signal }));
      if (!answer) return;
      $('reading').textContent = answer.reading;
      read = rule.id;
    } catch { $('reading').textContent = ''; }
  }, READING);
}

/** How much is selected, where it is more than a cell. */
function selected() {
  if (sheet.adding) return `${sheet.ranges.length - 1} ${sheet.ranges.length === 2 ? 'range' : 'ranges'} kept, adding one`;
  const sizes = sheet.ranges.map(({ top, bottom, left, right }) => [bottom - top + 1, right - left + 1]);
  if (sizes.length > 1) return `${sizes.length} ranges, ${sizes.reduce((sum, [down, across]) => sum + down * across, 0).toLocaleString('en')} cells`;
  const [[down, across]] = sizes;
  return down * across > 1 ? `${down.toLocaleString('en')} × ${across} cells` : null;
}

export function showView() {
  const shown = $('shown');
  shown.textContent = sheet.narrowed ? `${sheet.count.toLocaleString('en')} of ${sheet.total.toLocaleString('en')} rows` : `${sheet.total.toLocaleString('en')} ${sheet.total === 1 ? 'row' : 'rows'}`;
  $('show-all').hidden = !sheet.narrowed;
  const hidden = sheet.allColumns.filter((column) => sheet.isHidden(column.id));
  $('hidden-columns').hidden = !hidden.length;
  $('hidden-columns').querySelector('span').textContent = `${hidden.length} hidden ${hidden.length === 1 ? 'column' : 'columns'}`;
  if (!sheet.narrowed) {
    /** @type {HTMLInputElement} */ ($('search')).value = '';
    $('filter').hidden = true;
  }
  const empty = $('grid-empty');
  empty.hidden = sheet.count > 0;
  empty.textContent = sheet.total ? 'No row contains that.' : 'No rows yet: press Enter, or paste some from a spreadsheet.';
}

export function showSteps() {
  for (const [id, label, words] of [['undo', sheet.canUndo, 'Undo'], ['redo', sheet.canRedo, 'Redo']]) {
    const button = /** @type {HTMLButtonElement} */ ($(id));
    button.disabled = !label;
    button.title = label ? `${words}: ${label}` : `Nothing to ${words.toLowerCase()}`;
  }
  /** @type {HTMLSelectElement} */ ($('policy')).value = sheet.table.hit_policy;
  const aggregation = /** @type {HTMLSelectElement} */ ($('aggregation'));
  aggregation.hidden = sheet.table.hit_policy !== 'collect';
  aggregation.value = sheet.table.aggregation;
  const name = $('table-name');
  if (document.activeElement !== name) name.textContent = sheet.table.name;
}

/** @type {any} */
let drawnTable = null;
export function columnsChanged() {
  const changed = tables.PARTS.some((part) => drawnTable?.[part] !== sheet.table[part]);
  drawnTable = sheet.table;
  return changed;
}
