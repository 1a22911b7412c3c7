// @ts-check
/** Where labels stand on their lines: on no card and no other label, and on as few other lines as can be. */

/** @typedef {{ x: number, y: number }} Point */
/** @typedef {{ x: number, y: number, width: number, height: number }} Box */
/** @typedef {{ id: string, points: Point[], size: { width: number, height: number } | null }} Line without a size it has no label */

const CELL = 256; // pixels
const STEP = 14; // between two places that are tried on a stretch, and less on a short one
const TRIES = 12; // on each side of its middle
const CLEAR = 1; // between a label and what it must not touch
const BAD = 1000; // to lie on a card or a label, against 1 for a line

/** @param {Line[]} lines @param {Box[]} cards @returns {Map<string, Point>} the middles of the labels */
export function labelled(lines, cards) {
  const ground = new Ground();
  for (const card of cards) ground.add(card, BAD);
  for (const { id, points } of lines) for (const [a, b] of pairs(points)) ground.add(spanned(a, b), 1, id);
  const found = new Map();
  for (const { id, points, size } of lines) {
    if (!size) continue;
    let [best, least] = [points[0], Infinity];
    for (const at of places(points, size.width)) {
      const cost = ground.cost(around(at, size), id);
      if (cost < least) [best, least] = [at, cost];
      if (!cost) break;
    }
    ground.add(around(best, size), BAD);
    found.set(id, best);
  }
  return found;
}

/** Places on a line, the best first: the middles of long level stretches, then what is beside them. */
function places(points, width) {
  const stretches = pairs(points).map(([a, b]) => {
    const level = Math.abs(a.y - b.y) < 1;
    const length = Math.abs(a.x - b.x) + Math.abs(a.y - b.y);
    return { a, b, length, worth: length * (!level ? 0.5 : length > width + 8 ? 1 : 0.3), room: level && length > width ? width / 2 : 0 };
  });
  stretches.sort((one, other) => other.worth - one.worth);
  return stretches.flatMap(({ a, b, length, room }) => {
    const on = (/** @type {number} */ away) => {
      const part = length ? 0.5 + away / length : 0.5;
      return { x: Math.round(a.x + (b.x - a.x) * part), y: Math.round(a.y + (b.y - a.y) * part) };
    };
    const reach = Math.max(0, length / 2 - room);
    const step = Math.min(STEP, reach / 6);
    const steps = reach ? Math.min(TRIES, Math.floor(reach / step)) : 0;
    return [on(0), ...Array.from({ length: steps }, (_, n) => [on((n + 1) * step), on(-(n + 1) * step)]).flat()];
  });
}

/** What lies where, in cells, so that a place is compared with its neighbours only. */
class Ground {
  constructor() {
    /** @type {Map<string, { box: Box, weight: number, of?: string }[]>} */
    this._cells = new Map();
  }

  /** @param {Box} box @param {number} weight @param {string} [of] the line that may lie here */
  add(box, weight, of) {
    for (const cell of cells(box)) {
      const there = this._cells.get(cell);
      if (there) there.push({ box, weight, of });
      else this._cells.set(cell, [{ box, weight, of }]);
    }
  }

  cost(box, of) {
    const met = new Map();
    for (const cell of cells(box)) {
      for (const one of this._cells.get(cell) ?? []) if (one.of !== of && meets(box, one.box)) met.set(one.box, one.weight);
    }
    return [...met.values()].reduce((sum, weight) => sum + weight, 0);
  }
}

function* cells({ x, y, width, height }) {
  for (let column = Math.floor(x / CELL); column <= Math.floor((x + width) / CELL); column += 1) {
    for (let row = Math.floor(y / CELL); row <= Math.floor((y + height) / CELL); row += 1) yield `${column} ${row}`;
  }
}

const pairs = (points) => points.slice(1).map((point, n) => [points[n], point]);
const around = ({ x, y }, { width, height }) => ({ x: x - width / 2, y: y - height / 2, width, height });
const spanned = (a, b) => ({ x: Math.min(a.x, b.x), y: Math.min(a.y, b.y), width: Math.abs(a.x - b.x), height: Math.abs(a.y - b.y) });
const meets = (one, other) => one.x - CLEAR < other.x + other.width && other.x < one.x + one.width + CLEAR &&
  one.y - CLEAR < other.y + other.height && other.y < one.y + one.height + CLEAR;
