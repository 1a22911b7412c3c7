// @ts-check
// The table document and its verbs: each takes a table and gives a new one, sharing every row that did not change.

import { same } from '../designer/merging.js';

/**
 * @typedef {{id: string, inputs: string[], outputs: string[], annotations: string[]}} Rule
 * @typedef {{id: string, expression: string, label: string, type: string, allowed: string}} Input
 * @typedef {{id: string, name: string, label: string, type: string, allowed: string, default: string}} Output
 * @typedef {{key: string, name: string, description: string, hit_policy: string, aggregation: string,
 *   inputs: Input[], outputs: Output[], annotations: string[], rules: Rule[]}} Table
 * @typedef {'inputs' | 'outputs' | 'annotations'} Part
 * @typedef {{part: Part, index: number, id: string, title: string, note: string, type: string, allowed: string}} Column
 * @typedef {{row: number, column: Column, text: string}} Change
 */

export const PARTS = /** @type {Part[]} */ (['inputs', 'outputs', 'annotations']);
export const TYPES = ['string', 'number', 'boolean', 'date', 'time', 'date and time', 'days and time duration',
  'years and months duration', 'list<string>', 'list<number>', 'context', 'Any'];
export const POLICIES = [
  ['unique', 'U', 'At most one row may match.'],
  ['any', 'A', 'Several rows may match if all say the same.'],
  ['priority', 'P', 'Of the matching rows the one whose output comes first in the allowed values.'],
  ['first', 'F', 'The first matching row from the top.'],
  ['collect', 'C', 'All matching rows, in no particular order.'],
  ['rule order', 'R', 'All matching rows, from top to bottom.'],
  ['output order', 'O', 'All matching rows, by the order of the allowed values.']
];
const AGGREGATIONS = { list: '', sum: '+', count: '#', min: '<', max: '>' };

/** The letter by which DMN knows a hit policy. */
export function policyLetter(table) {
  const letter = POLICIES.find(([name]) => name === table.hit_policy)?.[1] ?? '?';
  return table.hit_policy === 'collect' ? letter + AGGREGATIONS[table.aggregation] : letter;
}

/** What is left out of a stored document because it is the default. @returns {Table} */
export function completed(stored) {
  return {
    description: '', hit_policy: 'unique', aggregation: 'list', ...stored,
    inputs: (stored.inputs ?? []).map((each) => ({ label: '', type: 'Any', allowed: '', ...each })),
    outputs: (stored.outputs ?? []).map((each) => ({ label: '', type: 'Any', allowed: '', default: '', ...each })),
    annotations: stored.annotations ?? [],
    rules: (stored.rules ?? []).map(completedRule)
  };
}

const completedRule = (rule) => ({ inputs: [], outputs: [], annotations: [], ...rule });

/** All columns from left to right. @param {Table} table @returns {Column[]} */
export function columnsOf(table) {
  return [
    ...table.inputs.map((each, index) => ({
      part: /** @type {Part} */ ('inputs'), index, id: each.id, title: each.label || each.expression || 'unnamed',
      note: each.label ? each.expression : '', type: each.type, allowed: each.allowed
    })),
    ...table.outputs.map((each, index) => ({
      part: /** @type {Part} */ ('outputs'), index, id: each.id, title: each.label || each.name || 'result',
      note: each.label && each.name !== each.label ? each.name : '', type: each.type, allowed: each.allowed
    })),
    ...table.annotations.map((name, index) => ({
      part: /** @type {Part} */ ('annotations'), index, id: `annotation-${index}`, title: name || 'note', note: '', type: '', allowed: ''
    }))
  ];
}

/** @param {Rule} rule @param {Column} column */
export function cellOf(rule, column) {
  return rule[column.part][column.index] ?? '';
}

/** What an emptied cell says: an input that tests nothing is a dash. */
export function written(column, text) {
  const trimmed = column.part === 'annotations' ? text : text.trim();
  return trimmed === '' && column.part === 'inputs' ? '-' : trimmed;
}

/** A name that nothing in the table has yet; random, because two people may add rows at once. */
export function freshId(prefix, taken) {
  for (;;) {
    const id = prefix + Math.random().toString(36).slice(2, 8).padEnd(6, '0');
    if (!taken?.has(id)) return id;
  }
}

/** @param {Table} table @param {{inputs?: string[], outputs?: string[], annotations?: string[]}} [cells] @returns {Rule} */
export function newRule(table, cells = {}) {
  return {
    id: freshId('r'),
    inputs: table.inputs.map((_, index) => cells.inputs?.[index] || '-'),
    outputs: table.outputs.map((_, index) => cells.outputs?.[index] ?? ''),
    annotations: table.annotations.map((_, index) => cells.annotations?.[index] ?? '')
  };
}

/** @param {Table} table @param {Change[]} changes @returns {Table} the same table when nothing differs */
export function withCells(table, changes) {
  let rules = table.rules;
  /** @type {Map<number, Rule>} */
  const touched = new Map();
  for (const { row, column, text } of changes) {
    const rule = touched.get(row) ?? rules[row];
    const said = written(column, text);
    if (!rule || (rule[column.part][column.index] ?? '') === said) continue;
    const cells = rule[column.part].slice();
    cells[column.index] = said;
    touched.set(row, { ...rule, [column.part]: cells });
  }
  if (!touched.size) return table;
  rules = rules.slice();
  for (const [row, rule] of touched) rules[row] = rule;
  return { ...table, rules };
}

