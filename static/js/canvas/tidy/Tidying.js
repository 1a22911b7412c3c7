// @ts-check
/** Lays the plan out as one undo step; what somebody placed by hand stays where it is, unless everything is asked for. */

import { getBBox } from 'diagram-js';
import { labelOf, labelSize } from '../drawing/CardRenderer.js';
import { overlaps } from '../modeling/PlanModeling.js';
import { ROUND } from '../tools/View.js';
import { placed } from './elk.js';
import { PAD, wrapped } from './wrapping.js';

const EASY = 0.7; // the scale from which on cards are easy to read

export default class Tidying {
  static $inject = ['canvas', 'modeling', 'planElements', 'selection', 'layouter', 'view', 'actions', 'lanes', 'commandStack'];

  constructor(canvas, modeling, planElements, selection, layouter, view, actions, lanes, commandStack) {
    Object.assign(this, { _canvas: canvas, _modeling: modeling, _elements: planElements, _selection: selection,
      _layouter: layouter, _view: view, _actions: actions, _lanes: lanes, _stack: commandStack });
  }

  /** Tidies the selection where several cards are selected, else all. */
  async tidy({ everything = false } = {}) {
    const chosen = this._actions.selectedCards().filter((card) => card.type === 'item');
    const part = chosen.length > 1 ? new Set(chosen) : null;
    const cards = this._cards().filter((card) => !part || part.has(card));
    if (!cards.length) return;
    const step = this._stack._stackIdx;
    const places = await this._ask(cards, { wrap: !part });
    if (this._stack._stackIdx !== step) {
      this._actions.say('The plan changed while it was laid out; tidy up again.', 'warning');
      return;
    }
    const kept = everything || part ? [] : cards.filter((card) => card.placed);
    this._apply(cards, places, kept, part);
    if (!part) this._view.fit();
    this._actions.say(kept.length ? `Tidied up around ${kept.length} placed by hand.` : 'Tidied up.');
  }

  /** Puts everything where the layout of the first opening wants it, unless somebody has begun to draw meanwhile. */
  settle(layout) {
    if (this._actions.inHand()) {
      setTimeout(() => this.settle(layout), 200);
      return;
    }
    this._elements.rough = false;
    if (this._stack.canUndo()) return;
    this._elements.place(layout);
    this._view.fit();
  }

  _cards() {
    return this._elements.root().children.filter((one) => one.type === 'item' || one.type === 'foreign');
  }

  async _ask(cards, { wrap }) {
    const inside = new Set(cards);
    const lines = this._elements.dependencies().filter((line) => inside.has(line.source) && inside.has(line.target));
    return layoutOf(
      cards.map(({ id, width, height }) => ({ id, width, height })),
      lines.map((line) => {
        const label = labelOf(line);
        return { id: line.id, source: line.source.id, target: line.target.id, label: label && labelSize(label.text) };
      }),
      wrap ? this._canvas.getSize() : null
    );
  }

  _apply(cards, places, kept, part) {
    const shift = part ? this._shift(cards, places) : mean(kept, places);
    const fixed = new Set(kept);
    const goes = new Map();
    for (const card of cards) {
      const place = places.boxes.get(card.id);
      if (!fixed.has(card) && place) goes.set(card, { x: place.x + shift.x, y: place.y + shift.y, placed: false });
    }
    const stays = [...kept, ...(part ? this._cards().filter((card) => !part.has(card)) : [])];
    if (kept.length) makeRoom(goes, stays);

    const moved = new Set(cards.filter((card) => {
      const place = places.boxes.get(card.id);
      const at = goes.get(card) ?? card;
      return place && at.x === place.x + shift.x && at.y === place.y + shift.y;
    }));
    const at = (card) => ({ ...boxOf(card), ...goes.get(card) });
    const lines = new Map();
    for (const line of this._elements.root().children.filter((one) => one.waypoints)) {
      const route = places.edges.get(line.id);
      if (route && moved.has(line.source) && moved.has(line.target)) {
        const by = (point) => point && { x: point.x + shift.x, y: point.y + shift.y };
        lines.set(line, { waypoints: route.points.map(by), labelAt: by(route.label) });
      } else if (goes.has(line.source) || goes.has(line.target)) {
        lines.set(line, { waypoints: this._route(line, at), labelAt: undefined });
      }
    }
    for (const note of this._elements.notes()) this._follow(note, goes, lines, at);
    this._modeling.place(goes, lines, { lanes: undefined });
  }

  _route(line, at) {
    const copy = (element) => Object.assign(Object.create(element), at(element));
    const others = this._cards().filter((card) => card !== line.source && card !== line.target).map(at);
    return this._layouter.route(copy(line.source), copy(line.target), line, others);
  }

  /** A pinned note keeps its place beside its card. */
  _follow(note, goes, lines, at) {
    const pin = note.outgoing[0];
    const place = pin && goes.get(pin.target);
    if (!place) return;
    goes.set(note, { x: note.x + place.x - pin.target.x, y: note.y + place.y - pin.target.y });
    lines.set(pin, { waypoints: this._route(pin, at) });
  }

  _shift(cards, places) {
    const box = getBBox(cards);
    const all = [...places.boxes.values()];
    return { x: box.x - Math.min(...all.map(({ x }) => x)), y: box.y - Math.min(...all.map(({ y }) => y)) };
  }
}

/**
 * Where everything goes; in rows where it would otherwise become too small to read.
 * @param {{ width: number, height: number } | null} size of the canvas that it should fit into
 */
export async function layoutOf(boxes, edges, size) {
  const places = await placed(boxes, edges);
  return size ? inRowsFor(size, places, boxes, edges) : places;
}

/** Rows help against width alone: a plan that is not too wide is left as it is, however high. */
export function inRowsFor(size, places, boxes, edges) {
  const room = { width: size.width - 2 * ROUND, height: size.height - 2 * ROUND };
  const fits = (places.width - 2 * PAD) * EASY <= room.width;
  return fits ? places : wrapped(places, boxes, edges, room, EASY);
}

const boxOf = ({ x, y, width, height }) => ({ x, y, width, height });

function mean(cards, places) {
  const offsets = cards.filter((card) => places.boxes.has(card.id)).map((card) => {
    const place = places.boxes.get(card.id);
    return { x: card.x - place.x, y: card.y - place.y };
  });
  const middle = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
  return { x: Math.round(middle(offsets.map(({ x }) => x))), y: Math.round(middle(offsets.map(({ y }) => y))) };
}

/** Pushes cards down until none covers one that stays. */
function makeRoom(goes, stays) {
  const taken = stays.map(boxOf);
  for (const [card, place] of [...goes].sort(([, a], [, b]) => a.y - b.y)) {
    const box = { x: place.x - 14, y: place.y - 14, width: card.width + 28, height: card.height + 28 };
    for (let hit = taken.find((other) => overlaps(box, other)); hit; hit = taken.find((other) => overlaps(box, other))) {
      box.y = hit.y + hit.height + 1;
    }
    place.y = box.y + 14;
    taken.push({ ...place, width: card.width, height: card.height });
  }
}
