// @ts-check
/** Marks what differs between two states of a plan that are drawn as one, and goes from one change to the next. */

import { append, attr, clear, create } from 'diagram-js';
import { labelOf } from '../drawing/CardRenderer.js';
import { icon } from '../drawing/icons.js';
import { shape, tag } from '../drawing/tags.js';
import { nameOfElement } from '../elements/PlanElements.js';
import { LOOKS } from '../../versions/words.js';

/** @typedef {import('../../versions/words.js').Part} Part */

const LAYER = 5;

export default class Changes {
  static $inject = ['eventBus', 'canvas', 'planElements', 'actions', 'config.changes'];

  /** @param {any} eventBus @param {any} canvas @param {any} planElements @param {any} actions @param {Part[] | null} parts */
  constructor(eventBus, canvas, planElements, actions, parts = null) {
    Object.assign(this, { _eventBus: eventBus, _canvas: canvas, _elements: planElements, _actions: actions });
    /** @type {Part[]} */
    this.parts = parts ?? [];
    /** Which of them are marked. @type {Set<string>} */
    this.kinds = new Set(Object.keys(LOOKS));
    /** @type {Part | null} */
    this.chosen = null;
    this._asked = 0;
    if (!parts) return;
    // A large plan that nobody has drawn yet stands roughly at first; its cards find their places a moment later.
    eventBus.on(['plan.opened', 'elements.changed'], 300, () => {
      this._asked ||= requestAnimationFrame(() => {
        this._asked = 0;
        this._draw();
      });
    });
    eventBus.on('diagram.destroy', () => cancelAnimationFrame(this._asked));
    eventBus.on('selection.changed', ({ newSelection }) => {
      const [element] = newSelection;
      const part = element && this.shown().find((one) => this.elementOf(one) === element);
      if (element && part !== this.chosen) this._choose(part ?? null);
    });
  }

  /** The parts that the filter lets through, in their order. */
  shown() {
    return this.parts.filter((part) => this.kinds.has(part.kind));
  }

  /** What is drawn of a part; null for what concerns the whole plan. @param {Part} part */
  elementOf({ part, name }) {
    if (part === 'item') return this._elements.byKey(name) ?? null;
    if (part !== 'dependency') return null;
    const [source, target] = name.split(' -> ').map((key) => this._elements.byKey(key));
    return target?.incoming.find((line) => line.source === source) ?? null;
  }

  /** @param {Part} part */
  show(part) {
    this._choose(part);
    const element = this.elementOf(part);
    this._actions.select(element, { reveal: Boolean(element) });
    this._say(part);
  }

  /** @param {1 | -1} by */
  step(by) {
    const all = this.shown();
    if (!all.length) return;
    const at = all.indexOf(/** @type {Part} */ (this.chosen));
    this.show(all[at < 0 ? (by > 0 ? 0 : all.length - 1) : (at + by + all.length) % all.length]);
  }

  /** @param {string} kind */
  toggle(kind) {
    if (!this.kinds.delete(kind)) this.kinds.add(kind);
    if (this.chosen && !this.kinds.has(this.chosen.kind)) this._choose(null);
    this._draw();
    this._eventBus.fire('changes.changed');
  }

  /** Lets what did not change step back. */
  fade(on) {
    this._canvas.getContainer().classList.toggle('fading', on);
  }

  _choose(part) {
    this.chosen = part;
    this._eventBus.fire('changes.changed');
  }

  _say(part) {
    const all = this.shown();
    this._actions.say(`Change ${all.indexOf(part) + 1} of ${all.length}: ${part.title}, ${part.kind}.`);
  }

  _draw() {
    const layer = this._canvas.getLayer('changes', LAYER);
    clear(layer);
    attr(layer, { 'pointer-events': 'none' });
    // Found in one go: a large plan holds a thousand elements, and a difference may speak of them all.
    const elements = new Map(this._elements.all().map((element) => [nameOfElement(element), element]));
    for (const part of this.parts) {
      const element = elements.get(`${part.part} ${part.name.replace(' -> ', '>')}`);
      if (!element) continue;
      const marked = this.kinds.has(part.kind);
      const name = `change-${part.kind}`;
      if (marked) this._canvas.addMarker(element, name);
      else this._canvas.removeMarker(element, name);
      if (marked) append(layer, element.waypoints ? signOn(element, part) : tag(element, lookOf(part)));
    }
  }
}

const lookOf = ({ kind }) => {
  const { icon: symbol, word } = LOOKS[/** @type {keyof typeof LOOKS} */ (kind)];
  return { icon: symbol, word, name: kind, end: true };
};

/** The icon alone, in the middle of the longest stretch of a line, or before the label that is there. */
function signOn({ waypoints, dependency }, { kind, title }) {
  const { icon: symbol, word } = LOOKS[/** @type {keyof typeof LOOKS} */ (kind)];
  const part = labelOf({ dependency }) ? 0.15 : 0.5;
  let [best, longest] = [waypoints[0], -1];
  for (let n = 1; n < waypoints.length; n += 1) {
    const [a, b] = [waypoints[n - 1], waypoints[n]];
    const length = Math.abs(a.x - b.x) + Math.abs(a.y - b.y);
    if (length > longest) [best, longest] = [{ x: a.x + (b.x - a.x) * part, y: a.y + (b.y - a.y) * part }, length];
  }
  const group = create('g');
  attr(group, { class: `card-tag ${kind}`, transform: `translate(${best.x - 10} ${best.y - 10})` });
  append(group, shape('rect', { width: 20, height: 20, rx: 10 }));
  append(group, icon(symbol, 4, 4, 12));
  const tip = shape('title', {});
  tip.textContent = `${word}: ${title}`;
  append(group, tip);
  return group;
}
