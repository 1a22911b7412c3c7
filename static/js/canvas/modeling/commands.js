// @ts-check
/** What can be done and undone: each command keeps in its context what it needs to go back. */

/** Replaces what an element says: its item, dependency, note, or the head of the plan. */
export class UpdatePart {
  execute(context) {
    const { element, property, value } = context;
    context.before = element[property];
    element[property] = value;
    return changed(element);
  }

  revert({ element, property, before }) {
    element[property] = before;
    return changed(element);
  }
}

/** Moves many cards and lines to given places without asking for routes in between. */
export class PlaceElements {
  static $inject = ['planElements'];

  constructor(planElements) {
    this._elements = planElements;
  }

  execute(context) {
    const { cards, lines, root } = context;
    context.before = {
      cards: new Map([...cards.keys()].map((card) => [card, { x: card.x, y: card.y, placed: card.placed }])),
      lines: new Map([...lines.keys()].map((line) => [line, { waypoints: line.waypoints, labelAt: line.labelAt }])),
      root: { lanes: this._elements.root().lanes }
    };
    return this._put(cards, lines, root);
  }

  revert({ before }) {
    return this._put(before.cards, before.lines, before.root);
  }

  _put(cards, lines, root) {
    for (const [card, place] of cards) Object.assign(card, place);
    for (const [line, route] of lines) Object.assign(line, route);
    Object.assign(this._elements.root(), root);
    return [...cards.keys(), ...lines.keys(), this._elements.root()];
  }
}

/** Runs other commands as one step. */
export class Batch {
  preExecute({ run }) {
    run();
  }

  execute() {
    return [];
  }

  revert() {
    return [];
  }
}

/** An item is shown on its card alone; a foreign name may hang on the key. */
const changed = (element) => [element];
