// @ts-check
// What the page shows of the table and what people do to it: the one place that changes the table, and that knows
// which rows and columns are in view, in which order, and what is selected.
//
// Places are in view coordinates: row 0 is the first row shown, whatever row of the table that is.

import * as tables from './table.js';
import { historyOf } from './history.js';
import { suggested } from './words.js';

/** @typedef {{row: number, column: number}} Place */
/** @typedef {{top: number, bottom: number, left: number, right: number}} Range inclusive, bottom -1: nothing */

/**
 * @param {import('./table.js').Table} start
 * @param {{hidden: string[], widths: Record<string, number>, keep: (layout: any) => void}} layout
 */
export function sheetOf(start, layout) {
  const history = historyOf(start);
  const hidden = new Set(layout.hidden);
  const widths = new Map(Object.entries(layout.widths));
  const listeners = new Set();
  let columns = shownColumns();
  /** @type {number[] | null} rows of the table in view order; null: all, as they are */
  let rows = null;
  let needle = '';
  /** @type {Map<string, string>} by column id what its cells must contain */
  const filters = new Map();
  /** @type {{id: string, descending: boolean} | null} */
  let sorting = null;
  /** @type {Set<string> | null} only these rows */
  let only = null;
  let focus = { row: 0, column: 0 };
  let anchor = { row: 0, column: 0 };
  /** @type {'cells' | 'rows' | 'columns'} */
  let mode = 'cells';
  /** @type {string[]} ids in view order, as of the last arrangement */
  let shown = [];
  /** @type {Set<string>} ids of all rows then */
  let known = new Set();

  function shownColumns() {
    return tables.columnsOf(history?.table ?? start).filter((column) => !hidden.has(column.id));
  }

  const sheet = {
    /** @param {(what: 'table' | 'view' | 'selection', detail?: any) => void} listener */
    listen(listener) { listeners.add(listener); },
    get table() { return history.table; },
    get columns() { return columns; },
    get allColumns() { return tables.columnsOf(history.table); },
    get count() { return rows ? rows.length : history.table.rules.length; },
    get total() { return history.table.rules.length; },
    get narrowed() { return rows !== null; },
    get sorting() { return sorting; },
    get filters() { return filters; },
    get needle() { return needle; },
    get only() { return only; },
    get focus() { return focus; },
    get mode() { return mode; },
    get canUndo() { return history.canUndo; },
    get canRedo() { return history.canRedo; },

    /** The row of the table that is shown in `row`. */
    place: (row) => (rows ? rows[row] ?? -1 : row),
    /** @returns {import('./table.js').Rule | undefined} */
    rule: (row) => history.table.rules[sheet.place(row)],
    /** Where a rule is shown; -1 where it is not. */
    shownAt(id) {
      const at = history.table.rules.findIndex((rule) => rule.id === id);
      return rows && at >= 0 ? rows.indexOf(at) : at;
    },
    text(row, column) {
      const rule = sheet.rule(row);
      return rule && columns[column] ? tables.cellOf(rule, columns[column]) : '';
    },
    width: (column) => widths.get(column.id) ?? ({ inputs: 152, outputs: 136, annotations: 220 }[column.part]),
    isHidden: (id) => hidden.has(id),

    // --- selection

    /** @returns {Range} */
    get range() {
      const last = { row: sheet.count - 1, column: columns.length - 1 };
      const top = Math.min(anchor.row, focus.row);
      const bottom = Math.min(Math.max(anchor.row, focus.row), last.row);
      const left = Math.min(anchor.column, focus.column);
      const right = Math.min(Math.max(anchor.column, focus.column), last.column);
      if (mode === 'rows') return { top, bottom, left: 0, right: last.column };
      if (mode === 'columns') return { top: 0, bottom: last.row, left, right };
      return { top, bottom, left, right };
    },
    /** @param {Place} to @param {{extend?: boolean, mode?: 'cells' | 'rows' | 'columns'}} [how] */
    go(to, { extend = false, mode: as = extend ? mode : 'cells' } = {}) {
      focus = clamped(to);
      if (!extend) anchor = focus;
      mode = as;
      tell('selection');
    },
    selectAll() {
      anchor = clamped({ row: 0, column: 0 });
      const kept = focus;
      focus = clamped({ row: sheet.count - 1, column: columns.length - 1 });
      mode = 'rows';
      tell('selection', { from: kept });
    },
    /** The rows of the table that the selection touches, in view order. */
    get selectedRows() {
      const { top, bottom } = sheet.range;
      return Array.from({ length: Math.max(0, bottom - top + 1) }, (_, step) => sheet.place(top + step));
    },
    /** Shows a rule, if the filters let it through, and selects the cell or the row. */
    reveal(id, columnId) {
      let row = sheet.shownAt(id);
      if (row < 0) {
        sheet.showAll();
        row = sheet.shownAt(id);
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
      if (!history.record(next, label, { focus, anchor, mode })) return false;
      changed();
      return true;
    },
    /** @param {Place} at @param {string} text */
    write(at, text) {
      const column = columns[at.column];
      if (!column) return false;
      const said = suggested(column, text, history.table);
      const rule = sheet.rule(at.row);
      return sheet.become(tables.withCells(history.table, [{ row: sheet.place(at.row), column, text: said }]),
        rule ? `${column.title} in row ${sheet.place(at.row) + 1}` : 'cell');
    },
    clear() {
      const changes = [];
      eachCell(sheet.range, (row, column) => changes.push({ row: sheet.place(row), column, text: '' }));
      return sheet.become(tables.withCells(history.table, changes), 'clear cells');
    },
    /** The top row of the selection into all below it; with one row selected, the row above it into that. */
    fillDown() {
      const { top, bottom, left, right } = sheet.range;
      const source = top === bottom ? top - 1 : top;
      if (source < 0) return false;
      const changes = [];
      eachCell({ top: source + 1, bottom, left, right }, (row, column) => {
        changes.push({ row: sheet.place(row), column, text: sheet.text(source, columns.indexOf(column)) });
      });
      return sheet.become(tables.withCells(history.table, changes), 'fill down');
    },
    fillRight() {
      const { top, bottom, left, right } = sheet.range;
      const changes = [];
      eachCell({ top, bottom, left: left + 1, right }, (row, column) => {
        if (column.part === columns[left].part) changes.push({ row: sheet.place(row), column, text: sheet.text(row, left) });
      });
      return sheet.become(tables.withCells(history.table, changes), 'fill right');
    },
    /** The selected cells as rows of texts. */
    get selectedCells() {
      const { top, bottom, left, right } = sheet.range;
      const cells = [];
      for (let row = top; row <= bottom; row++) {
        const line = [];
        for (let column = left; column <= right; column++) line.push(sheet.text(row, column));
        cells.push(line);
      }
      return cells;
    },
    /** Cells over what is there, from the top left of the selection on; rows are added where there are too few.
     * A single cell fills the selection; cells that do not fit beside the last column are left out.
     * @param {string[][]} cells @returns {{rows: number, added: number, left: number} | null} */
    paste(cells) {
      if (!cells.length || !columns.length) return null;
      const { top, left, bottom, right } = sheet.range;
      const one = cells.length === 1 && cells[0].length === 1;
      const across = one ? right - left + 1 : cells[0].length;
      const down = one ? Math.max(1, bottom - top + 1) : tiled(cells.length, bottom - top + 1);
      // Whole rows belong under the first column, wherever the focus is.
      const start = mode === 'rows' || across === columns.length ? 0 : left;
      const first = sheet.count ? top : 0;
      const missing = Math.max(0, first + down - sheet.count);
      const before = history.table;
      const wasNarrowed = rows;
      let next = before;
      if (missing) next = tables.withRows(next, before.rules.length, Array.from({ length: missing }, () => tables.newRule(before)));
      const placed = (row) => (row < sheet.count ? sheet.place(row) : before.rules.length + row - sheet.count);
      const changes = [];
      for (let step = 0; step < down; step++) {
        const line = one ? null : cells[step % cells.length];
        for (let side = 0; side < (line ? line.length : across); side++) {
          const column = columns[start + side];
          const text = line ? line[side] : cells[0][0];
          if (column) changes.push({ row: placed(first + step), column, text: suggested(column, text, before) });
        }
      }
      next = tables.withCells(next, changes);
      if (!sheet.become(next, `paste ${down === 1 ? 'a row' : `${down} rows`}`)) return null;
      if (wasNarrowed && rows && missing) rows = [...rows];
      const width = Math.min(columns.length, start + (one ? across : Math.max(...cells.map((line) => line.length)))) - 1;
      anchor = clamped({ row: first, column: start });
      focus = clamped({ row: first + down - 1, column: width });
      tell('selection', { quiet: true });
      return { rows: down, added: missing, left: Math.max(0, start + Math.max(...cells.map((line) => line.length)) - columns.length) };
    },
    /** @param {number} at view row that the new ones stand before @param {number} [how] how many */
    insertRows(at, how = 1, cells = {}) {
      const place = at >= sheet.count ? history.table.rules.length : sheet.place(at);
      const added = Array.from({ length: how }, () => tables.newRule(history.table, cells));
      sheet.become(tables.withRows(history.table, place, added), how === 1 ? 'new row' : `${how} new rows`);
      const row = sheet.shownAt(added[0].id);
      if (row >= 0) sheet.go({ row, column: focus.column });
      return added[0].id;
    },
    deleteRows() {
      const gone = sheet.selectedRows;
      if (!gone.length) return false;
      const done = sheet.become(tables.withoutRows(history.table, gone), gone.length === 1 ? 'delete row' : `delete ${gone.length} rows`);
      sheet.go({ row: Math.min(anchor.row, focus.row), column: focus.column });
      return done;
    },
    doubleRows() {
      const places = sheet.selectedRows;
      if (!places.length) return false;
      return sheet.become(tables.withRowsDoubled(history.table, places), places.length === 1 ? 'duplicate row' : `duplicate ${places.length} rows`);
    },
    /** Moves the selected rows before the row that is shown at `to`; only where rows stand as in the table. */
    moveRows(to) {
      if (sorting) return false;
      const moved = sheet.selectedRows;
      const ids = moved.map((row) => history.table.rules[row].id);
      const place = to >= sheet.count ? history.table.rules.length : sheet.place(to);
      if (!sheet.become(tables.withRowsMoved(history.table, moved, place), moved.length === 1 ? 'move row' : `move ${moved.length} rows`)) return false;
      const row = sheet.shownAt(ids[0]);
      anchor = clamped({ row, column: anchor.column });
      focus = clamped({ row: row + ids.length - 1, column: focus.column });
      mode = 'rows';
      tell('selection');
      return true;
    },
    undo() { return restored(history.undo()); },
    redo() { return restored(history.redo()); },
    /** Takes over what somebody else saved. */
    restart(table) {
      const id = sheet.rule(focus.row)?.id;
      history.restart(table);
      changed();
      const row = id ? sheet.shownAt(id) : -1;
      if (row >= 0) sheet.go({ row, column: focus.column });
    },

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

    search(text) { needle = text; arrange(); },
    /** @param {string} id of a column @param {string} text empty: no filter */
    filter(id, text) {
      if (text) filters.set(id, text);
      else filters.delete(id);
      arrange();
    },
    /** @param {string | null} id of a column */
    sort(id, descending = false) {
      sorting = id ? { id, descending } : null;
      arrange();
    },
    /** @param {Iterable<string> | null} ids */
    showOnly(ids) {
      only = ids ? new Set(ids) : null;
      arrange();
    },
    showAll() {
      needle = '';
      filters.clear();
      sorting = null;
      only = null;
      arrange();
    }
  };
  return sheet;

  function tell(what, detail) {
    for (const listener of listeners) listener(what, detail);
  }

  function keepLayout() {
    layout.keep({ hidden: [...hidden], widths: Object.fromEntries(widths) });
  }

  function clamped({ row, column }) {
    return {
      row: Math.max(0, Math.min(sheet.count - 1, row)),
      column: Math.max(0, Math.min(columns.length - 1, column))
    };
  }

  function eachCell({ top, bottom, left, right }, visit) {
    for (let row = top; row <= bottom; row++) {
      for (let column = left; column <= right; column++) if (columns[column]) visit(row, columns[column]);
    }
  }

  /** Rows stay where they are while somebody edits them, even if they no longer match a filter or fit the order. */
  function changed(what = 'table') {
    columns = shownColumns();
    if (rows) rows = kept();
    focus = clamped(focus);
    anchor = clamped(anchor);
    tell(what);
  }

  function kept() {
    const places = new Map(history.table.rules.map((rule, row) => [rule.id, row]));
    const left = shown.filter((id) => places.has(id));
    const fresh = history.table.rules.filter((rule) => !known.has(rule.id));
    for (const rule of fresh) {
      const before = history.table.rules[(places.get(rule.id) ?? 0) - 1];
      const at = before ? left.indexOf(before.id) : -1;
      if (at >= 0) left.splice(at + 1, 0, rule.id);
      else left.push(rule.id);
      known.add(rule.id);
    }
    shown = left;
    return left.map((id) => places.get(id) ?? -1);
  }

  function arrange() {
    const id = sheet.rule(focus.row)?.id;
    const wanted = needle.trim().toLowerCase();
    const every = tables.columnsOf(history.table);
    const narrow = [...filters].map(([column, text]) => ({ column: every.find((each) => each.id === column), text: text.toLowerCase() })).filter((each) => each.column);
    if (!wanted && !narrow.length && !sorting && !only) rows = null;
    else {
      const found = [];
      history.table.rules.forEach((rule, row) => {
        if (only && !only.has(rule.id)) return;
        if (wanted && !contains(rule, wanted, row)) return;
        if (!narrow.every(({ column, text }) => tables.cellOf(rule, /** @type {any} */ (column)).toLowerCase().includes(text))) return;
        found.push(row);
      });
      const by = sorting && every.find((each) => each.id === sorting?.id);
      if (by) found.sort(ordered(by, sorting?.descending ?? false));
      rows = found;
      shown = found.map((row) => history.table.rules[row].id);
      known = new Set(history.table.rules.map((rule) => rule.id));
    }
    const row = id ? sheet.shownAt(id) : -1;
    focus = clamped({ row: Math.max(0, row), column: focus.column });
    anchor = focus;
    mode = 'cells';
    tell('view');
    tell('selection', { quiet: row < 0 });
  }

  function contains(rule, wanted, row) {
    return tables.PARTS.some((part) => rule[part].some((text) => text.toLowerCase().includes(wanted))) || String(row + 1) === wanted;
  }

  function ordered(column, descending) {
    const compare = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' }).compare;
    const key = (row) => tables.cellOf(history.table.rules[row], column);
    const number = (text) => Number(text.match(/-?\d+(\.\d+)?/)?.[0] ?? NaN);
    return (one, other) => {
      const [a, b] = [key(one), key(other)];
      const [m, n] = [number(a), number(b)];
      const order = column.type === 'number' && !Number.isNaN(m) && !Number.isNaN(n) && m !== n ? m - n : compare(a, b);
      return (descending ? -order : order) || one - other;
    };
  }

  function restored(step) {
    if (!step) return '';
    changed();
    anchor = clamped(step.where.anchor);
    focus = clamped(step.where.focus);
    mode = step.where.mode;
    tell('selection');
    return step.label;
  }
}

/** A block is repeated as often as it fits the selection a whole number of times, as spreadsheets do. */
function tiled(height, selected) {
  return selected > height && selected % height === 0 ? selected : height;
}
