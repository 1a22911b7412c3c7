// @ts-check
/** Places for cards that the stored layout no longer knows, beside those that they were connected with. */

import { FOREIGN, sizeOf } from '../elements/PlanElements.js';

const GAP = { x: 70, y: 34 };

/**
 * @param {any} plan @param {any} layout @returns {any} the layout with a place for every card; as it was where it knows
 * none, since then everything is laid out together
 */
export function withGhosts({ items = [], dependencies = [] }, layout) {
  const known = new Map(Object.entries(layout.cards ?? {}));
  const sizes = new Map(items.map((item) => [item.key, sizeOf(item.kind)]));
  for (const { source } of dependencies) if (source.includes('/')) sizes.set(source, FOREIGN);
  const missing = [...sizes.keys()].filter((key) => !known.has(key));
  if (!missing.length || missing.length === sizes.size) return layout;
  const taken = [...sizes.keys()].filter((key) => known.has(key)).map((key) => box(key, known.get(key)));
  // A card whose neighbours have no place either waits for its turn.
  for (let left = missing; left.length;) {
    const next = left.find((key) => neighbours(key).length) ?? left[0];
    const place = free(next, wanted(next));
    known.set(next, place);
    taken.push(box(next, place));
    left = left.filter((key) => key !== next);
  }
  return { ...layout, cards: { ...layout.cards, ...Object.fromEntries(missing.map((key) => [key, known.get(key)])) } };

  function box(key, { x, y }) {
    return { x, y, .../** @type {{ width: number, height: number }} */ (sizes.get(key)) };
  }

  /** Where the neighbours would have it: right of what it waited for, left of what waited for it. */
  function neighbours(key) {
    const size = /** @type {{ width: number, height: number }} */ (sizes.get(key));
    return dependencies.flatMap(({ source, target }) => {
      if (target === key && known.has(source)) {
        const { x, y, width } = box(source, known.get(source));
        return [{ x: x + width + GAP.x, y }];
      }
      if (source === key && known.has(target)) {
        const { x, y } = box(target, known.get(target));
        return [{ x: x - size.width - GAP.x, y }];
      }
      return [];
    });
  }

  function wanted(key) {
    const near = neighbours(key);
    if (!near.length) {
      return { x: Math.min(...taken.map(({ x }) => x)), y: Math.max(...taken.map(({ y, height }) => y + height)) + GAP.y };
    }
    const sum = near.reduce((all, { x, y }) => ({ x: all.x + x, y: all.y + y }), { x: 0, y: 0 });
    return { x: Math.round(sum.x / near.length), y: Math.round(sum.y / near.length) };
  }

  /** The nearest place above or below that touches no other card. */
  function free(key, { x, y }) {
    const size = /** @type {{ width: number, height: number }} */ (sizes.get(key));
    for (let n = 0; n < 200; n += 1) {
      const at = { x, y: y + Math.ceil(n / 2) * 20 * (n % 2 ? 1 : -1) };
      const hit = taken.some((other) => at.x < other.x + other.width + 16 && other.x < at.x + size.width + 16 &&
        at.y < other.y + other.height + 16 && other.y < at.y + size.height + 16);
      if (!hit) return at;
    }
    return { x, y };
  }
}
