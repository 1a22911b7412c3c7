// @ts-check
// What merging two descendants of one document rests on, whatever it is made of.

const isObject = (/** @type {any} */ value) => value !== null && typeof value === 'object' && !Array.isArray(value);

/** Whether two values say the same, whatever the order of their fields. @param {any} one @param {any} other */
export function same(one, other) {
  if (one === other) return true;
  if (Array.isArray(one)) return Array.isArray(other) && one.length === other.length && one.every((each, n) => same(each, other[n]));
  if (!isObject(one) || !isObject(other)) return false;
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every((name) => Object.hasOwn(other, name) && same(one[name], other[name]));
}

/** What stands where at most one side changed something; else what `both` decides.
 * @template V @param {V} was @param {V} mine @param {V} theirs @param {() => V} both */
export function settled(was, mine, theirs, both) {
  if (same(mine, theirs) || same(theirs, was)) return mine;
  return same(mine, was) ? theirs : both();
}

/** What both have, in my order if I changed it, else in theirs; what one added; nothing that one removed, unless it
 * `stays`. @template T @param {T[]} base @param {T[]} mine @param {T[]} theirs @param {(each: T) => boolean} [stays] */
export function inOrder(base, mine, theirs, stays = () => false) {
  const [was, one, other] = [base, mine, theirs].map((list) => new Set(list));
  const gone = (/** @type {T} */ each) => !stays(each) && was.has(each) && !(one.has(each) && other.has(each));
  const common = (/** @type {T[]} */ list) => list.filter((each) => was.has(each) && one.has(each) && other.has(each));
  const [lead, rest] = same(common(mine), common(base)) ? [theirs, mine] : [mine, theirs];
  const order = lead.filter((each) => !gone(each));
  rest.forEach((each, at) => {
    if (order.includes(each) || gone(each)) return;
    let before = at - 1;
    while (before >= 0 && !order.includes(rest[before])) before -= 1;
    order.splice(before < 0 ? (at === 0 ? 0 : order.length) : order.indexOf(rest[before]) + 1, 0, each);
  });
  return order;
}
