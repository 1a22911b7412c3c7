// @ts-check
/** Takes the small steps out of lines, which a layout leaves where a line meets a card a little above or below its way. */

const STEP = 14; // so small a step at the end of a line is a kink, not a way
const APART = 9; // between two lines that touch the same side of a card

/** Where lines touch the sides of cards, and whether one may touch elsewhere: on the card, and clear of the others. */
export class Sides {
  /** @param {import('./elk.js').Box[]} boxes @param {import('./elk.js').Places['boxes']} places */
  constructor(boxes, places) {
    this._reach = new Map(boxes.map(({ id, height }) => {
      const margin = height < 60 ? 16 : 8;
      const top = places.get(id)?.y ?? 0;
      return [id, [top + margin, top + height - margin]];
    }));
    /** @type {Map<string, number[]>} */
    this._taken = new Map();
  }

  /** @param {string} card @param {'left' | 'right'} side @param {number} y */
  take(card, side, y) {
    const name = `${card} ${side}`;
    this._taken.set(name, [...this._taken.get(name) ?? [], y]);
  }

  /**
   * @param {string} card @param {'left' | 'right'} side @param {number} y @param {number} to
   * @returns {boolean} whether the line that touched at y touches at `to` now
   */
  move(card, side, y, to) {
    const taken = this._taken.get(`${card} ${side}`) ?? [];
    const [top, bottom] = this._reach.get(card) ?? [0, 0];
    const others = taken.filter((_, n) => n !== taken.indexOf(y));
    const [from, until] = [Math.min(y, to) - APART, Math.max(y, to) + APART];
    if (to < top || to > bottom || others.some((other) => other > from && other < until)) return false;
    taken[taken.indexOf(y)] = to;
    return true;
  }
}

/**
 * The line without a small step right after its start or before its end, where it may touch its card at that height.
 * @param {{ x: number, y: number }[]} points
 * @param {(y: number, to: number) => boolean} atStart @param {(y: number, to: number) => boolean} atEnd
 */
export function straightened(points, atStart, atEnd) {
  const small = ([a, b, c, d]) => d && same(a.y, b.y) && same(c.y, d.y) && same(b.x, c.x) && Math.abs(a.y - d.y) <= STEP;
  let found = points;
  const first = found.slice(0, 4);
  if (small(first) && atStart(first[0].y, first[3].y)) found = [{ x: first[0].x, y: first[3].y }, ...found.slice(3)];
  const last = found.slice(-4);
  if (small(last) && atEnd(last[3].y, last[0].y)) found = [...found.slice(0, -3), { x: last[3].x, y: last[0].y }];
  return found;
}

const same = (a, b) => Math.abs(a - b) < 0.5;
