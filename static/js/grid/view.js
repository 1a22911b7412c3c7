// @ts-check
// Which rows of the table are shown, and in which order: search, filters, sorting, and "only these".

import * as tables from './table.js';

/** @typedef {{id: string, descending: boolean, key?: (rule: import('./table.js').Rule) => number}} Sorting `id` is a
 * column, or, with `key`, whatever else is known of a row */

/** @param {() => import('./table.js').Table} table */
export function viewOf(table) {
  /** @type {number[] | null} rows of the table in view order; null: all, as they are */
  let rows = null;
  let needle = '';
  /** @type {Map<string, string>} by column id what its cells must contain */
  const filters = new Map();
  /** @type {Sorting | null} */
  let sorting = null;
  /** @type {Set<string> | null} only these rows */
  let only = null;
  /** @type {string[]} ids in view order, as of the last arrangement */
  let shown = [];
  /** @type {Set<string>} ids of all rows then */
  let known = new Set();

  return {
    get count() { return rows ? rows.length : table().rules.length; },
    get narrowed() { return rows !== null; },
    get sorting() { return sorting; },
    get needle() { return needle; },
    get only() { return only; },
    filters,
    /** The row of the table that is shown in `row`. */
    place: (row) => (rows ? rows[row] ?? -1 : row),
    /** Where a rule is shown; -1 where it is not. */
    shownAt(id) {
      const at = table().rules.findIndex((rule) => rule.id === id);
      return rows && at >= 0 ? rows.indexOf(at) : at;
    },
    search(text) { needle = text; arrange(); },
    /** @param {string} id of a column @param {string} text empty: no filter */
    filter(id, text) {
      if (text) filters.set(id, text);
      else filters.delete(id);
      arrange();
    },
    /** @param {Sorting | null} by */
    sort(by) {
      sorting = by;
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
    },
    /** Rows stay where they are while somebody edits them, even if they no longer match a filter or fit the order. */
    keep() { if (rows) rows = kept(); }
  };

  function kept() {
    const places = new Map(table().rules.map((rule, row) => [rule.id, row]));
    const left = shown.filter((id) => places.has(id));
    const fresh = table().rules.filter((rule) => !known.has(rule.id));
    for (const rule of fresh) {
      const before = table().rules[(places.get(rule.id) ?? 0) - 1];
      const at = before ? left.indexOf(before.id) : -1;
      if (at >= 0) left.splice(at + 1, 0, rule.id);
      else left.push(rule.id);
      known.add(rule.id);
    }
    shown = left;
    return left.map((id) => places.get(id) ?? -1);
  }

  function arrange() {
    const wanted = needle.trim().toLowerCase();
    const every = tables.columnsOf(table());
    const narrow = [...filters].map(([column, text]) => ({ column: every.find((each) => each.id === column), text: text.toLowerCase() })).filter((each) => each.column);
    if (!wanted && !narrow.length && !sorting && !only) return void (rows = null);
    const found = [];
    table().rules.forEach((rule, row) => {
      if (only && !only.has(rule.id)) return;
      if (wanted && !contains(rule, wanted, row)) return;
      if (!narrow.every(({ column, text }) => tables.cellOf(rule, /** @type {any} */ (column)).toLowerCase().includes(text))) return;
      found.push(row);
    });
    const order = sorting && comparison(sorting, every);
    if (order) found.sort(order);
    rows = found;
    shown = found.map((row) => table().rules[row].id);
    known = new Set(table().rules.map((rule) => rule.id));
  }

  function contains(rule, wanted, row) {
    return tables.PARTS.some((part) => rule[part].some((text) => text.toLowerCase().includes(wanted))) || String(row + 1) === wanted;
  }

  /** @param {Sorting} by @param {import('./table.js').Column[]} every */
  function comparison({ id, descending, key }, every) {
    const { rules } = table();
    const sign = descending ? -1 : 1;
    if (key) {
      const worth = rules.map(key);
      return (one, other) => sign * (worth[one] - worth[other]) || one - other;
    }
    const column = every.find((each) => each.id === id);
    return column ? textual(rules, column, sign) : null;
  }
}

function textual(rules, column, sign) {
  const compare = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' }).compare;
  const text = (row) => tables.cellOf(rules[row], column);
  const number = (said) => Number(said.match(/-?\d+(\.\d+)?/)?.[0] ?? NaN);
  return (one, other) => {
    const [a, b] = [text(one), text(other)];
    const [m, n] = [number(a), number(b)];
    const order = column.type === 'number' && !Number.isNaN(m) && !Number.isNaN(n) && m !== n ? m - n : compare(a, b);
    return sign * order || one - other;
  };
}
