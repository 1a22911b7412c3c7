// @ts-check
/**
 * Breaks a layout that is too wide into rows, as a text is broken into lines.
 *
 * Rows end right after a layer, where every line runs level. A line that goes on in the next row leaves there, goes down
 * right of the cards, back between the rows, and down again left of them. At each break the lines are ordered by height
 * and nested: the highest takes the outermost lane on the right, the lowest between the rows and the innermost on the
 * left, so none of them crosses another, or a card.
 */

/** @typedef {import('./elk.js').Places} Places */
/** @typedef {import('./elk.js').Box} Box */
/** @typedef {import('./elk.js').Edge} Edge */
/** @typedef {{ x: number, y: number }} Point */

const AFTER = 11; // pixels between a layer and the break after it
const LANE = 10;
const FIRST = 20; // from the cards to the first lane
export const PAD = 40; // around the whole
const GAIN = 1.1; // for less it is not worth to break a line of cards once more

/**
 * @param {Places} places @param {Box[]} boxes @param {Edge[]} edges
 * @param {{ width: number, height: number }} size of what it should fit into
 * @param {number} wanted scale: rows are added until it is reached, or until they would make the whole too high to show more
 * @returns {Places}
 */
export function wrapped(places, boxes, edges, size, wanted) {
  const across = (layout) => size.width / (layout.width - 2 * PAD);
  const down = (layout) => size.height / (layout.height - 2 * PAD);
  const scale = (layout) => Math.min(across(layout), down(layout));
  const labels = new Map(edges.map(({ id, label }) => [id, label]));
  const drawing = { places, sizes: new Map(boxes.map((box) => [box.id, box])), labels };
  const gaps = gapsOf(drawing);
  let best = places;
  for (let rows = 2; rows <= gaps.length + 1 && scale(best) < wanted; rows += 1) {
    const found = inRows(drawing, breaksFor(rows, gaps, places.width));
    if (scale(found) > GAIN * scale(best)) best = found;
    if (down(found) < across(found)) break;
  }
  return best;
}

/** Where a row may end: between two layers, where all lines that pass are level. */
function gapsOf({ places, sizes, labels }) {
  const spans = [...places.boxes].map(([id, { x }]) => [x, x + sizes.get(id).width]);
  for (const [id, { label }] of places.edges) {
    const half = (labels.get(id)?.width ?? 0) / 2;
    if (label) spans.push([label.x - half, label.x + half]);
  }
  spans.sort(([a], [b]) => a - b);
  const gaps = [];
  let end = spans[0]?.[1] ?? 0;
  for (const [from, to] of spans) {
    if (from - end > 2 * AFTER) gaps.push(end + AFTER);
    end = Math.max(end, to);
  }
  const lines = [...places.edges.values()].map(({ points }) => points);
  return gaps.filter((x) => lines.every((points) => points.every((point, n) =>
    n === 0 || !between(x, points[n - 1].x, point.x) || points[n - 1].y === point.y)));
}

const between = (x, a, b) => x >= Math.min(a, b) && x <= Math.max(a, b);

/** The gaps that come nearest to rows of equal width. */
function breaksFor(rows, gaps, width) {
  const breaks = new Set();
  for (let row = 1; row < rows; row += 1) {
    const wish = (width * row) / rows;
    breaks.add(gaps.reduce((best, gap) => (Math.abs(gap - wish) < Math.abs(best - wish) ? gap : best)));
  }
  return [...breaks].sort((a, b) => a - b);
}