/** @param {Table} table @param {number} at @param {Rule[]} added */
export function withRows(table, at, added) {
  const rules = table.rules.slice();
  rules.splice(at, 0, ...added);
  return { ...table, rules };
}

/** @param {Table} table @param {Iterable<number>} gone */
export function withoutRows(table, gone) {
  const rows = new Set(gone);
  return { ...table, rules: table.rules.filter((_, row) => !rows.has(row)) };
}

/** Moves rows, in their order, so that they stand before what is now row `to`. @param {Table} table @param {number[]} moved */
export function withRowsMoved(table, moved, to) {
  const set = new Set(moved);
  const inOrder = [...set].sort((one, other) => one - other).map((row) => table.rules[row]);
  const before = table.rules.slice(0, to).filter((_, row) => !set.has(row));
  const after = table.rules.slice(to).filter((_, row) => !set.has(row + to));
  const rules = [...before, ...inOrder, ...after];
  return rules.every((rule, row) => rule === table.rules[row]) ? table : { ...table, rules };
}

/** @param {Table} table @param {number[]} rows */
export function withRowsDoubled(table, rows) {
  const copies = rows.map((row) => ({ ...table.rules[row], id: freshId('r') }));
  return withRows(table, Math.max(...rows) + 1, copies);
}

const EMPTY = { inputs: '-', outputs: '', annotations: '' };

/** @param {Table} table @param {Part} part @param {number} at @param {any} column an input, an output or a name */
export function withColumn(table, part, at, column) {
  const columns = /** @type {any[]} */ (table[part]).toSpliced(at, 0, column);
  const rules = table.rules.map((rule) => ({ ...rule, [part]: filled(rule[part], table[part].length, EMPTY[part]).toSpliced(at, 0, EMPTY[part]) }));
  return { ...table, [part]: columns, rules };
}

/** @param {Table} table @param {Part} part @param {number} index */
export function withoutColumn(table, part, index) {
  const columns = /** @type {any[]} */ (table[part]).toSpliced(index, 1);
  const rules = table.rules.map((rule) => ({ ...rule, [part]: filled(rule[part], table[part].length, EMPTY[part]).toSpliced(index, 1) }));
  return { ...table, [part]: columns, rules };
}

/** @param {Table} table @param {Part} part @param {number} from @param {number} to its place afterwards */
export function withColumnMoved(table, part, from, to) {
  if (from === to || to < 0 || to >= table[part].length) return table;
  const move = (list) => list.toSpliced(from, 1).toSpliced(to, 0, list[from]);
  const rules = table.rules.map((rule) => ({ ...rule, [part]: move(filled(rule[part], table[part].length, EMPTY[part])) }));
  return { ...table, [part]: move(table[part]), rules };
}

/** @param {Table} table @param {Part} part @param {number} index @param {any} column */
export function withColumnChanged(table, part, index, column) {
  return { ...table, [part]: /** @type {any[]} */ (table[part]).with(index, column) };
}

/** Rows may be ragged when they come from elsewhere. */
function filled(cells, length, empty) {
  return cells.length === length ? cells : Array.from({ length }, (_, index) => cells[index] ?? empty);
}

// --- what changed

/** @typedef {{table: Partial<Table> | null, put: Rule[], order: string[] | null}} Patch */

/** What makes `current` out of `saved`; null when nothing does. Rows are compared by identity, then by content.
 * @param {Table} saved @param {Table} current @returns {Patch | null} */
export function difference(saved, current) {
  if (saved === current) return null;
  const { rules: before, ...head } = saved;
  const { rules: after, ...now } = current;
  const table = same(head, now) ? null : now;
  const put = [];
  let reordered = before.length !== after.length;
  /** @type {Map<string, Rule> | null} only made where rows no longer stand where they stood */
  let known = null;
  after.forEach((rule, row) => {
    let old = before[row];
    if (old === rule) return;
    if (old?.id !== rule.id) {
      reordered = true;
      known ??= new Map(before.map((each) => [each.id, each]));
      old = /** @type {any} */ (known.get(rule.id));
    }
    if (old !== rule && !(old && sameRule(old, rule))) put.push(rule);
  });
  if (!table && !put.length && !reordered) return null;
  return { table, put, order: reordered ? after.map((rule) => rule.id) : null };
}

/** @param {Table} saved @param {Patch} patch @param {boolean} [meanwhile] whether somebody else has saved since the
 * patch was made: then rows it does not know stay, and deleted ones come back, so that nobody's work is lost
 * @returns {Table} */
export function patched(saved, patch, meanwhile = false) {
  const put = new Map(patch.put.map((rule) => [rule.id, rule]));
  const known = new Map(saved.rules.map((rule) => [rule.id, rule]));
  const order = new Set(patch.order ?? known.keys());
  if (meanwhile) for (const id of known.keys()) order.add(id);
  const rules = [...order].map((id) => put.get(id) ?? known.get(id)).filter((rule) => rule !== undefined);
  return { ...saved, ...patch.table, rules };
}

function sameRule(one, other) {
  return PARTS.every((part) => one[part].length === other[part].length && one[part].every((text, index) => text === other[part][index]));
}
