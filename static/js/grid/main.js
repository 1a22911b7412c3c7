// @ts-check
// The page of one decision table: listens to people, and begins.

import { openMenu } from '../designer/menu.js';
import { ask } from '../designer/server.js';
import { acts, forgetNumbers } from './acts.js';
import { check } from './checks.js';
import './clipboard.js';
import { $, address, asOf, drawing, editable, page, say, scroller, sheet, sprite, state } from './desk.js';
import { saving } from './drafting.js';
import { editor } from './editing.js';
import { keysOf } from './keys.js';
import { columnItems, rowItems } from './menus.js';
import './palette.js';
import './replacing.js';
import { TABS } from './panels.js';
import { meetOthers } from './people.js';
import { pointersOf } from './pointer.js';
import { columnsChanged, showPlace, showSteps, showView } from './surroundings.js';
import { evaluate } from './trials.js';
import { showUsage, wasShown } from './usage.js';

/** @type {Set<() => void>} */
const due = new Set();

sheet.listen((what, detail) => {
  if (what === 'table') {
    forgetNumbers();
    if (columnsChanged()) drawing.drawHead();
    drawing.later();
    saving.changed();
    soon(showSteps, showView, showPlace);
  } else if (what === 'view') {
    if (detail?.widths) return drawing.columnsTemplate();
    drawing.drawHead();
    drawing.later();
    soon(showView, showPlace);
  } else {
    drawing.later(detail?.quiet || detail?.from ? null : sheet.focus);
    soon(showPlace);
    if (state.tab === 'test' && state.trial && sheet.rule(sheet.focus.row)?.id !== state.whyRow) evaluate();
  }
});

/** What follows from a key is drawn once, with the next frame, however many things it changed.
 * @param {(() => void)[]} steps */
function soon(...steps) {
  if (!due.size) requestAnimationFrame(() => { const now = [...due]; due.clear(); for (const step of now) step(); });
  for (const step of steps) due.add(step);
}

// --- listening

const touched = editable ? sheet : readOnly(sheet);
scroller.addEventListener('keydown', keysOf({ sheet: touched, drawing, editor, acts }));
pointersOf({ scroller, sheet: touched, drawing, editor, acts });

/** Keys and gestures that change the table do nothing in a version. */
function readOnly(of) {
  return new Proxy(of, { get: (target, name) => (['clear', 'write', 'writeAll', 'moveRows'].includes(String(name)) ? () => false : Reflect.get(target, name)) });
}

scroller.addEventListener('contextmenu', (event) => {
  const target = /** @type {HTMLElement} */ (event.target);
  if (target.closest('.cell-editor')) return;
  event.preventDefault();
  const header = /** @type {HTMLElement | null} */ (target.closest('.column-head'));
  const at = { left: event.clientX, top: event.clientY };
  if (header) return openMenu(at, columnItems(sheet.columns[Number(header.dataset.column)]), sprite, 'Column');
  const place = drawing.placeAt(event.clientX, event.clientY);
  const inside = sheet.ranges.some(({ top, bottom, left, right }) => place.row >= top && place.row <= bottom && (place.column < 0 || (place.column >= left && place.column <= right)));
  if (!inside) sheet.go({ row: place.row, column: Math.max(0, place.column) }, { mode: place.column < 0 ? 'rows' : 'cells' });
  openMenu(at, rowItems(), sprite, 'Rows');
});
scroller.addEventListener('click', (event) => {
  const target = /** @type {HTMLElement} */ (event.target);
  const add = /** @type {HTMLElement | null} */ (target.closest('[data-add-column]'));
  if (add) return acts.addColumn(add.dataset.addColumn);
  const usage = /** @type {HTMLElement | null} */ (target.closest('[data-usage]'));
  if (usage) return acts.sortByUsage(usage.dataset.usage);
  if (target.closest('[data-select-all]')) { sheet.selectAll(); return scroller.focus({ preventScroll: true }); }
  const menu = /** @type {HTMLElement | null} */ (target.closest('[data-column-menu]'));
  if (!menu) return;
  const column = sheet.columns.find((each) => each.id === menu.dataset.columnMenu);
  const bounds = menu.getBoundingClientRect();
  if (column) openMenu(bounds, columnItems(column), sprite, `Column ${column.title}`);
});

page.addEventListener('click', (event) => {
  const button = /** @type {HTMLElement | null} */ (/** @type {HTMLElement} */ (event.target).closest('[data-act]'));
  if (button) acts[button.dataset.act ?? '']?.();
  const tab = /** @type {HTMLElement | null} */ (/** @type {HTMLElement} */ (event.target).closest('[data-tab]'));
  if (tab) acts.open(state.tab === tab.dataset.tab ? '' : tab.dataset.tab);
});

