// @ts-check
/** Three-way merge of plans, item by item and field by field; what both changed differently is a conflict. */

import { canonical, edgeName } from './document.js';

/** @typedef {import('./kinds.js').Plan} Plan */
/**
 * @typedef {{ what: 'plan' | 'item' | 'dependency', name: string, field: string | null, base: any, mine: any,
 *   theirs: any }} Conflict
 */

const same = (/** @type {any} */ a, /** @type {any} */ b) => a === b || canonical(a ?? null) === canonical(b ?? null);

/**
 * @template {object} Part
 * @param {'plan' | 'item' | 'dependency'} what
 * @param {string} name
 * @param {Part | undefined} base @param {Part | undefined} mine @param {Part | undefined} theirs
 * @param {'mine' | 'theirs'} preferred @param {Conflict[]} conflicts
 * @returns {Part | undefined}
 */
function mergedPart(what, name, base, mine, theirs, preferred, conflicts) {
  if (same(mine, theirs) || same(base, theirs)) return mine;
  if (same(base, mine)) return theirs;
  const chosen = preferred === 'mine' ? mine : theirs;
  if (!mine || !theirs || !base || /** @type {any} */ (mine).kind !== /** @type {any} */ (theirs).kind) {
    if (!base && mine && theirs) return mergedFields(what, name, {}, mine, theirs, preferred, conflicts);
    conflicts.push({ what, name, field: null, base, mine, theirs });
    return chosen;
  }
  return mergedFields(what, name, base, mine, theirs, preferred, conflicts);
}

/**
 * @param {'plan' | 'item' | 'dependency'} what @param {string} name
 * @param {any} base @param {any} mine @param {any} theirs
 * @param {'mine' | 'theirs'} preferred @param {Conflict[]} conflicts
 */
function mergedFields(what, name, base, mine, theirs, preferred, conflicts) {
  /** @type {Record<string, any>} */
  const result = {};
  for (const field of new Set([...Object.keys(mine), ...Object.keys(theirs)])) {
    const [b, m, t] = [base[field], mine[field], theirs[field]];
    let value = m;
    if (!same(m, t) && !same(b, t)) {
      value = t;
      if (!same(b, m)) {
        conflicts.push({ what, name, field, base: b, mine: m, theirs: t });
        value = preferred === 'mine' ? m : t;
      }
    }
    if (value !== undefined) result[field] = value;
  }
  return result;
}

/**
 * Merges two descendants of `base`. Conflicts are decided for `preferred` and listed, so that a person can
 * decide otherwise. Dependencies of items that went away on either side go with them.
 * @param {Plan} base @param {Plan} mine @param {Plan} theirs @param {'mine' | 'theirs'} [preferred]
 * @returns {{ plan: Plan, conflicts: Conflict[] }}
 */
export function merged(base, mine, theirs, preferred = 'mine') {
  /** @type {Conflict[]} */
  const conflicts = [];
  const head = (/** @type {Plan} */ { items, dependencies, ...rest }) => rest;
  const parts = (/** @type {any[]} */ list, /** @type {(one: any) => string} */ name) =>
    new Map((list ?? []).map((one) => [name(one), one]));

  const together = (/** @type {'item' | 'dependency'} */ what, /** @type {'items' | 'dependencies'} */ field,
    /** @type {(one: any) => string} */ name) => {
    const [b, m, t] = [base, mine, theirs].map((plan) => parts(plan[field] ?? [], name));
    return [...new Set([...m.keys(), ...t.keys()])]
      .map((key) => mergedPart(what, key, b.get(key), m.get(key), t.get(key), preferred, conflicts))
      .filter((part) => part !== undefined);
  };

  const items = together('item', 'items', (item) => item.key);
  const keys = new Set(items.map((item) => item.key));
  const dependencies = together('dependency', 'dependencies', edgeName)
    .filter(({ source, target }) => keys.has(target) && (source.includes('/') || keys.has(source)));
  const plan = /** @type {Plan} */ (
    mergedPart('plan', mine.key, head(base), head(mine), head(theirs), preferred, conflicts));
  return { plan: { ...plan, items, dependencies }, conflicts };
}
