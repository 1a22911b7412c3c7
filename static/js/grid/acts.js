// @ts-check
// What can be done on the page, by its name: keys, buttons, menus and the panel all say these words.

import { ask } from '../designer/server.js';
import { openMenu } from '../designer/menu.js';
import { literals } from './cell_editor.js';
import { address, drawing, editable, overlay, page, panelHost, say, scroller, sheet, sprite, state, told, $ } from './desk.js';
import { saving } from './drafting.js';
import { columnItems, rowItems } from './menus.js';
import { drawPanel, showView } from './surroundings.js';
import * as tables from './table.js';
import { dead, showUsage, sortByUsage } from './usage.js';
import { ago } from './words.js';
import { clearTrial, evaluate, fromExample, given, keptCase, knownNames, runCases } from './trials.js';

/** @type {Map<string, number> | null} by rule id the number of its row; made when it is asked for */
let numberCache = null;
const numbers = () => (numberCache ??= new Map(sheet.table.rules.map((rule, row) => [rule.id, row + 1])));
/** Called whenever the table changed. */
export const forgetNumbers = () => { numberCache = null; };
const last = () => sheet.count - 1;

export const acts = {
  sprite,
  editable,
  numberOf: (id) => numbers().get(id) ?? 0,
  /** Rule ids in a sentence of the engine as the numbers people see. */
  numbered: (text) => text.replaceAll('no rule matches', 'no row matches').replace(/\brules? ((?:[\w.-]+)(?:(?:, | and )[\w.-]+)*)/g, (whole, ids) => {
    const said = ids.replace(/[\w.-]+/g, (id) => numbers().get(id) ?? id);
    return said === ids ? whole : whole.replace(ids, said).replace('rule', 'row');
  }),
  open(tab) {
    state.tab = tab;
    panelHost.hidden = !tab;
    page.classList.toggle('with-panel', Boolean(tab));
    for (const button of document.querySelectorAll('[data-tab]')) button.setAttribute('aria-pressed', String(button.getAttribute('data-tab') === tab));
    if (tab !== 'test') clearTrial();
    overlay.hits = tab === 'cases' && state.coverage ? new Map(Object.entries(state.coverage.hits)) : null;
    drawing.draw();
    drawPanel();
    if (tab === 'test') evaluate();
    if (tab === 'cases' || tab === 'hits') runCases();
    if (tab === 'hits' && !state.usage) showUsage(true);
    if (!tab) scroller.focus({ preventScroll: true });
  },
  reveal(id, column) {
    if (!id && !column) return;
    if (id) sheet.reveal(id, column);
    else {
      const at = sheet.columns.findIndex((each) => each.id === column);
      if (at >= 0) sheet.go({ row: 0, column: at }, { mode: 'columns' });
    }
    scroller.focus({ preventScroll: true });
  },
  showOnly(ids) {
    sheet.showOnly(ids);
    showView();
    scroller.focus({ preventScroll: true });
  },
  addGap(gap) {
    const id = sheet.insertRows(gapPlace(), 1, { inputs: gap.region });
    const output = sheet.columns.findIndex((column) => column.part === 'outputs');
    sheet.go({ row: sheet.shownAt(id), column: Math.max(0, output) });
    scroller.focus({ preventScroll: true });
    say('The row is added; fill in what comes out.');
  },
  addGaps(gaps) {
    const added = gaps.map((gap) => tables.newRule(sheet.table, { inputs: gap.region }));
    const at = gapPlace();
    sheet.become(tables.withRows(sheet.table, at >= sheet.count ? sheet.total : sheet.place(at), added), `${added.length} rows for gaps`);
    sheet.reveal(added[0].id);
  },
  tryGap(gap) {
    state.given = fromExample(gap.example ?? []);
    acts.open('test');
  },
  give(given) {
    state.given = given;
    drawPanel();
    clearTimeout(giving);
    giving = setTimeout(evaluate, 120);
  },
  fillFromRow() {
    const rule = sheet.rule(sheet.focus.row);
    if (!rule) return;
    state.given = fromExample(rule.inputs.map((text) => literals(text)[0] ?? (/^(true|false)$/.test(text) ? text : '')));
    evaluate();
  },
  async saveCase(name) {
    await keptCase({ id: 0, name, given: given(), expected: state.trial?.value ?? 'null' });
    say('Saved as a test case.');
  },
  acceptCase: (one, got) => keptCase({ ...one, expected: got }),
  loadCase(one) {
    state.given = { ...one.given };
    acts.open('test');
  },
  async removeCase(one) {
    try {
      await ask(`${address}/cases/${one.id}`, { method: 'DELETE' });
      state.cases = state.cases.filter((each) => each !== one);
      runCases();
      drawPanel();
    } catch (error) { say(error.message); }
  },
  runCases,
  usage() { showUsage(!state.usage); },
  sortByUsage,
  dead,
  ago,
  // keys and buttons
  undo() { told(sheet.undo(), 'Undone'); },
  redo() { told(sheet.redo(), 'Done again'); },
  fillDown: () => sheet.fillDown(),
  fillRight: () => sheet.fillRight(),
  fillToEnd() {
    if (sheet.range.bottom < last() && sheet.fillInto({ ...sheet.range, bottom: last() })) say(`Filled down to row ${sheet.place(last()) + 1}. Ctrl+Z takes it back.`);
  },
  selectAll: () => sheet.selectAll(),
  insertBelow: () => sheet.insertRows(sheet.range.bottom + 1, rowsSelected()),
  insertAbove: () => sheet.insertRows(sheet.range.top, rowsSelected()),
  appendRow() {
    const id = sheet.insertRows(sheet.count);
    sheet.go({ row: sheet.shownAt(id), column: 0 });
    scroller.focus({ preventScroll: true });
  },
  deleteRows() {
    const count = sheet.selectedRows.length;
    if (sheet.deleteRows()) say(`${count === 1 ? 'Row' : `${count} rows`} deleted. Ctrl+Z brings ${count === 1 ? 'it' : 'them'} back.`);
  },
  double: () => sheet.doubleRows(),
  moveUp() { if (movable() && sheet.rows[0] > 0) sheet.moveRows(sheet.rows[0] - 1); },
  moveDown() { if (movable() && (sheet.rows.at(-1) ?? 0) < last()) sheet.moveRows((sheet.rows.at(-1) ?? 0) + 2); },
  search() { $('search').focus(); },
  save() { saving.settle(); },
  palette() {}, // see palette.js
  replace() {}, // see replacing.js
  help: () => import('./dialogs.js').then(({ showKeys }) => showKeys()),
  why: () => acts.open('test'),
  escape() {
    if (sheet.adding) sheet.endAdding();
    else if (sheet.narrowed) { sheet.showAll(); showView(); } else if (state.tab) acts.open('');
    else sheet.go(sheet.focus);
  },
  nextProblem() {
    const marked = [...new Set(state.problems.filter((each) => each.severity !== 'note').flatMap((each) => each.rows.slice(0, 1)))].map((id) => [sheet.shownAt(id), id]).filter(([row]) => row >= 0).sort((one, other) => one[0] - other[0]);
    const next = marked.find(([row]) => row > sheet.focus.row) ?? marked[0];
    if (!next) return say('No problems.');
    const finding = state.problems.find((each) => each.rows[0] === next[1]);
    acts.reveal(next[1], finding?.column);
    say(finding?.message ?? '');
  },
  menu() {
    const active = document.getElementById(scroller.getAttribute('aria-activedescendant') ?? '');
    const bounds = (active ?? scroller).getBoundingClientRect();
    const [items, name] = sheet.mode === 'columns' ? [columnItems(sheet.columns[sheet.focus.column]), 'Column'] : [rowItems(), 'Rows'];
    openMenu({ left: bounds.left + 20, top: bounds.top, bottom: bounds.bottom }, items, sprite, name);
  },
  moveColumnBy(step) {
    const { row, column: from } = sheet.focus;
    const column = sheet.columns[from];
    const to = column.index + step;
    if (!acts.moveColumn(column, to)) return;
    sheet.go({ row, column: sheet.columns.findIndex((each) => each.part === column.part && each.index === to) }, { mode: 'columns' });
  },
  moveColumn: (column, to) => sheet.become(tables.withColumnMoved(sheet.table, column.part, column.index, to), `move column ${column.title}`),
  fitColumn(id) {
    const column = sheet.columns.find((each) => each.id === id);
    if (!column) return;
    let longest = column.title.length + 4;
    for (const rule of sheet.table.rules) longest = Math.max(longest, tables.cellOf(rule, column).length);
    sheet.resize(id, Math.min(480, longest * 7.4 + 24));
    sheet.keepLayout();
  },
  async editColumn(column) {
    if (!editable) return;
    const { askForColumn } = await import('./dialogs.js');
    const table = sheet.table;
    const now = await askForColumn({
      part: column.part, column: table[column.part][column.index], fresh: false, address,
      taken: table.outputs.filter((each) => each.id !== column.id).map((each) => each.name), names: knownNames()
    });
    const at = sheet.allColumns.find((each) => each.id === column.id);
    if (now && at) sheet.become(tables.withColumnChanged(sheet.table, at.part, at.index, now), `change column ${column.title}`);
  },
  async addColumn(part, at = sheet.table[part].length) {
    const { askForColumn } = await import('./dialogs.js');
    const ids = new Set(sheet.allColumns.map((each) => each.id));
    const fresh = {
      inputs: { id: tables.freshId('i', ids), expression: '', label: '', type: 'string', allowed: '' },
      outputs: { id: tables.freshId('o', ids), name: '', label: '', type: 'string', allowed: '', default: '' },
      annotations: ''
    }[part];
    const column = await askForColumn({ part, column: fresh, fresh: true, address, taken: sheet.table.outputs.map((each) => each.name), names: knownNames() });
    if (!column) return;
    if (part === 'outputs' && !column.name) column.name = column.label || 'result';
    if (part === 'inputs' && !column.expression) column.expression = column.label || 'input';
    sheet.become(tables.withColumn(sheet.table, part, at, column), `new column ${column.label ?? column}`);
    const place = sheet.columns.findIndex((each) => each.part === part && each.index === at);
    sheet.go({ row: 0, column: place });
  },
  newInput: () => acts.addColumn('inputs'),
  newOutput: () => acts.addColumn('outputs'),
  newNote: () => acts.addColumn('annotations'),
  removeColumn(column) {
    sheet.become(tables.withoutColumn(sheet.table, column.part, column.index), `delete column ${column.title}`);
    say(`Column ${column.title} deleted. Ctrl+Z brings it back.`);
  }
};
if (!editable) for (const name of ['undo', 'redo', 'fillDown', 'fillRight', 'insertBelow', 'insertAbove', 'appendRow', 'deleteRows', 'double', 'moveUp', 'moveDown', 'moveColumn', 'moveColumnBy', 'addColumn', 'removeColumn']) acts[name] = () => {};

let giving = 0;
const rowsSelected = () => (sheet.mode === 'rows' ? Math.max(1, sheet.selectedRows.length) : 1);

function movable() {
  if (sheet.sorting) say('Rows are shown sorted. Show them as they stand to move them.');
  return !sheet.sorting;
}

/** Where a row for a gap goes: at the end, but before a last row that takes everything. */
function gapPlace() {
  const rule = sheet.table.rules.at(-1);
  const all = rule?.inputs.every((text) => text === '-' || text === '');
  return rule && all && sheet.table.hit_policy === 'first' && !sheet.narrowed ? sheet.count - 1 : sheet.count;
}