function inRows({ places, sizes, labels }, breaks) {
  const rowOf = (x) => breaks.filter((end) => end <= x).length;
  const pieces = new Map([...places.edges].map(([id, { points }]) => [id, split(points, breaks)]));

  /** Lines that pass each break, the highest first. */
  const passing = breaks.map((_, at) => [...pieces].filter(([, parts]) => parts.some(({ row, on }) => row === at && on))
    .map(([id, parts]) => ({ id, y: parts.find(({ row }) => row === at).points.at(-1).y })).sort((a, b) => a.y - b.y)
    .map(({ id }) => id));
  const lefts = [...places.boxes.values()].map(({ x }) => x);
  for (const [id, { label }] of places.edges) if (label) lefts.push(label.x - (labels.get(id)?.width ?? 0) / 2);
  passing.forEach((lines, n) => {
    const here = lines.map((id) => pieces.get(id).find(({ row }) => row === n + 1));
    ease(here, Math.min(...lefts.filter((x) => rowOf(x) === n + 1)));
  });
  const rows = [...breaks, 0].map(() => ({ top: Infinity, bottom: -Infinity, shift: { x: 0, y: 0 } }));
  const reach = (row, from, to) => {
    rows[row].top = Math.min(rows[row].top, from);
    rows[row].bottom = Math.max(rows[row].bottom, to);
  };
  for (const [id, { x, y }] of places.boxes) reach(rowOf(x), y, y + sizes.get(id).height);
  for (const parts of pieces.values()) {
    for (const { row, points } of parts) for (const { y } of points) reach(row, y, y);
  }

  const left = PAD + FIRST + LANE * Math.max(0, ...passing.map((lines) => lines.length));
  const first = Math.min(...[...places.boxes.values()].map(({ x }) => x));
  let [y, right] = [PAD, 0];
  rows.forEach((row, n) => {
    row.shift = { x: left - (n ? breaks[n - 1] + AFTER : first), y: Math.round(y - row.top) };
    const count = passing[n]?.length ?? 0;
    y += row.bottom - row.top + 2 * FIRST + LANE * count + (n < breaks.length ? 0 : PAD);
    right = Math.max(right, (breaks[n] ?? places.width) + row.shift.x + FIRST + LANE * count);
  });

  const by = ({ x, y: at }, { shift }) => ({ x: x + shift.x, y: at + shift.y });
  const boxes = new Map([...places.boxes].map(([id, place]) => [id, by(place, rows[rowOf(place.x)])]));
  const edges = new Map([...places.edges].map(([id, { label }]) => {
    const points = pieces.get(id).flatMap(({ row, points: part, on }) => {
      const drawn = part.map((point) => by(point, rows[row]));
      const next = on && pieces.get(id).find((piece) => piece.row === row + 1).points[0];
      return next ? [...drawn, ...turn(row, passing[row].indexOf(id), drawn.at(-1), by(next, rows[row + 1]).y)] : drawn;
    });
    return [id, { points: plain(points), label: label && by(label, rows[rowOf(label.x)]) }];
  }));
  return { width: right + PAD, height: y, boxes, edges };

  /** The corners of the way from the end of one row to the beginning of the next. */
  function turn(row, place, end, on) {
    const last = passing[row].length - 1;
    const outside = end.x + FIRST + LANE * (last - place);
    const under = rows[row].bottom + rows[row].shift.y + FIRST + LANE * (last - place);
    const inside = left - FIRST - LANE * place;
    return [{ x: outside, y: end.y }, { x: outside, y: under }, { x: inside, y: under }, { x: inside, y: on }];
  }
}

/**
 * A line that would enter its row only to climb or fall left of all that stands there comes down its lane to where it goes
 * instead, as long as lines still enter in the same order, and none crosses another that does turn there.
 * @param {{ points: Point[] }[]} entering parts of lines, the highest first @param {number} begin where the first card or label does
 */
function ease(entering, begin) {
  const turns = ({ points: [, b, c] }) => c !== undefined && b.x === c.x && b.x < begin;
  for (let more = true; more;) {
    more = false;
    for (const [n, part] of entering.entries()) {
      if (!turns(part)) continue;
      const to = part.points[2].y;
      const above = entering[n - 1]?.points[0].y ?? -Infinity;
      const below = entering[n + 1]?.points[0].y ?? Infinity;
      const crosses = entering.some((other) => other !== part && turns(other) &&
        between(to, other.points[1].y, other.points[2].y));
      if (to - above < LANE || below - to < LANE || crosses) continue;
      part.points.splice(0, 2, { x: part.points[0].x, y: to });
      more = true;
    }
  }
}

/** The stretches of a line in each row; `on` says that it goes on in the next. */
function split(points, breaks) {
  const parts = [{ row: breaks.filter((end) => end <= points[0].x).length, points: [points[0]], on: false }];
  for (let n = 1; n < points.length; n += 1) {
    const [from, to] = [points[n - 1], points[n]];
    for (const end of breaks) {
      if (end <= from.x || end > to.x) continue;
      const part = parts[parts.length - 1];
      part.points.push({ x: end, y: from.y });
      part.on = true;
      parts.push({ row: part.row + 1, points: [{ x: end, y: from.y }], on: false });
    }
    parts[parts.length - 1].points.push(to);
  }
  return parts;
}

/** Without points in the middle of a stretch. @param {Point[]} points */
function plain(points) {
  return points.filter((point, n) => {
    const [before, after] = [points[n - 1], points[n + 1]];
    if (before && before.x === point.x && before.y === point.y) return false;
    return !before || !after || !((before.x === point.x && point.x === after.x) || (before.y === point.y && point.y === after.y));
  });
}
