// @ts-check
/** Shows all that an item waits for and all that waits for it, and dims the rest. */

import { reachable } from '../plan/graph.js';

export default class Tracing {
  static $inject = ['eventBus', 'canvas', 'elementRegistry'];

  constructor(eventBus, canvas, elementRegistry) {
    this._eventBus = eventBus;
    this._canvas = canvas;
    this._registry = elementRegistry;
    this._card = null;
    eventBus.on('commandStack.changed', () => this.clear());
    eventBus.on('canvas.click', 400, () => this.clear());
  }

  active() {
    return Boolean(this._card);
  }

  toggle(card) {
    const again = this._card === card;
    this.clear();
    if (again) return;
    const lines = (card, side) => card[side].filter((line) => line.type === 'dependency');
    const before = reachable(card, (one) => lines(one, 'incoming').map((line) => line.source));
    const after = reachable(card, (one) => lines(one, 'outgoing').map((line) => line.target));
    this._card = card;
    this._canvas.getContainer().classList.add('tracing');
    const within = (line, set) => (set.has(line.source) || line.source === card) && (set.has(line.target) || line.target === card);
    this._registry.forEach((element) => {
      const marker = element === card ? 'traced'
        : element.waypoints ? (within(element, before) ? 'before' : within(element, after) ? 'after' : null)
          : before.has(element) ? 'before' : after.has(element) ? 'after' : null;
      if (marker) this._canvas.addMarker(element, marker);
    });
    this._eventBus.fire('said', {
      text: `${card.item?.name ?? card.source}: ${before.size} before, ${after.size} after.`, tone: 'info'
    });
  }

  clear() {
    if (!this._card) return;
    this._card = null;
    this._canvas.getContainer().classList.remove('tracing');
    this._registry.forEach((element) => {
      for (const marker of ['traced', 'before', 'after']) {
        if (this._canvas.hasMarker(element, marker)) this._canvas.removeMarker(element, marker);
      }
    });
  }
}
