// @ts-check
/** What the cards show that is not part of the plan: problems, notes, instances of a preview. */

/** @typedef {{ errors?: number, warnings?: number, notes?: number, instances?: number, pairs?: string,
 *   pairsAt?: { x: number, y: number } }} Mark */

const NONE = Object.freeze({});

export default class Marks {
  static $inject = ['eventBus', 'elementRegistry'];

  constructor(eventBus, elementRegistry) {
    this._eventBus = eventBus;
    this._registry = elementRegistry;
    /** @type {Map<string, Map<string, Mark>>} */
    this._layers = new Map();
    /** @type {Map<string, Mark>} */
    this._all = new Map();
  }

  /** @param {string} id of an element @returns {Mark} */
  of(id) {
    return this._all.get(id) ?? NONE;
  }

  /**
   * Replaces one layer of marks and redraws only what looks different now.
   * @param {string} layer @param {Map<string, Mark>} marks by element id
   */
  set(layer, marks) {
    const before = this._all;
    this._layers.set(layer, marks);
    const all = new Map();
    for (const one of this._layers.values()) {
      for (const [id, mark] of one) all.set(id, { ...all.get(id), ...mark });
    }
    this._all = all;
    const changed = [...new Set([...before.keys(), ...all.keys()])]
      .filter((id) => JSON.stringify(before.get(id)) !== JSON.stringify(all.get(id)))
      .map((id) => this._registry.get(id))
      .filter(Boolean);
    // Each for itself: "elements.changed" would make the context pad open anew, and that closes an open menu.
    for (const element of changed) this._eventBus.fire('element.changed', { element });
  }
}
