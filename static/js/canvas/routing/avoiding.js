// @ts-check
/** Routes a line around cards: tries the few shapes that people would draw and takes the first that crosses none. */

/** @typedef {{ x: number, y: number }} Point */
/** @typedef {{ x: number, y: number, width: number, height: number }} Box */

const MARGIN = 8;
const OUT = 22;

/** @param {Point} a @param {Point} b @param {Box} box whether the level or upright stretch touches the box */
function touches(a, b, { x, y, width, height }) {
  return Math.max(a.x, b.x) > x - MARGIN && Math.min(a.x, b.x) < x + width + MARGIN &&
    Math.max(a.y, b.y) > y - MARGIN && Math.min(a.y, b.y) < y + height + MARGIN;
}

/** How many boxes a route touches. @param {Point[]} points @param {Box[]} boxes */
export function crossings(points, boxes) {
  let count = 0;
  for (const box of boxes) {
    for (let n = 1; n < points.length; n += 1) {
      if (touches(points[n - 1], points[n], box)) {
        count += 1;
        break;
      }
    }
  }
  return count;
}

/**
 * A route from the right of one box to the left of another that touches as few of the others as can be.
 * @param {Box} source @param {Box} target @param {Box[]} others
 * @param {(points: Point[]) => number} [shared] with how many lines a route would share its way: as few as can be, too
 * @returns {Point[]}
 */
export function around(source, target, others, shared = () => 0) {
  const start = { x: source.x + source.width, y: source.y + source.height / 2 };
  const end = { x: target.x, y: target.y + target.height / 2 };
  let best = null;
  let least = Infinity;
  for (const points of candidates(start, end, source, target, others)) {
    const side = shared(points);
    if (side >= least) continue;
    const cost = 1000 * crossings(points, others) + side;
    if (cost < least) [best, least] = [points, cost];
    if (!cost) break;
  }
  return /** @type {Point[]} */ (best);
}

function* candidates(start, end, source, target, others) {
  if (end.x - start.x >= 2 * MARGIN && start.y === end.y) yield [start, end];
  if (end.x - start.x >= 2 * OUT) {
    const middle = (start.x + end.x) / 2;
    for (const x of spread(middle, start.x + OUT / 2, end.x - OUT / 2)) yield [start, { x, y: start.y }, { x, y: end.y }, end];
  }
  const [left, right] = [start.x + OUT, end.x - OUT];
  const span = { x: Math.min(left, right), width: Math.abs(left - right) };
  const between = others.filter((box) => box.x < span.x + span.width + MARGIN && box.x + box.width > span.x - MARGIN);
  const borders = [source, target, ...between].flatMap((box) => [box.y - 2 * MARGIN, box.y + box.height + 2 * MARGIN]);
  const middle = Math.round((start.y + end.y) / 2);
  const near = (y) => Math.abs(y - start.y) + Math.abs(y - end.y);
  const heights = [middle, ...borders.sort((a, b) => near(a) - near(b))].slice(0, 40);
  for (const aside of [0, 8, -8]) {
    for (const y of heights) {
      yield [start, { x: left + aside, y: start.y }, { x: left + aside, y: y + aside }, { x: right - aside, y: y + aside },
        { x: right - aside, y: end.y }, end];
    }
  }
}

/** Values from the middle outwards. */
function* spread(middle, from, to) {
  const step = Math.max(10, (to - from) / 24);
  for (let away = 0; middle - away >= from || middle + away <= to; away += step) {
    if (middle + away <= to) yield Math.round(middle + away);
    if (away && middle - away >= from) yield Math.round(middle - away);
  }
}
