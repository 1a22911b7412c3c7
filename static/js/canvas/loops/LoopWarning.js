// @ts-check
/** Shows the loop while a connection that would close it is being drawn, and says why it was not made. */

import { canConnect } from '../rules/PlanRules.js';
import { linesOf, loopOf, titleOf } from './loops.js';

const MARKER = 'in-loop';

export default class LoopWarning {
  static $inject = ['eventBus', 'canvas', 'dragging'];

  constructor(eventBus, canvas, dragging) {
    this._eventBus = eventBus;
    this._canvas = canvas;
    this._shown = [];
    const gestures = ['connect', 'global-connect', 'bendpoint.move'];
    eventBus.on(gestures.map((name) => `${name}.hover`), 500, (event) => this._hover(event));
    eventBus.on(gestures.flatMap((name) => [`${name}.out`, `${name}.cleanup`, `${name}.canceled`]), 500, () => this._clear());
    eventBus.on(gestures.map((name) => `${name}.end`), 3000, (event) => {
      const { cards } = this._asked(event);
      if (cards) this.explain(cards);
    });
    this._dragging = dragging;
  }

  /** Tells everybody that a connection was refused. @param {any[]} cards from target to source */
  explain(cards) {
    const names = [...cards, cards[0]].map((card) => titleOf(card) || 'an item without a name');
    this._eventBus.fire('said', {
      text: `Not connected: it would close the loop ${names.join(' → ')}.`, tone: 'warning'
    });
  }

  /** Refuses a connection asked for by name or key, with the loop shown for a moment. */
  refuse(source, target) {
    const cards = loopOf(source, target);
    if (!cards) return false;
    this._show(cards);
    this.explain(cards);
    setTimeout(() => this._clear(), 4000);
    return true;
  }

  _asked({ context, hover }) {
    const over = hover ?? context.hover ?? context.target;
    if (!over || over.waypoints || over.type === 'plan') return {};
    const line = context.connection;
    const [source, target] = line
      ? (context.bendpointIndex === 0 || context.type === 'connection.reconnectStart'
        ? [over, line.target] : [line.source, over])
      : [context.start, over];
    if (!source || !target || source === target || canConnect(source, target, line) !== false) return {};
    return { source, target, cards: source.type === 'note' ? null : loopOf(source, target, line) };
  }

  _hover(event) {
    this._clear();
    const { cards } = this._asked(event);
    if (cards) this._show(cards);
  }

  _show(cards) {
    this._shown = [...cards, ...linesOf(cards)].filter(Boolean);
    for (const element of this._shown) this._canvas.addMarker(element, MARKER);
    this._eventBus.fire('loop.shown', { cards });
  }

  _clear() {
    for (const element of this._shown) {
      if (element.parent) this._canvas.removeMarker(element, MARKER);
    }
    if (this._shown.length) this._eventBus.fire('loop.hidden');
    this._shown = [];
  }
}
