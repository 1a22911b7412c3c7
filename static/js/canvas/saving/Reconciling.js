// @ts-check
/** Makes the drawing say what a document says, by as few commands as needed and as one undo step. */

import { canonical, clean, edgeName } from '../plan/document.js';
import { sizeOf } from '../elements/PlanElements.js';

export default class Reconciling {
  static $inject = ['modeling', 'planElements', 'layouter', 'actions'];

  constructor(modeling, planElements, layouter, actions) {
    Object.assign(this, { _modeling: modeling, _elements: planElements, _layouter: layouter, _actions: actions });
  }

  /** @param {any} plan @param {any} layout @param {string} label */
  take(plan, layout, label) {
    this._modeling.together(label, () => {
      this._head(plan);
      this._items(plan.items ?? [], layout);
      this._lines(plan.dependencies ?? [], layout);
      this._notes(layout.notes ?? {});
      this._places(layout);
    });
  }

  _head({ items, dependencies, ...head }) {
    if (canonical(head) !== canonical(this._elements.root().plan)) this._modeling.updatePlan(head);
  }

  _items(items, layout) {
    const wanted = new Map(items.map((item) => [item.key, item]));
    const gone = this._elements.items().filter((card) => !wanted.has(card.item.key));
    for (const card of gone) {
      // The lines go first, so that nothing heals over the gap: the document says what is connected.
      for (const line of [...card.incoming, ...card.outgoing]) this._modeling.removeConnection(line);
      this._modeling.removeShape(card);
    }
    for (const [key, item] of wanted) {
      const card = this._elements.byKey(key);
      if (card) {
        if (canonical(clean(card.item)) !== canonical(clean(item))) this._modeling.updateItem(card, item);
        continue;
      }
      const size = sizeOf(item.kind);
      const place = layout.cards?.[key];
      const fresh = this._elements.card(item);
      const at = place ? { x: place.x + size.width / 2, y: place.y + size.height / 2 } : this._actions.freePoint(size);
      this._modeling.createShape(fresh, at, this._elements.root());
    }
  }

  _lines(dependencies, layout) {
    const nameOf = (line) => edgeName({ source: line.source.source ?? line.source.item.key, target: line.target.item.key });
    const wanted = new Map(dependencies.map((one) => [edgeName(one), one]));
    for (const line of this._elements.dependencies()) {
      if (!wanted.has(nameOf(line))) this._modeling.removeConnection(line);
    }
    const there = new Map(this._elements.dependencies().map((line) => [nameOf(line), line]));
    for (const [name, { source, target, ...rest }] of wanted) {
      const line = there.get(name);
      if (line) {
        if (canonical(line.dependency) !== canonical(rest)) this._modeling.updateDependency(line, rest);
        continue;
      }
      const from = this._elements.byKey(source) ?? (source.includes('/') ? this._foreign(source, layout) : null);
      const to = this._elements.byKey(target);
      if (from && to) this._modeling.connect(from, to, { type: 'dependency', dependency: rest });
    }
  }

  _foreign(source, layout) {
    const card = this._elements.foreignCard(source);
    const place = layout.cards?.[source];
    const at = place ? { x: place.x + card.width / 2, y: place.y + card.height / 2 } : this._actions.freePoint(card);
    return this._modeling.createShape(card, at, this._elements.root());
  }

  _notes(notes) {
    for (const card of this._elements.notes()) {
      if (!notes[card.note.id]) this._modeling.removeShape(card);
    }
    const there = new Map(this._elements.notes().map((card) => [card.note.id, card]));
    for (const [id, { x, y, width, height, item, ...words }] of Object.entries(notes)) {
      const card = there.get(id);
      if (card) {
        if (canonical(card.note) !== canonical({ ...words, id })) this._modeling.updateNote(card, { ...words, id });
        continue;
      }
      const fresh = this._elements.noteCard({ ...words, id }, { width, height });
      this._modeling.createShape(fresh, { x: x + width / 2, y: y + height / 2 }, this._elements.root());
      const pinned = item && this._elements.byKey(item);
      if (pinned) this._modeling.connect(fresh, pinned, { type: 'pin' });
    }
  }

  _places({ cards = {}, lines = {}, notes = {}, lanes }) {
    const goes = new Map();
    const routes = new Map();
    const move = (card, place) => {
      if (place && (card.x !== place.x || card.y !== place.y || Boolean(card.placed) !== Boolean(place.placed))) {
        goes.set(card, { x: place.x, y: place.y, placed: Boolean(place.placed) });
      }
    };
    this._elements.items().forEach((card) => move(card, cards[card.item.key]));
    this._elements.notes().forEach((card) => move(card, notes[card.note.id]));
    for (const line of this._elements.dependencies()) {
      const name = edgeName({ source: line.source.source ?? line.source.item.key, target: line.target.item.key });
      const stored = lines[name];
      if (!stored?.points) continue;
      const points = stored.points.map(([x, y]) => ({ x, y }));
      if (canonical(points) === canonical(line.waypoints.map(({ x, y }) => ({ x: Math.round(x), y: Math.round(y) })))) continue;
      routes.set(line, { waypoints: points, labelAt: stored.label && { x: stored.label[0], y: stored.label[1] } });
    }
    if (goes.size || routes.size) this._modeling.place(goes, routes, { lanes });
  }
}
