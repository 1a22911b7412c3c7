// @ts-check
/** The names an expression may use where it stands, for completion. */

import { reachable } from '../plan/graph.js';

/** @typedef {import('../../forms/fields/feel.js').Variable} Variable */

/** @param {any} scope as the server describes it @returns {Variable[]} */
function fromScope(scope) {
  const level = (/** @type {Record<string, any>} */ names) => Object.entries(names ?? {}).map(([name, one]) => ({
    name: safe(name), detail: one.type, info: [one.label, one.of?.length && `of ${one.of.slice(0, 4).join(', ')}`, one.allowed && `one of ${one.allowed}`]
      .filter(Boolean).join('\n') || undefined, entries: one.entries ? level(one.entries) : undefined
  }));
  return ['order', 'line', 'target'].filter((name) => scope[name]).map((name) => ({
    name, detail: HELP[/** @type {keyof typeof HELP} */ (name)], entries: level(scope[name])
  }));
}

const HELP = { order: 'what the customer asked for', line: 'the order line', target: 'the fulfilment line' };
const safe = (/** @type {string} */ name) => (/^[\p{L}_][\p{L}\p{N}_]*$/u.test(name) ? name : `get value(${JSON.stringify(name)})`);

/** Names for grouping keys and for conditions of dependencies. */
export function groupVariables(diagram) {
  return fromScope(diagram.get('planNames').current.scope);
}

/** Names for the expressions of an item; `response` only where there is one. */
export function itemVariables(diagram, card, { response = false } = {}) {
  const names = diagram.get('planNames').current;
  const before = reachable(card, (one) => one.incoming.filter((line) => line.source.type === 'item').map((line) => line.source));
  const results = [...before].map((/** @type {any} */ { item }) => ({
    name: item.key, detail: item.name, entries: resultsOf(item, names)
  })).filter(({ entries }) => entries.length);
  const scope = fromScope(names.scope);
  return [
    ...scope,
    { name: 'lines', detail: 'all order lines of the item' }, { name: 'targets', detail: 'all fulfilment lines of the item' },
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