$('search').addEventListener('input', (event) => {
  sheet.search(/** @type {HTMLInputElement} */ (event.target).value);
  showView();
});
for (const id of ['search', 'filter-text']) {
  $(id).addEventListener('keydown', (event) => {
    if (event.key === 'Escape') { sheet.showAll(); showView(); }
    if (event.key === 'Escape' || event.key === 'Enter' || event.key === 'ArrowDown') { event.preventDefault(); scroller.focus({ preventScroll: true }); }
  });
}
$('filter-text').addEventListener('input', (event) => {
  sheet.filter($('filter').dataset.column ?? '', /** @type {HTMLInputElement} */ (event.target).value);
  $('show-all').hidden = !sheet.narrowed;
  $('shown').textContent = `${sheet.count} of ${sheet.total} rows`;
});
$('show-all').addEventListener('click', () => { sheet.showAll(); showView(); });
$('hidden-columns').addEventListener('click', () => {
  const bounds = $('hidden-columns').getBoundingClientRect();
  openMenu(bounds, sheet.allColumns.map((column) => ({
    label: column.title, checked: !sheet.isHidden(column.id), act: () => { sheet.hide(column.id, !sheet.isHidden(column.id)); showView(); }
  })), sprite, 'Columns');
});
$('policy').addEventListener('change', (event) => {
  const hit_policy = /** @type {HTMLSelectElement} */ (event.target).value;
  const aggregation = hit_policy === 'collect' ? sheet.table.aggregation : 'list';
  sheet.become({ ...sheet.table, hit_policy, aggregation }, 'hit policy');
});
$('aggregation').addEventListener('change', (event) => {
  sheet.become({ ...sheet.table, aggregation: /** @type {HTMLSelectElement} */ (event.target).value }, 'aggregation');
});
const nameField = $('table-name');
nameField.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') nameField.textContent = sheet.table.name;
  if (event.key === 'Enter' || event.key === 'Escape') { event.preventDefault(); scroller.focus({ preventScroll: true }); }
});
nameField.addEventListener('blur', () => {
  const name = nameField.textContent?.trim() || sheet.table.name;
  nameField.textContent = name;
  sheet.become(name === sheet.table.name ? sheet.table : { ...sheet.table, name }, 'name');
});
$('export')?.addEventListener('click', async () => {
  const bounds = $('export').getBoundingClientRect();
  const link = (format, label, icon) => ({ label, icon, act: async () => { await saving.settle(); location.assign(`${address}/export.${format}${asOf}`); } });
  openMenu(bounds, [link('xlsx', 'Excel workbook (.xlsx)', 'sheet'), link('csv', 'CSV', 'file-text'), link('dmn', 'DMN XML', 'file-code')], sprite, 'Export as');
});
$('import')?.addEventListener('click', async () => {
  const { askForImport } = await import('./importing.js');
  await saving.settle();
  const table = await askForImport({ address, table: sheet.table });
  if (table && sheet.become(table, 'import')) say('Taken over. Ctrl+Z brings back what was there.');
});
$('publish')?.addEventListener('click', async () => {
  if (!(await saving.settle())) return say('There is no connection: publish when everything is saved.');
  location.assign(`/releases/publish?name=table/${encodeURIComponent(sheet.table.key)}`);
});
// Undo works wherever nothing of its own is written, such as after a button was pressed.
addEventListener('keydown', (event) => {
  const target = /** @type {HTMLElement} */ (event.target);
  if (event.defaultPrevented || !(event.ctrlKey || event.metaKey) || target.isContentEditable || target.closest('input, textarea, select, dialog, .cell-editor')) return;
  const act = { z: event.shiftKey ? 'redo' : 'undo', y: 'redo', k: 'palette', h: 'replace' }[event.key.toLowerCase()];
  if (!act) return;
  event.preventDefault();
  acts[act]();
});

// The parts of the page in a ring, for whom Tab moves through cells.
addEventListener('keydown', (event) => {
  if (event.key !== 'F6' || document.querySelector('dialog[open]')) return;
  event.preventDefault();
  const ring = [document.querySelector('.designer-acts'), document.querySelector('.toolbar'), scroller, $('panel')]
    .filter((part) => part instanceof HTMLElement && !part.hidden);
  const at = ring.findIndex((part) => part?.contains(document.activeElement));
  const next = ring.at((at + (event.shiftKey ? -1 : 1)) % ring.length);
  const target = next === scroller ? scroller : next?.querySelector('[aria-selected=true], a, button:not([disabled], [hidden]), summary');
  if (target instanceof HTMLElement) target.focus({ preventScroll: true });
});

// --- begin

drawing.drawHead();
columnsChanged();
drawing.draw();
showSteps();
showView();
showPlace();
scroller.focus({ preventScroll: true });
page.dataset.ready = 'true';
editor.loading.then(() => { page.dataset.editor = 'ready'; });
if (editable) saving.leftBehind().then((left) => left && restore(left));
check();
if (editable) meetOthers();
if (wasShown()) showUsage(true);
if (page.dataset.tab) acts.open(page.dataset.tab);
else if (innerWidth >= 1200) acts.open(TABS[0][0]);
scroller.focus({ preventScroll: true });

/** What an earlier page could not save, for example because the network was gone when it was closed. */
function restore({ document, meanwhile }) {
  sheet.become(document, 'unsaved changes of last time');
  say(meanwhile
    ? 'Your unsaved changes of last time are put on top of what somebody else saved since. Ctrl+Z takes them away.'
    : 'Your unsaved changes of last time are back.');
}
