// @ts-check
/** The stretches that lines take already, so that the next line finds one of its own: lines on one another cannot be told apart. */

const CLEAR = 7; // pixels between two stretches that run side by side

/** @typedef {{ x: number, y: number }} Point */
/** @typedef {{ from: number, to: number, at: number, source: any, target: any }} Stretch */

export default class Ways {
  constructor() {
    /** @type {Map<string, Stretch[]>} by direction and the strip of the plan it lies in */
    this._strips = new Map();
  }

  /** @param {Point[]} points @param {{ source: any, target: any }} line */
  add(points, line) {
    for (const { strip, ...stretch } of stretches(points)) {
      const name = `${strip.way} ${strip.at}`;
      this._strips.set(name, [...this._strips.get(name) ?? [], { ...stretch, source: line.source, target: line.target }]);
    }
  }

  /**
   * On how many others a line would lie; those that start or end where it does may share the way there.
   * @param {Point[]} points @param {{ source: any, target: any }} line
   */
  shared(points, { source, target }) {
    let count = 0;
    for (const { strip, from, to, at } of stretches(points)) {
      for (const near of [strip.at - 1, strip.at, strip.at + 1]) {
        for (const other of this._strips.get(`${strip.way} ${near}`) ?? []) {
          const apart = Math.abs(other.at - at) >= CLEAR || Math.min(to, other.to) - Math.max(from, other.from) < CLEAR;
          if (!apart && other.source !== source && other.target !== target) count += 1;
        }
      }
    }
    return count;
  }
}

/** @param {Point[]} points */
function stretches(points) {
  return points.slice(1).map((b, n) => {
    const a = points[n];
    const level = a.y === b.y;
    const [at, one, other] = level ? [a.y, a.x, b.x] : [a.x, a.y, b.y];
    return { strip: { way: level ? 'level' : 'upright', at: Math.floor(at / CLEAR) }, at, from: Math.min(one, other), to: Math.max(one, other) };
  });
}
