// @ts-check
/** The names an expression may use where it stands, for completion. */

import { fromScope } from '../../forms/variables.js';
import { reachable } from '../plan/graph.js';

/** Names for grouping keys: asked for each line, so `line` is always there. */
export function groupVariables(diagram) {
  return inOrder(diagram.get('planNames').current.scope);
}

/** Names for the condition of a dependency: those of the item that waits. */
export const waitingVariables = (diagram, card) => standing(card.item?.per ?? 'order', diagram.get('planNames').current.scope);

/** `line` is only there where an item stands for one line, `root` where it stands for lines of one root line. */
function standing(per, scope) {
  const line = per === 'line' || per === 'fulfilment line';
  return [
    ...inOrder({ ...scope, line: line && scope.line, root: (line || per === 'root line') && scope.line }),
    { name: 'lines', detail: 'all order lines of the item' }, { name: 'targets', detail: 'all fulfilment lines of the item' }
  ];
}

/** Names for the expressions of an item; `response` only where there is one. */
export function itemVariables(diagram, card, { response = false } = {}) {
  const names = diagram.get('planNames').current;
  const before = reachable(card, (one) => one.incoming.filter((line) => line.source.type === 'item').map((line) => line.source));
  const results = [...before].map((/** @type {any} */ { item }) => ({
    name: item.key, detail: item.name, entries: resultsOf(item, names)
  })).filter(({ entries }) => entries.length);
  return [
    ...standing(card.item.per ?? 'order', names.scope),
    ...(results.length ? [{ name: 'results', detail: 'of earlier items', entries: results }] : []),
    ...(response ? [{ name: 'response', detail: 'what came back' }] : [])
  ];
}

/** What later items see of an item. */
export function resultsOf(item, names) {
  if (item.kind === 'manual') return (item.form ?? []).map((field) => ({ name: field.name, detail: field.label || field.type }));
  if (item.kind === 'decision') return (names.tables.get(item.table)?.outputs ?? []).map(({ name, type }) => ({ name, detail: type }));
  return Object.keys(item.result ?? {}).map((name) => ({ name, detail: 'result' }));
}

/** @param {any} scope as the server describes it */
const inOrder = ({ order, line, root = line, target }) => fromScope({ ...(order && { order }), ...(line && { line }), ...(root && { root }), ...(target && { target }) });
