// @ts-check
/** Between documents and the drawing: makes cards and lines from a plan, and reads the plan back from them. */

import { keyFor, nameFor } from '../../forms/fields/keys.js';
import { canonical, clean, cleanDependency, cleanHead, edgeName } from '../plan/document.js';
import { kindOf } from '../plan/kinds.js';

export const CARD = { width: 208, height: 80 };
export const MILESTONE = { width: 180, height: 56 };
export const FOREIGN = { width: 190, height: 52 };
export const NOTE = { width: 180, height: 96 };

/** @param {string} kind */
export const sizeOf = (kind) => (kind === 'milestone' ? MILESTONE : CARD);

export default class PlanElements {
  static $inject = ['canvas', 'elementFactory', 'elementRegistry', 'eventBus'];

  constructor(canvas, elementFactory, elementRegistry, eventBus) {
    this._canvas = canvas;
    this._factory = elementFactory;
    this._registry = elementRegistry;
    this._eventBus = eventBus;
    this._made = 0;
    /** Whether cards stand where they do only until their layout has been made. */
    this.rough = false;
  }

  /** All items as elements, in the order in which they were made. */
  items() {
    return this._registry.filter((element) => element.type === 'item').sort(bySerial);
  }

  dependencies() {
    return this._registry.filter((element) => element.type === 'dependency').sort(bySerial);
  }

  notes() {
    return this._registry.filter((element) => element.type === 'note');
  }

  /** Everything that is drawn but the root. */
  all() {
    return this._registry.filter((element) => element.parent);
  }

  /** @param {string} key of an item, or "plan/item" of another plan's */
  byKey(key) {
    return this._registry.find((element) =>
      (element.type === 'item' && element.item.key === key) || (element.type === 'foreign' && element.source === key));
  }

  keys() {
    return this.items().map((element) => element.item.key);
  }

  root() {
    return this._canvas.getRootElement();
  }

  _id(prefix) {
    this._made += 1;
    return `${prefix}${this._made}`;
  }

  /** A card that is not on the canvas yet. @param {import('../plan/kinds.js').Item} item */
  card(item, place = {}) {
    return this._factory.createShape({ id: this._id('i'), type: 'item', item, ...sizeOf(item.kind), ...place });
  }

  /** A card for a new item of that kind, with a key and name of its own. @param {string} kind */
  freshCard(kind, name = '') {
    const { label, fresh } = kindOf(kind);
    const taken = this.items().map((element) => element.item);
    const called = nameFor(name || label, taken.map((item) => item.name));
    const key = keyFor(called, taken.map((item) => item.key));
    return this.card({ kind, key, name: called, ...fresh() }, { fresh: true });
  }

  /** @param {string} source "plan/item" */
  foreignCard(source, place = {}) {
    return this._factory.createShape({ id: this._id('f'), type: 'foreign', source, ...FOREIGN, ...place });
  }

  noteCard(note, place = {}) {
    return this._factory.createShape({ id: this._id('n'), type: 'note', note, ...NOTE, ...place });
  }

  line(type, attributes) {
    return this._factory.createConnection({ id: this._id('d'), type, ...attributes });
  }

  /**
   * Fills an empty canvas. Every item needs a position in the layout; see tidy for those that have none.
   * @param {import('../plan/kinds.js').Plan} plan @param {any} layout
   * @param {(source: any, target: any) => any[]} route gives waypoints where the layout has none
   */
  open(plan, layout, route) {
    const { items = [], dependencies = [], ...head } = plan;
    const root = this._factory.createRoot({ id: 'plan', type: 'plan', plan: head, lanes: layout.lanes });
    this._canvas.setRootElement(root);
    /** @type {Map<string, any>} */
    const cards = new Map();
    const add = (key, card) => {
      cards.set(key, card);
      this._canvas.addShape(card, root);
    };
    for (const item of items) add(item.key, this.card(item, placeOf(layout, item.key)));
    for (const { source } of dependencies) {
      if (source.includes('/') && !cards.has(source)) add(source, this.foreignCard(source, placeOf(layout, source)));
    }
    for (const { source, target, ...rest } of dependencies) {
      const [from, to] = [cards.get(source), cards.get(target)];
      if (!from || !to) continue;
      const stored = layout.lines?.[edgeName({ source, target })];
      const line = this.line('dependency', {
        dependency: rest, source: from, target: to, ...(stored ? routeOf(stored) : {}),
        waypoints: pointsOf(stored?.points) ?? route(from, to)
      });
      this._canvas.addConnection(line, root);
    }
    for (const [id, note] of Object.entries(layout.notes ?? {})) {
      const { x, y, width = NOTE.width, height = NOTE.height, item, ...words } = note;
      const card = this.noteCard({ ...words, id }, { x, y, width, height });
      this._canvas.addShape(card, root);
      const pinned = item && cards.get(item);
      if (pinned) {
        this._canvas.addConnection(
          this.line('pin', { source: card, target: pinned, waypoints: route(card, pinned) }), root);
      }
    }
    this._eventBus.fire('plan.opened');
  }

