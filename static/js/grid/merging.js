// @ts-check
// Two people changed one table: what each did is kept, cell by cell; only where both wrote the same cell differently
// somebody has to choose.
//
// Cells are compared by row and column ids, so it does not matter who moved or added rows and columns.

import { inOrder, same, settled } from '../designer/merging.js';
import { PARTS } from './table.js';

/** @typedef {{where: string, base: string, mine: string, theirs: string, row?: string, column?: string, field?: string}} Conflict */

/**
 * @param {any} base what both started from @param {any} mine @param {any} theirs
 * @param {'mine' | 'theirs'} prefer what stands where both changed the same
 * @returns {{table: any, conflicts: Conflict[]}}
 */
export function merged(base, mine, theirs, prefer = 'mine') {
  /** @type {Conflict[]} */
  const conflicts = [];
  const choose = (was, one, other, where, more = {}) => settled(was, one, other, () => {
    conflicts.push({ where, base: shown(was), mine: shown(one), theirs: shown(other), ...more });
    return prefer === 'mine' ? one : other;
  });

  const table = { ...theirs };
  for (const field of Object.keys({ ...mine, ...theirs })) {
    if (field !== 'rules' && !PARTS.includes(/** @type {any} */ (field))) table[field] = choose(base[field], mine[field], theirs[field], field.replace('_', ' '), { field });
  }
  for (const part of PARTS) table[part] = mergedColumns(part, base[part], mine[part], theirs[part], choose);

  const [was, one, other] = [base, mine, theirs].map(cellsById);
  const numbers = new Map(mine.rules.map((rule, row) => [rule.id, row + 1]));
  // A row that one side removed stays where the other still worked on it.
  const order = inOrder([...was.keys()], [...one.keys()], [...other.keys()], (id) => !same(one.get(id) ?? other.get(id), was.get(id)));
  table.rules = order.map((id) => {
    const [old, my, their] = [was.get(id), one.get(id), other.get(id)];
    const rule = { id };
    for (const part of PARTS) {
      rule[part] = table[part].map((column) => {
        const key = `${part} ${columnId(part, column)}`;
        const empty = part === 'inputs' ? '-' : '';
        const before = old?.[key];
        const ours = my ? my[key] ?? before ?? empty : their?.[key] ?? empty;
        const theirsNow = their ? their[key] ?? before ?? empty : ours;
        const name = part === 'annotations' ? column : column.label || column.expression || column.name;
        return choose(before ?? (my && their ? undefined : ours), ours, theirsNow, `row ${numbers.get(id) ?? '?'}, ${name}`, { row: id, column: columnId(part, column) });
      });
    }
    return rule;
  });
  return { table, conflicts };
}

const columnId = (part, column) => (part === 'annotations' ? column : column.id);

/** @returns {Map<string, Record<string, string>>} */
function cellsById(table) {
  const keys = PARTS.map((part) => table[part].map((column) => `${part} ${columnId(part, column)}`));
  return new Map(table.rules.map((rule) => {
    const cells = {};
    PARTS.forEach((part, at) => keys[at].forEach((key, index) => { cells[key] = rule[part][index] ?? ''; }));
    return [rule.id, cells];
  }));
}

function mergedColumns(part, base, mine, theirs, choose) {
  const named = (columns) => new Map(columns.map((column) => [columnId(part, column), column]));
  const [was, one, other] = [named(base), named(mine), named(theirs)];
  const order = inOrder([...was.keys()], [...one.keys()], [...other.keys()]);
  return order.map((id) => {
    const [my, their] = [one.get(id) ?? other.get(id), other.get(id) ?? one.get(id)];
    if (part === 'annotations') return my;
    const column = { ...my };
    for (const field of Object.keys(column)) column[field] = choose(was.get(id)?.[field], my[field], their[field], `column ${my.label || id}: ${field}`, { column: id, field });
    return column;
  });
}

function shown(value) {
  return value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value);
}

/** How many cells, rows and columns differ, in words. */
export function summary(before, after) {
  const was = new Map(before.rules.map((rule) => [rule.id, rule]));
  const now = new Map(after.rules.map((rule) => [rule.id, rule]));
  const added = after.rules.filter((rule) => !was.has(rule.id)).length;
  const removed = before.rules.filter((rule) => !now.has(rule.id)).length;
  const changed = after.rules.filter((rule) => was.has(rule.id) && !same(was.get(rule.id), rule)).length;
  const words = [];
  if (added) words.push(`${added} ${added === 1 ? 'row' : 'rows'} added`);
  if (removed) words.push(`${removed} removed`);
  if (changed) words.push(`${changed} changed`);
  const { rules: _one, ...head } = before;
  const { rules: _two, ...next } = after;
  if (!same(head, next)) words.push('columns or settings changed');
  return words.join(', ') || 'nothing changed';
}
