// @ts-check
/** A first placement that takes no time, to be seen until the real one has come: layers from left to right. */

const COLUMN = 264;
const ROW = 108;
const PAD = 40;

/**
 * @param {import('./elk.js').Box[]} boxes @param {import('./elk.js').Edge[]} edges
 * @returns {import('./elk.js').Places}
 */
export function roughly(boxes, edges) {
  const layers = layersOf(boxes, edges);
  const highest = Math.max(...layers.map((layer) => layer.length));
  const sizes = new Map(boxes.map((box) => [box.id, box]));
  const places = new Map();
  layers.forEach((layer, column) => layer.forEach((id, row) => places.set(id, {
    x: PAD + column * COLUMN, y: PAD + Math.round((row + (highest - layer.length) / 2) * ROW)
  })));
  const lines = new Map(edges.map(({ id, source, target }) => {
    const [from, to] = [places.get(source), places.get(target)];
    const [{ width, height }, { height: end }] = [sizes.get(source), sizes.get(target)];
    const [start, tip] = [{ x: from.x + width, y: from.y + height / 2 }, { x: to.x, y: to.y + end / 2 }];
    const bend = tip.x - 28;
    const points = start.y === tip.y ? [start, tip] : [start, { x: bend, y: start.y }, { x: bend, y: tip.y }, tip];
    return [id, { points, label: null }];
  }));
  return { width: layers.length * COLUMN + PAD, height: highest * ROW + 2 * PAD, boxes: places, edges: lines };
}

/** Every card one layer after the last of those it waits for. */
function layersOf(boxes, edges) {
  const after = new Map(boxes.map(({ id }) => [id, /** @type {string[]} */ ([])]));
  const waits = new Map(boxes.map(({ id }) => [id, 0]));
  for (const { source, target } of edges) {
    after.get(source)?.push(target);
    waits.set(target, (waits.get(target) ?? 0) + 1);
  }
  const layers = [];
  const left = new Set(after.keys());
  let layer = [...left].filter((id) => !waits.get(id));
  while (left.size) {
    // What waits for itself comes last: a plan made elsewhere may hold a loop.
    if (!layer.length) layer = [...left];
    layers.push(layer);
    const next = [];
    for (const id of layer) left.delete(id);
    for (const id of layer) {
      for (const target of after.get(id) ?? []) {
        waits.set(target, (waits.get(target) ?? 0) - 1);
        if (!waits.get(target) && left.has(target)) next.push(target);
      }
    }
    layer = next;
  }
  return layers;
}
