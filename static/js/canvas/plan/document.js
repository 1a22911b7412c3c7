// @ts-check
/** The plan document as the server wants it: closed, written without defaults, keys unique. */

/** @typedef {import('./kinds.js').Plan} Plan */
/** @typedef {import('./kinds.js').Item} Item */

/** What need not be said of each, beside what is empty; and what is said even where it is empty. */
const ITEM = { defaults: { per: 'order', on_timeout: 'complete' }, always: ['key', 'name'] };
const FIELD = { defaults: { type: 'string' }, always: ['name'] };
const RETRY = { defaults: { factor: 2, maximum: 'PT1H', jitter: 0.1 }, always: [] };
const DEPENDENCY = { defaults: { per: 'fulfilment line' }, always: [] };
const PLAIN = { defaults: {}, always: [] };

/**
 * Without what need not be said, exactly as the server writes it down: a difference would look like somebody's change.
 * @param {any} value @param {{ defaults: Record<string, any>, always: string[] }} how
 */
function bare(value, { defaults, always } = PLAIN) {
  return Object.fromEntries(Object.entries(value).filter(([field, worth]) =>
    always.includes(field) || !(isEmpty(worth) || worth === defaults[field])));
}

const isEmpty = (/** @type {any} */ worth) => worth === null || worth === undefined || worth === '' || worth === false ||
  (typeof worth === 'object' && Object.keys(worth).length === 0);

/** An item without what it need not say. @param {Item} item @returns {Item} */
export function clean(item) {
  const { call, compensation, retry, form, ...rest } = item;
  return /** @type {Item} */ ({
    ...bare({ ...rest, call: call && bare(call), form: form?.map((/** @type {any} */ field) => bare(field, FIELD)) }, ITEM),
    ...(compensation && { compensation: bare(compensation) }), ...(retry && { retry: bare(retry, RETRY) })
  });
}

/** A dependency without what it need not say. @param {import('./kinds.js').Dependency} dependency */
export const cleanDependency = (dependency) => bare(dependency, DEPENDENCY);

/** What a plan says besides its items and dependencies. @param {any} head */
export const cleanHead = (head) => bare(head, ITEM);

/**
 * JSON with sorted names: two documents say the same exactly when these are equal.
 * @param {any} value @returns {string}
 */
export function canonical(value) {
  return JSON.stringify(value, (_, part) =>
    part && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part);
}

/**
 * The item with every mention of results.<old> in its expressions made results.<new>.
 * @param {Item} item @param {Map<string, string>} renamed old key -> new key
 * @returns {Item} the same object where nothing mentions them
 */
export function withRenamedResults(item, renamed) {
  let changed = false;
  const replace = (/** @type {any} */ value) => {
    if (typeof value === 'string') {
      const text = value.replace(/\bresults\.([a-z][a-z0-9_]*)/g, (all, key) =>
        renamed.has(key) ? `results.${renamed.get(key)}` : all);
      changed ||= text !== value;
      return text;
    }
    if (Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([name, text]) => [name, replace(text)]));
  };
  const result = { ...item };
  for (const field of ['condition', 'until', 'per', 'result', 'inputs']) {
    if (item[field]) result[field] = replace(item[field]);
  }
  for (const field of ['call', 'compensation']) {
    if (item[field]?.request) result[field] = { ...item[field], request: replace(item[field].request) };
  }
  return changed ? result : item;
}

/** What identifies a dependency within a plan. @param {{ source: string, target: string }} dependency */
export function edgeName({ source, target }) {
  return `${source}>${target}`;
}
