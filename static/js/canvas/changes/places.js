// @ts-check
/** Places for cards that the stored layout no longer knows, beside those that they were connected with. */

import { FOREIGN, sizeOf } from '../elements/PlanElements.js';
import { around, crossings } from '../routing/avoiding.js';

const GAP = { x: 70, y: 34 };
const TRIES = 40; // places that are free, until one is taken although a line would run over a card
/** Ways to go from where a card would best stand, the shortest first. @type {[number, number][]} */
const AROUND = steps(400, 50).flatMap((dx) => steps(2000, 20).map((dy) => /** @type {[number, number]} */ ([dx, dy])))
  .sort(([ax, ay], [bx, by]) => Math.hypot(ax, ay) - Math.hypot(bx, by));

function steps(most, step) {
  return Array.from({ length: (2 * most) / step + 1 }, (_, n) => n * step - most);
}

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
  const taken = [
    ...[...sizes.keys()].filter((key) => known.has(key)).map((key) => box(key, known.get(key))),
    ...Object.values(layout.lines ?? {}).flatMap(({ points = [] }) => stretches(points))
  ];
  // A card whose neighbours have no place either waits for its turn.
  for (let left = missing; left.length;) {
    const next = left.find((key) => neighbours(key).length) ?? left[0];
    const place = free(next, wanted(next));
    known.set(next, place);
    taken.push(box(next, place));
    left = left.filter((key) => key !== next);
  }
  return { ...layout, cards: { ...layout.cards, ...Object.fromEntries(missing.map((key) => [key, known.get(key)])) } };

  /** A line is in the way, too, stretch by stretch. @param {[number, number][]} points */
  function stretches(points) {
    return points.slice(1).map(([x, y], n) => {
      const [left, top] = [Math.min(x, points[n][0]), Math.min(y, points[n][1])];
      return { x: left, y: top, width: Math.abs(x - points[n][0]), height: Math.abs(y - points[n][1]) };
    });
  }

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

  /** The nearest place that touches no other card and no line, and from which no line to a neighbour runs over a card. */
  function free(key, { x, y }) {
    const size = /** @type {{ width: number, height: number }} */ (sizes.get(key));
    let [best, least, tries] = [{ x, y }, Infinity, 0];
    for (const [dx, dy] of AROUND) {
      const at = { x: x + dx, y: y + dy };
      const hit = taken.some((other) => at.x < other.x + other.width + 16 && other.x < at.x + size.width + 16 &&
        at.y < other.y + other.height + 16 && other.y < at.y + size.height + 16);
      if (hit) continue;
      const crossed = crossedFrom(key, { ...at, ...size });
      if (crossed < least) [best, least] = [at, crossed];
      tries += 1;
      if (!crossed || tries === TRIES) break;
    }
    return best;
  }

  /** How many cards the lines of a card would run over if it stood there. */
  function crossedFrom(key, there) {
    const cards = [...known.keys()].filter((one) => sizes.has(one));
    return dependencies.filter(({ source, target }) => (source === key ? known.has(target) : target === key && known.has(source)))
      .reduce((sum, { source, target }) => {
        const [from, to] = [source, target].map((one) => (one === key ? there : box(one, known.get(one))));
        const others = cards.filter((one) => one !== source && one !== target).map((one) => box(one, known.get(one)));
        return sum + crossings(around(from, to, others), others);
      }, 0);
  }
}
