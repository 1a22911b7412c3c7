// @ts-check
/** Asks ELK, in a worker of its own, where cards and lines should be. */

import ELK from 'elkjs';
import { Sides, straightened } from './straightening.js';

const WORKER = new URL('../../../vendor/elk/elk-worker.min.js', import.meta.url).href;

/** @type {any} */
let elk = null;

const OPTIONS = {
  'elk.algorithm': 'layered',
  'elk.direction': 'RIGHT',
  'elk.edgeRouting': 'ORTHOGONAL',
  'elk.layered.nodePlacement.strategy': 'LINEAR_SEGMENTS',
  'elk.layered.considerModelOrder.strategy': 'NODES_AND_EDGES',
  'elk.spacing.nodeNode': '28',
  'elk.spacing.edgeNode': '18',
  'elk.spacing.edgeEdge': '12',
  'elk.spacing.edgeLabel': '4',
  'elk.spacing.componentComponent': '56',
  'elk.layered.spacing.edgeNodeBetweenLayers': '22',
  'elk.layered.spacing.edgeEdgeBetweenLayers': '12',
  'elk.padding': '[top=40,left=40,bottom=40,right=40]'
};
/**
 * @typedef {{ id: string, width: number, height: number }} Box
 * @typedef {{ id: string, source: string, target: string, label?: { width: number, height: number } | null }} Edge
 * @typedef {{ width: number, height: number, boxes: Map<string, { x: number, y: number }>,
 *   edges: Map<string, { points: { x: number, y: number }[], label: { x: number, y: number } | null }> }} Places
 */

/** Starts the worker: reading ELK takes it a while. */
export function prepare() {
  elk ??= new ELK({ workerFactory: () => new Worker(WORKER) });
}

/**
 * @param {Box[]} boxes @param {Edge[]} edges
 * @param {{ between?: number }} [spacing] pixels between two columns of cards
 * @returns {Promise<Places>}
 */
export async function placed(boxes, edges, { between = 56 } = {}) {
  prepare();
  const graph = {
    id: 'plan',
    layoutOptions: { ...OPTIONS, 'elk.layered.spacing.nodeNodeBetweenLayers': String(between) },
    children: boxes.map(({ id, width, height }) => ({ id, width, height })),
    edges: edges.map(({ id, source, target, label }) => ({
      id, sources: [source], targets: [target],
      labels: label ? [{ text: id, ...label, layoutOptions: { 'elk.edgeLabels.inline': 'true' } }] : []
    }))
  };
  const answer = await elk.layout(graph);
  const found = /** @type {Places} */ ({ width: answer.width, height: answer.height, boxes: new Map(), edges: new Map() });
  for (const { id, x, y } of answer.children) found.boxes.set(id, { x: Math.round(x), y: Math.round(y) });
  const sides = new Sides(boxes, found.boxes);
  const endsOf = new Map(edges.map(({ id, source, target }) => [id, { source, target }]));
  const drawn = answer.edges.filter(({ sections }) => sections?.length).map(({ id, sections, labels }) => {
    const points = [];
    for (const { startPoint, bendPoints = [], endPoint } of sections) {
      const more = [startPoint, ...bendPoints, endPoint];
      if (points.length && near(points.at(-1), more[0])) more.shift();
      points.push(...more);
    }
    const { source, target } = endsOf.get(id);
    sides.take(source, 'right', points[0].y);
    sides.take(target, 'left', points.at(-1).y);
    return { id, source, target, points, label: labels?.[0] };
  });
  for (const { id, source, target, points, label } of drawn) {
    const level = straightened(points, (y, to) => sides.move(source, 'right', y, to), (y, to) => sides.move(target, 'left', y, to));
    found.edges.set(id, {
      points: level.map(({ x, y }) => ({ x: Math.round(x), y: Math.round(y) })),
      label: label ? { x: Math.round(label.x + label.width / 2), y: Math.round(label.y + label.height / 2) } : null
    });
  }
  return found;
}

const near = (a, b) => Math.abs(a.x - b.x) < 0.5 && Math.abs(a.y - b.y) < 0.5;
