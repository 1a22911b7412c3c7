// @ts-check
/** Marks what would become of every card of a generated plan, and the way through it that takes longest. */

import { append, attr, clear } from 'diagram-js';
import { tag } from '../drawing/tags.js';

/**
 * @typedef {{ verdict: string, look: { tone: string, icon: string }, reason: string, facts: [string, string][],
 *   changes: string[], plan: [string, string] }} Fate
 */

const LAYER = 5;
/** What needs no word: that an item is done is what plans are for, and a change says itself that something is gone. */
const UNSAID = new Set(['runs', 'removed']);

export default class Outcomes {
  static $inject = ['eventBus', 'canvas', 'planElements', 'config.outcomes'];

  /** @param {any} eventBus @param {any} canvas @param {any} planElements @param {{ fates: Record<string, Fate>, critical: string[] } | null} outcomes */
  constructor(eventBus, canvas, planElements, outcomes = null) {
    Object.assign(this, { _canvas: canvas, _elements: planElements });
    this._outcomes = outcomes;
    this._asked = 0;
    if (!outcomes) return;
    // Cards stand roughly until their layout is made, and the tags go with them.
    eventBus.on(['plan.opened', 'elements.changed'], 300, () => {
      this._asked ||= requestAnimationFrame(() => {
        this._asked = 0;
        this._draw(outcomes);
      });
    });
    eventBus.on('diagram.destroy', () => cancelAnimationFrame(this._asked));
  }

  /** @param {any} card @returns {Fate | undefined} */
  of(card) {
    return this._outcomes?.fates[card.item?.key];
  }

  _draw({ critical }) {
    const layer = this._canvas.getLayer('outcomes', LAYER);
    clear(layer);
    attr(layer, { 'pointer-events': 'none' });
    const places = new Map(critical.map((key, n) => [key, n]));
    const placeOf = (card) => places.get(card.item.key) ?? -1;
    for (const line of this._elements.dependencies()) {
      if (placeOf(line.target) > 0 && placeOf(line.target) === placeOf(line.source) + 1) this._canvas.addMarker(line, 'critical');
    }
    for (const card of this._elements.items()) {
      const { verdict, look } = /** @type {Fate} */ (this.of(card));
      this._canvas.addMarker(card, `verdict-${verdict}`);
      if (placeOf(card) >= 0) this._canvas.addMarker(card, 'critical');
      if (!UNSAID.has(verdict)) append(layer, tag(card, { icon: look.icon, word: verdict, name: `verdict-tag tone-${look.tone}` }));
    }
  }
}
