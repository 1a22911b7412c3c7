// @ts-check
/** The plan document as the server wants it: closed, written without defaults, keys unique. */

/** @typedef {import('./kinds.js').Plan} Plan */
/** @typedef {import('./kinds.js').Item} Item */

const DEFAULTS = /** @type {Record<string, any>} */ ({
  description: '', per: 'order', condition: '', point_of_no_return: false, event: '', until: '',
  on_timeout: 'complete', queue: ''
});

/** Maps and lists that are left out when empty. */
const COLLECTIONS = ['result', 'inputs', 'form', 'request'];

/** An item without what it need not say. @param {Item} item @returns {Item} */
export function clean(item) {
  const kept = Object.entries(item).filter(([field, value]) => {
    if (value === null || value === undefined) return false;
    if (COLLECTIONS.includes(field)) return Array.isArray(value) ? value.length : Object.keys(value).length;
    return value !== DEFAULTS[field];
  });
  const cleaned = /** @type {Item} */ (Object.fromEntries(kept));
  for (const field of ['call', 'compensation']) {
    if (cleaned[field]) {
      const { system, operation, request } = cleaned[field];
      cleaned[field] = request && Object.keys(request).length ? { system, operation, request } : { system, operation };
    }
  }
  return cleaned;
}

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