  /** Moves what is drawn to other places; not a change that somebody made, so there is nothing to undo. */
  place(layout) {
    const moved = [...this.all()];
    for (const element of moved) {
      if (element.type === 'item' || element.type === 'foreign') {
        Object.assign(element, placeOf(layout, element.source ?? element.item.key));
      } else if (element.type === 'dependency') {
        const stored = layout.lines?.[nameOfElement(element).slice('dependency '.length)];
        if (stored) Object.assign(element, routeOf(stored));
      }
    }
    this._eventBus.fire('elements.changed', { elements: moved });
    this._eventBus.fire('plan.placed');
  }

  /** @returns {import('../plan/kinds.js').Plan} the plan as it is drawn now */
  plan() {
    const items = this.items().map((element) => clean(element.item));
    const dependencies = this.dependencies().map(({ source, target, dependency: { per, condition } }) => cleanDependency({
      source: source.type === 'foreign' ? source.source : source.item.key, target: target.item.key, per, condition
    }));
    return { ...cleanHead(this.root().plan), items, dependencies };
  }

  /** Where everything stands: beside the definition, because moving a card changes no meaning. */
  layout() {
    /** @type {Record<string, any>} */
    const cards = {};
    /** @type {Record<string, any>} */
    const lines = {};
    /** @type {Record<string, any>} */
    const notes = {};
    this._registry.forEach((element) => {
      const { type, x, y } = element;
      if (type === 'item') cards[element.item.key] = { x, y, ...(element.placed ? { placed: true } : {}) };
      else if (type === 'foreign') cards[element.source] = { x, y };
      else if (type === 'dependency') {
        const source = element.source.source ?? element.source.item.key;
        lines[edgeName({ source, target: element.target.item.key })] = {
          points: element.waypoints.map((point) => [Math.round(point.x), Math.round(point.y)]),
          ...(element.labelAt ? { label: [Math.round(element.labelAt.x), Math.round(element.labelAt.y)] } : {})
        };
      } else if (type === 'note') {
        const { id, ...words } = element.note;
        const pinned = element.outgoing.find((line) => line.type === 'pin')?.target;
        notes[id] = {
          ...words, x, y, width: element.width, height: element.height,
          ...(pinned?.item ? { item: pinned.item.key } : {})
        };
      }
    });
    return { cards, lines, notes, ...(this.root().lanes ? { lanes: this.root().lanes } : {}) };
  }

  /** Whether two plans say the same. */
  static same(a, b) {
    return canonical(sorted(a)) === canonical(sorted(b));
  }
}

/** What an element is called on every page that shows the plan; empty where it has no name of its own. */
export function nameOfElement({ type, item, source, target, note }) {
  if (type === 'item') return `item ${item.key}`;
  if (type === 'foreign') return `foreign ${source}`;
  if (type === 'note') return `note ${note.id}`;
  return type === 'dependency' ? `dependency ${source.source ?? source.item.key}>${target.item.key}` : '';
}

// Undoing a deletion puts an element at the end of the registry; the document keeps the order of making.
const bySerial = (a, b) => Number(a.id.slice(1)) - Number(b.id.slice(1));

function sorted(plan) {
  const by = (name) => (a, b) => (name(a) < name(b) ? -1 : 1);
  return {
    ...plan,
    items: [...(plan.items ?? [])].sort(by((item) => item.key)),
    dependencies: [...(plan.dependencies ?? [])].sort(by(edgeName))
  };
}

function placeOf(layout, key) {
  const place = layout.cards?.[key];
  return place ? { x: place.x, y: place.y, placed: Boolean(place.placed) } : { x: 0, y: 0 };
}

function routeOf({ points, label }) {
  return { waypoints: pointsOf(points), labelAt: label && { x: label[0], y: label[1] } };
}

function pointsOf(points) {
  return points?.length > 1 ? points.map(([x, y]) => ({ x, y })) : null;
}
