// @ts-check
/** The kinds of items: what they are called, how they are drawn, and what a new one says. */

/**
 * @typedef {{ system: string, operation: string, request?: Record<string, string | { value: string, empty?: string }> }} Call
 * @typedef {{ kind: string, key: string, name: string, [field: string]: any }} Item
 * @typedef {{ source: string, target: string, per?: string, condition?: string }} Dependency
 * @typedef {{ kind: 'plan', key: string, name: string, description?: string, items?: Item[],
 *   dependencies?: Dependency[] }} Plan
 * @typedef {{ kind: string, label: string, icon: string, hint: string, fresh: () => object }} Kind
 */

/** @type {Kind[]} */
export const KINDS = [
  {
    kind: 'callout', label: 'Callout', icon: 'plug', hint: 'Calls an operation of a system and waits for its answer',
    fresh: () => ({ call: { system: '', operation: '' } })
  },
  {
    kind: 'manual', label: 'Manual task', icon: 'user-round', hint: 'Work for a person, waiting in a queue',
    fresh: () => ({})
  },
  {
    kind: 'decision', label: 'Decision', icon: 'table-2', hint: 'Asks a decision table',
    fresh: () => ({ table: '' })
  },
  {
    kind: 'automatic', label: 'Automatic', icon: 'calculator', hint: 'Computes values, with no outside call',
    fresh: () => ({})
  },
  {
    kind: 'wait', label: 'Wait', icon: 'hourglass', hint: 'Waits for a callback, for a time, or for whichever is first',
    fresh: () => ({})
  },
  {
    kind: 'push', label: 'Push', icon: 'send', hint: 'Tells a system something and goes on',
    fresh: () => ({ call: { system: '', operation: '' } })
  },
  {
    kind: 'milestone', label: 'Milestone', icon: 'flag', hint: 'A point worth naming, reached when all before it has ended',
    fresh: () => ({})
  }
];

const BY_NAME = new Map(KINDS.map((kind) => [kind.kind, kind]));

/** @param {string} kind @returns {Kind} */
export function kindOf(kind) {
  const found = BY_NAME.get(kind);
  if (!found) throw new Error(`there is no kind of item called ${kind}`);
  return found;
}

/** Fields that every kind has, kept when an item changes its kind. */
const COMMON = ['key', 'name', 'description', 'per', 'condition', 'duration', 'point_of_no_return', 'compensation'];

/** Fields that several kinds share: a callout made a push keeps its call. */
const SHARED = {
  callout: ['call', 'result'], push: ['call'], automatic: ['result'], wait: ['result'], manual: [], decision: [],
  milestone: []
};

/**
 * The same item as another kind, keeping whatever both can say.
 * @param {Item} item @param {string} kind @returns {Item}
 */
export function morphed(item, kind) {
  const kept = [...COMMON, ...SHARED[/** @type {keyof typeof SHARED} */ (kind)]].filter((field) => field in item);
  return /** @type {Item} */ ({
    kind, ...kindOf(kind).fresh(), ...Object.fromEntries(kept.map((field) => [field, item[field]]))
  });
}

/**
 * Who or what does the item; on its card, where room is short, a system without its operation.
 * @param {Item} item
 * @param {{ systems: Map<string, any>, queues: Map<string, any>, tables: Map<string, any> }} names
 * @param {{ short?: boolean }} [how]
 */
export function whoOf(item, names, { short = false } = {}) {
  switch (item.kind) {
    case 'callout':
    case 'push': {
      const { system, operation } = item.call ?? {};
      if (!system) return 'No system yet';
      const known = names.systems.get(system);
      const call = known?.operations.find((/** @type {any} */ one) => one.key === operation);
      if (!operation) return 'No operation yet';
      return short ? known?.name ?? system : `${known?.name ?? system} · ${call?.name ?? operation}`;
    }
    case 'manual':
      return item.queue ? (names.queues.get(item.queue)?.name ?? item.queue) : 'No queue yet';
    case 'decision':
      return item.table ? (names.tables.get(item.table)?.name ?? item.table) : 'No table yet';
    case 'wait':
      return item.event || (item.until ? 'until a moment' : item.delay ? 'for a time' : 'Nothing to wait for yet');
    case 'automatic': {
      const count = Object.keys(item.result ?? {}).length;
      return count ? `${count} ${count === 1 ? 'value' : 'values'}` : 'No values yet';
    }
    default:
      return '';
  }
}

/** The lane an item belongs to when a plan is arranged by who does it. @param {Item} item */
export function laneOf(item) {
  if (item.kind === 'callout' || item.kind === 'push') return item.call?.system ? `system/${item.call.system}` : '';
  if (item.kind === 'manual') return item.queue ? `queue/${item.queue}` : '';
  return '';
}
