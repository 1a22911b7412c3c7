// @ts-check
// What the page shows of the table and what people do to it: the one place that changes the table. Which rows are shown
// is view.js, what is selected selection.js.
//
// Places are in view coordinates: row 0 is the first row shown, whatever row of the table that is.

import { historyOf } from './history.js';
import { aligned, selectionOf } from './selection.js';
import * as tables from './table.js';
import { viewOf } from './view.js';
import { suggested } from './words.js';

/** @typedef {import('./selection.js').Place} Place */
/** @typedef {import('./selection.js').Range} Range */

/**
 * @param {import('./table.js').Table} start
 * @param {{hidden: string[], widths: Record<string, number>, keep: (layout: any) => void}} layout
 */
export function sheetOf(start, layout) {
  const history = historyOf(start);
  const hidden = new Set(layout.hidden);
  const widths = new Map(Object.entries(layout.widths));
  const listeners = new Set();
  const view = viewOf(() => history.table);
  let columns = shownColumns();
  const selection = selectionOf(() => ({ row: view.count - 1, column: columns.length - 1 }));

  function shownColumns() {
    return tables.columnsOf(history.table).filter((column) => !hidden.has(column.id));
  }

  const sheet = {
    /** @param {(what: 'table' | 'view' | 'selection', detail?: any) => void} listener */
    listen(listener) { listeners.add(listener); },
    get table() { return history.table; },
    get columns() { return columns; },
    get allColumns() { return tables.columnsOf(history.table); },
    get count() { return view.count; },
    get total() { return history.table.rules.length; },
    get narrowed() { return view.narrowed; },
    get sorting() { return view.sorting; },
    get filters() { return view.filters; },
    get needle() { return view.needle; },
    get only() { return view.only; },
    get focus() { return selection.focus; },
    get mode() { return selection.mode; },
    get adding() { return selection.adding; },
    get began() { return selection.began; },
    get several() { return selection.several; },
    get range() { return selection.range; },
    get ranges() { return selection.ranges; },
    /** The rows shown that any range touches, from top to bottom. */
    get rows() { return selection.rows; },
    get canUndo() { return history.canUndo; },
    get canRedo() { return history.canRedo; },

    place: view.place,
    /** @returns {import('./table.js').Rule | undefined} */
    rule: (row) => history.table.rules[view.place(row)],
    shownAt: view.shownAt,
    text(row, column) {
      const rule = sheet.rule(row);
      return rule && columns[column] ? tables.cellOf(rule, columns[column]) : '';
    },
    width: (column) => widths.get(column.id) ?? ({ inputs: 152, outputs: 136, annotations: 220 }[column.part]),
    isHidden: (id) => hidden.has(id),

    // --- selection

    /** @param {Place} to @param {{extend?: boolean, add?: boolean, alone?: boolean, tab?: boolean, mode?: import('./selection.js').Mode}} [how] */
    go(to, how) {
      selection.go(to, how);
      tell('selection');
    },
    /** Keeps what is selected, and begins another range with the next move. */
    addRange() {
      selection.add();
      tell('selection');
    },
    /** Where what is selected began: typing goes there, and on from cell to cell. */
    enter() {
      selection.enter();
      tell('selection');
    },
    /** @param {number} down @param {number} right to the next cell of what is selected */
    within(down, right) {
      selection.within(down, right);
      tell('selection');
    },
    endAdding() {
      selection.endAdding();
      tell('selection');
    },
    selectAll() {
      const kept = selection.focus;
      selection.span({ row: 0, column: 0 }, { row: view.count - 1, column: columns.length - 1 }, 'rows');
      tell('selection', { from: kept });
    },
    /** The rows of the table that the selection touches, in view order. */
    get selectedRows() { return selection.rows.map(view.place); },
    /** Shows a rule, if the filters let it through, and selects the cell or the row. */
    reveal(id, columnId) {
      let row = view.shownAt(id);
      if (row < 0) {
        sheet.showAll();
        row = view.shownAt(id);
      }
      if (row < 0) return;
      if (columnId && hidden.has(columnId)) sheet.hide(columnId, false);
      const column = columnId ? columns.findIndex((each) => each.id === columnId) : -1;
      if (column < 0) sheet.go({ row, column: 0 }, { mode: 'rows' });
      else sheet.go({ row, column });
    },

    // --- what people do to the table; each is one step of undo

    /** @param {import('./table.js').Table} next @param {string} label */
    become(next, label) {
      if (!history.record(next, label, selection.where)) return false;
      changed();
      return true;
    },
    /** @param {Place} at @param {string} text */
    write(at, text) {
      const column = columns[at.column];
      if (!column) return false;
      const said = suggested(column, text, history.table);
      const rule = sheet.rule(at.row);
      return sheet.become(tables.withCells(history.table, [{ row: view.place(at.row), column, text: said }]),
        rule ? `${column.title} in row ${view.place(at.row) + 1}` : 'cell');
    },
    /** The same text into every selected cell. */
    writeAll(text) {
      return eachSelected((column) => suggested(column, text, history.table), 'fill cells');
    },
    clear: () => eachSelected(() => '', 'clear cells'),
    /** Of every range its top row into all below it; with one row selected, the row above it into that. */
    fillDown() {
      const changes = [];
      for (const { top, bottom, left, right } of selection.ranges) {
        const source = top === bottom ? top - 1 : top;
        if (source < 0) continue;
        eachCell({ top: source + 1, bottom, left, right }, (row, column, at) => changes.push({ row: view.place(row), column, text: sheet.text(source, at) }));
      }
      return sheet.become(tables.withCells(history.table, changes), 'fill down');
    },
    /** The selected block over another that holds it, repeated as often as needed.
     * @param {import('./selection.js').Range} to */
    fillInto(to) {
      const { top, bottom, left, right } = selection.range;
      const [down, across] = [bottom - top + 1, right - left + 1];
      const changes = [];
      eachCell(to, (row, column, at) => {
        const source = columns[left + turned(at - left, across)];
        if (source.part !== column.part) return;
        changes.push({ row: view.place(row), column, text: sheet.text(top + turned(row - top, down), left + turned(at - left, across)) });
      });
      const done = sheet.become(tables.withCells(history.table, changes), 'fill cells');
      selection.span({ row: to.top, column: to.left }, { row: to.bottom, column: to.right }, 'cells');
      tell('selection', { quiet: true });
      return done;
    },
    fillRight() {
      const changes = [];
      for (const { top, bottom, left, right } of selection.ranges) {
        eachCell({ top, bottom, left: left + 1, right }, (row, column) => {
          if (column.part === columns[left].part) changes.push({ row: view.place(row), column, text: sheet.text(row, left) });
        });
      }
      return sheet.become(tables.withCells(history.table, changes), 'fill right');
    },
    /** The selected cells as rows of texts; null where several ranges make no block. @returns {string[][] | null} */
    get selectedCells() {
      const lines = aligned(selection.ranges);
      return lines && lines.flatMap((beside) => {
        const cells = [];
        for (let row = beside[0].top; row <= beside[0].bottom; row++) {
          cells.push(beside.flatMap(({ left, right }) => Array.from({ length: right - left + 1 }, (_, step) => sheet.text(row, left + step))));
        }
        return cells;
      });
    },
    /** Cells over what is there, from the top left of the selection on; rows are added where there are too few.
     * A single cell fills the selection; cells that do not fit beside the last column are left out.
     * @param {string[][]} cells @returns {{rows: number, added: number, left: number} | null} */
    paste(cells) {
      if (!cells.length || !columns.length) return null;
      const one = cells.length === 1 && cells[0].length === 1;
      if (one && selection.ranges.length > 1) return sheet.writeAll(cells[0][0]) ? { rows: selection.rows.length, added: 0, left: 0 } : null;
      const { top, left, bottom, right } = selection.range;
      const across = one ? right - left + 1 : tiled(cells[0].length, right - left + 1);
      const down = one ? Math.max(1, bottom - top + 1) : tiled(cells.length, bottom - top + 1);
      // Whole rows belong under the first column, wherever the focus is.
      const start = selection.mode === 'rows' || across === columns.length ? 0 : left;
      const first = view.count ? top : 0;
      const missing = Math.max(0, first + down - view.count);
      const before = history.table;
      const seen = view.count;
      let next = before;
      if (missing) next = tables.withRows(next, before.rules.length, Array.from({ length: missing }, () => tables.newRule(before)));
      const placed = (row) => (row < seen ? view.place(row) : before.rules.length + row - seen);
      const changes = [];
      for (let step = 0; step < down; step++) {
        const line = cells[step % cells.length];
        for (let side = 0; side < Math.max(across, line.length); side++) {
          const column = columns[start + side];
          const text = line[across > cells[0].length ? side % cells[0].length : side];
          if (column && text !== undefined) changes.push({ row: placed(first + step), column, text: suggested(column, text, before) });
        }
      }
      next = tables.withCells(next, changes);
      if (!sheet.become(next, `paste ${down === 1 ? 'a row' : `${down} rows`}`)) return null;
      const widest = Math.max(across, ...cells.map((line) => line.length));
      const width = Math.min(columns.length, start + widest) - 1;
      selection.span({ row: first, column: start }, { row: first + down - 1, column: width });
      tell('selection', { quiet: true });
      return { rows: down, added: missing, left: Math.max(0, start + widest - columns.length) };
    },
    /** @param {number} at view row that the new ones stand before @param {number} [how] how many */
    insertRows(at, how = 1, cells = {}) {
      const place = at >= view.count ? history.table.rules.length : view.place(at);
      const added = Array.from({ length: how }, () => tables.newRule(history.table, cells));
      sheet.become(tables.withRows(history.table, place, added), how === 1 ? 'new row' : `${how} new rows`);
      const row = view.shownAt(added[0].id);
      if (row >= 0) sheet.go({ row, column: selection.focus.column });
      return added[0].id;
    },
    deleteRows() {
      const gone = sheet.selectedRows;
      if (!gone.length) return false;
      const [first] = selection.rows;
      const { column } = selection.focus;
      const done = sheet.become(tables.withoutRows(history.table, gone), gone.length === 1 ? 'delete row' : `delete ${gone.length} rows`);
      sheet.go({ row: first, column });
      return done;
    },
    doubleRows() {
      const places = sheet.selectedRows;
      if (!places.length) return false;
      return sheet.become(tables.withRowsDoubled(history.table, places), places.length === 1 ? 'duplicate row' : `duplicate ${places.length} rows`);
    },
    /** Moves the selected rows before the row that is shown at `to`; only where rows stand as in the table. */
    moveRows(to) {
      if (view.sorting) return false;
      const moved = sheet.selectedRows;
      const ids = moved.map((row) => history.table.rules[row].id);
      const place = to >= view.count ? history.table.rules.length : view.place(to);
      const { column } = selection.focus;
      if (!sheet.become(tables.withRowsMoved(history.table, moved, place), moved.length === 1 ? 'move row' : `move ${moved.length} rows`)) return false;
      const row = view.shownAt(ids[0]);
      selection.span({ row, column }, { row: row + ids.length - 1, column }, 'rows');
      tell('selection');
      return true;
    },
    undo: () => restored(history.undo()),
    redo: () => restored(history.redo()),

    // --- columns

    hide(id, yes = true) {
      if (yes && columns.length === 1) return;
      if (yes) hidden.add(id);
      else hidden.delete(id);
      keepLayout();
      changed('view');
    },
    /** @param {string} id @param {number | null} width in px; null: as at first */
    resize(id, width) {
      if (width === null) widths.delete(id);
      else widths.set(id, Math.round(Math.max(56, Math.min(900, width))));
      tell('view', { widths: true });
    },
    keepLayout,

    // --- which rows are shown, and in which order

    search: (text) => arranged(() => view.search(text)),
    filter: (id, text) => arranged(() => view.filter(id, text)),
    /** @param {string | null} id of a column; with `key`, of anything known of a row */
    sort: (id, descending = false, key = undefined) => arranged(() => view.sort(id ? { id, descending, key } : null)),
    showOnly: (ids) => arranged(() => view.showOnly(ids)),
    showAll: () => arranged(() => view.showAll())
  };
  return sheet;

  function tell(what, detail) {
    for (const listener of listeners) listener(what, detail);
  }

  function keepLayout() {
    layout.keep({ hidden: [...hidden], widths: Object.fromEntries(widths) });
  }

  function eachCell({ top, bottom, left, right }, visit) {
    for (let row = top; row <= bottom; row++) {
      for (let column = left; column <= right; column++) if (columns[column]) visit(row, columns[column], column);
    }
  }

  function eachSelected(text, label) {
    const changes = [];
    for (const range of selection.ranges) eachCell(range, (row, column) => changes.push({ row: view.place(row), column, text: text(column) }));
    return sheet.become(tables.withCells(history.table, changes), label);
  }

  function changed(what = 'table') {
    columns = shownColumns();
    view.keep();
    selection.fit();
    tell(what);
  }

  function arranged(arrange) {
    const id = sheet.rule(selection.focus.row)?.id;
    const { column } = selection.focus;
    arrange();
    const row = id ? view.shownAt(id) : -1;
    selection.go({ row: Math.max(0, row), column });
    tell('view');
    tell('selection', { quiet: row < 0 });
  }

  function restored(step) {
    if (!step) return '';
    changed();
    selection.restore(step.where);
    tell('selection');
    return step.label;
  }
}

/** A step from a block's edge, within the block. */
const turned = (step, size) => ((step % size) + size) % size;

/** A block is repeated as often as it fits the selection a whole number of times, as spreadsheets do. */
function tiled(height, selected) {
  return selected > height && selected % height === 0 ? selected : height;
}
