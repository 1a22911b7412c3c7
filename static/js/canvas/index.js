// @ts-check
/** The plan canvas: an editor is a list of features. */

import {
  AlignElementsModule, AutoScrollModule, BendpointsModule, ConnectionPreviewModule, CreateModule, Diagram,
  DistributeElementsModule, GlobalConnectModule, GridModule, GridSnappingModule, HandToolModule, HoverFixModule,
  LassoToolModule, MoveCanvasModule, MoveModule, OutlineModule, ResizeModule, SelectionModule, SnappingModule,
  SpaceToolModule, ZoomScrollModule
} from 'diagram-js';
import changes from './changes/index.js';
import checking from './checking/index.js';
import clipboard from './clipboard/index.js';
import drawing from './drawing/index.js';
import elements from './elements/index.js';
import fragments from './fragments/index.js';
import keys from './keys/index.js';
import labels from './labels/index.js';
import lanes from './lanes/index.js';
import loops from './loops/index.js';
import minimap from './minimap/index.js';
import modeling from './modeling/index.js';
import notes from './notes/index.js';
import outcomes from './outcomes/index.js';
import pad from './pad/index.js';
import people from './people/index.js';
import pictures from './pictures/index.js';
import routing from './routing/index.js';
import rules from './rules/index.js';
import saving from './saving/index.js';
import spoken from './spoken/index.js';
import tidy from './tidy/index.js';
import tools from './tools/index.js';
import tracing from './tracing/index.js';
import { loadIcons } from '../forms/fields/icon.js';
import { loadTypeface } from './drawing/text.js';
import { labelOf, labelSize } from './drawing/CardRenderer.js';
import { FOREIGN, sizeOf } from './elements/PlanElements.js';
import { edgeName } from './plan/document.js';
import { inRowsFor, layoutOf } from './tidy/Tidying.js';
import { roughly } from './tidy/roughly.js';

const LIBRARY = [
  AlignElementsModule, AutoScrollModule, BendpointsModule, ConnectionPreviewModule, CreateModule,
  DistributeElementsModule, GlobalConnectModule, GridModule, GridSnappingModule, HandToolModule, HoverFixModule,
  LassoToolModule, MoveCanvasModule, MoveModule, OutlineModule, ResizeModule, SelectionModule, SnappingModule,
  SpaceToolModule, ZoomScrollModule
];
const OWN = [
  drawing, elements, modeling, routing, rules, loops, tools, pad, labels, clipboard, keys, spoken, minimap, notes,
  tracing, tidy, lanes, fragments, people, pictures, saving, checking, changes, outcomes
];

/** How long, in milliseconds, a plan that nobody has drawn yet waits for its layout before it is shown in a rough one. */
const PATIENCE = 900;
/** So many cards take the layout longer than that in any case: then there is nothing to wait for. */
const MANY = 150;

/**
 * @param {HTMLElement} container
 * @param {{ plan: any, layout?: any, editing?: boolean, author?: string, saving?: any,
 *   checking?: string | null, changes?: any[] | null, outcomes?: any, presence?: string | null, page?: HTMLElement | null, names?: any }} options
 * @returns {Promise<any>} the diagram; `get(name)` gives its services
 */
export async function openPlan(container, { plan, layout = {}, names = {}, ...config }) {
  const undrawn = withoutPlaces(plan, layout);
  const size = { width: container.clientWidth, height: container.clientHeight };
  const laid = undrawn && layoutOf(undrawn.boxes, undrawn.edges, size);
  await Promise.all([loadIcons(), loadTypeface()]);
  const patience = undrawn && undrawn.boxes.length < MANY ? PATIENCE : 0;
  const places = laid && await Promise.race([laid, new Promise((late) => { setTimeout(late, patience); })]);
  const rough = laid && !places;
  const complete = (/** @type {any} */ found) => (undrawn ? withPlaces(undrawn, layout, found) : layout);
  const first = rough ? inRowsFor(size, roughly(undrawn.boxes, undrawn.edges), undrawn.boxes, undrawn.edges) : places;

  const diagram = new Diagram({ ...config, canvas: { container }, modules: [...LIBRARY, ...OWN] });
  diagram.get('planNames').set(names);
  const layouter = diagram.get('layouter');
  const elements = diagram.get('planElements');
  elements.rough = rough;
  elements.open(plan, complete(first), (source, target) => layouter.route(source, target));
  diagram.get('view').fit();
  if (rough) laid.then((found) => diagram.get('tidying').settle(complete(found)));
  return diagram;
}

/** What a layout is to be made for: nothing where every card has its place. */
function withoutPlaces({ items = [], dependencies = [] }, layout) {
  const foreign = [...new Set(dependencies.map(({ source }) => source).filter((source) => source.includes('/')))];
  const keys = [...items.map((item) => item.key), ...foreign];
  const missing = keys.filter((key) => !layout.cards?.[key]);
  if (!missing.length) return null;
  const boxes = [
    ...items.map((item) => ({ id: item.key, ...sizeOf(item.kind) })), ...foreign.map((id) => ({ id, ...FOREIGN }))
  ];
  const known = new Set(keys);
  const edges = dependencies.filter(({ source, target }) => known.has(source) && known.has(target)).map((dependency) => {
    const label = labelOf({ dependency });
    return {
      id: edgeName(dependency), source: dependency.source, target: dependency.target,
      label: label && labelSize(label.text)
    };
  });
  return { boxes, edges, missing, all: missing.length === keys.length };
}

/** The layout with a place for every card. */
function withPlaces({ missing, all }, layout, places) {
  if (all) return { ...layout, ...asLayout(places) };
  return { ...layout, cards: { ...besides(layout, places, missing), ...layout.cards } };
}

function asLayout({ boxes, edges }) {
  return {
    cards: Object.fromEntries(boxes),
    lines: Object.fromEntries([...edges].map(([name, { points, label }]) => [name, {
      points: points.map(({ x, y }) => [x, y]), ...(label ? { label: [label.x, label.y] } : {})
    }]))
  };
}

/** Cards that came in by another way stand below what is there, arranged among themselves as a fresh layout would. */
function besides(layout, { boxes }, missing) {
  const bottom = Math.max(...Object.values(layout.cards).map(({ y }) => y)) + 160;
  const top = Math.min(...missing.map((key) => boxes.get(key).y));
  return Object.fromEntries(missing.map((key) => {
    const { x, y } = boxes.get(key);
    return [key, { x, y: y - top + bottom }];
  }));
}
