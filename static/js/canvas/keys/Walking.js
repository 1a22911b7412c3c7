// @ts-check
/** Going about a plan by keys: along dependencies, and to the neighbour above or below. */

import { getMid } from 'diagram-js';

export default class Walking {
  static $inject = ['selection', 'actions', 'planElements'];

  constructor(selection, actions, planElements) {
    this._selection = selection;
    this._actions = actions;
    this._elements = planElements;
  }

  go(direction) {
    const from = this._selection.get().at(-1);
    const to = direction === 'line' ? this._line(from) : this._target(from, direction);
    if (to) this._actions.select(to);
    else if (from) this._actions.say(NOWHERE[direction] ?? 'There is nothing further.');
  }

  _target(from, direction) {
    const all = inReadingOrder([...this._elements.items(), ...this._elements.notes()]);
    if (!from || direction === 'first') return all[0];
    if (direction === 'last') return all.at(-1);
    if (from.waypoints) return direction === 'left' ? from.source : direction === 'right' ? from.target : this._line(from);
    if (direction === 'right') return nearest(from, from.outgoing.map((line) => line.target));
    if (direction === 'left') return nearest(from, from.incoming.map((line) => line.source));
    const side = direction === 'up' ? -1 : 1;
    return nearest(from, all.filter((card) => (getMid(card).y - getMid(from).y) * side > 12), 3);
  }

  /** The dependencies of an item one after the other; from the last one back to the first. */
  _line(from) {
    if (!from) return null;
    const card = from.waypoints ? (this._walked ?? from.source) : from;
    if (!from.waypoints) this._walked = card;
    const lines = [...card.outgoing, ...card.incoming];
    return lines[(lines.indexOf(from) + 1) % lines.length];
  }
}

const NOWHERE = /** @type {Record<string, string>} */ ({
  right: 'Nothing waits for this item.', left: 'This item waits for nothing.', up: 'There is nothing above.',
  down: 'There is nothing below.', line: 'This item has no dependencies.'
});

/** @param {any} from @param {any[]} cards @param {number} [weight] of sideways distance */
function nearest(from, cards, weight = 1) {
  const at = getMid(from);
  const far = (card) => Math.abs(getMid(card).x - at.x) * weight + Math.abs(getMid(card).y - at.y);
  return cards.filter((card) => card !== from).sort((a, b) => far(a) - far(b))[0];
}

/** Left to right, top to bottom. @param {any[]} cards */
export function inReadingOrder(cards) {
  return [...cards].sort((a, b) => a.x - b.x || a.y - b.y);
}
