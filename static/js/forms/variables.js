// @ts-check
// The names that expressions may use where they stand, for completion, as the server tells what there is.

/** @typedef {import('../designer/feel_editor.js').Variable} Variable */

const HELP = /** @type {Record<string, string>} */ ({
  order: 'what the customer asked for', line: 'the order line', root: 'the topmost line above it', target: 'the fulfilment line', source: 'what it is made of'
});

/** How a member is written after a dot. @param {string} name */
export const member = (name) => (/^[\p{L}_][\p{L}\p{N}_]*$/u.test(name) ? name : `get value(${JSON.stringify(name)})`);

/** @param {Record<string, any>} scope name -> its members, as the server describes them @returns {Variable[]} */
export function fromScope(scope) {
  const level = (/** @type {Record<string, any>} */ names) => Object.entries(names ?? {}).map(([name, one]) => ({
    name: member(name), detail: one.type, info: [one.label, one.of?.length && `of ${one.of.slice(0, 4).join(', ')}`, one.allowed && `one of ${one.allowed}`]
      .filter(Boolean).join('\n') || undefined, entries: one.entries ? level(one.entries) : undefined
  }));
  return Object.entries(scope).map(([name, members]) => ({ name, detail: HELP[name], entries: level(members) }));
}

/** The attributes of all of them; `of` says whose they are. @param {any[]} specifications */
function attributesOf(specifications) {
  /** @type {Record<string, any>} */
  const entries = {};
  for (const { name: owner, attributes } of specifications) {
    for (const { name, ...rest } of attributes) (entries[name] ??= { ...rest, of: [] }).of.push(owner);
  }
  return { type: 'context', entries };
}

/** The specifications with these keys, and all that are made of them: what an order may have asked for to get them.
 * @param {any} names @param {string[]} keys */
export function andWholes(names, keys) {
  const found = new Set(keys);
  for (const key of found) {
    names.decompositions.filter(({ targets }) => targets.some((one) => one.specification === key)).forEach(({ source }) => found.add(source));
  }
  return names.specifications.filter(({ key }) => found.has(key));
}

/** What enrichments and policies see: the order and one of its lines. @param {any} names @param {any[]} meant the specifications the line may be of */
export function lineVariables(names, meant) {
  const { order, line } = names.scope;
  return fromScope({ order, line: { ...line, attributes: attributesOf(meant.length ? meant : names.specifications) } });
}

/** `order`, `line`, its root line, and the fulfilment line under the name it has there. */
/** @param {any} names what the server tells of everything @param {any[]} parts the specifications the fulfilment line may be of @param {'target' | 'source'} called */
function scopeOf(names, parts, called) {
  const { order, line, target } = names.scope;
  const asked = andWholes(names, parts.map(({ key }) => key));
  return {
    order, line: { ...line, attributes: attributesOf(asked.length ? asked : names.specifications) },
    root: { ...line, attributes: attributesOf(names.specifications) },
    [called]: { ...target, attributes: attributesOf(parts.length ? parts : names.specifications) }
  };
}

const LINES = { name: 'lines', detail: 'all order lines it is for' };

/** What the condition of a scenario sees. @param {any} names @param {any[]} parts @returns {Variable[]} */
export const orderVariables = (names, parts) => [...fromScope(scopeOf(names, parts, 'target')), LINES];

/** What is asked of each source of a target. @param {any} names @param {any[]} parts @returns {Variable[]} */
export const sourceVariables = (names, parts) => [...fromScope(scopeOf(names, parts, 'source')), LINES];

/** What is asked once for all sources of a target. @param {any} names @param {any[]} parts @returns {Variable[]} */
export const targetVariables = (names, parts) => [...sourceVariables(names, parts), { name: 'sources', detail: 'all that it is made of' }];
