// @ts-check
/** Zooming: by steps, to fit, to what is selected; from far away cards lose their small print, then all their words. */

import { getBBox } from 'diagram-js';

const STEPS = [0.1, 0.15, 0.2, 0.3, 0.4, 0.55, 0.7, 0.85, 1, 1.2, 1.5, 2, 3];
export const LEAST_FIT = 0.55;
export const ROUND = 48; // pixels of the screen that are left around what is shown
const NOTCH = 0.15; // of the natural logarithm of the scale
const FOLLOW = 2 / 3; // for what the library makes of the way that fingers went
const FAR = 0.5;
const VERY_FAR = 0.3;

export default class View {
  static $inject = ['canvas', 'eventBus', 'planElements', 'zoomScroll'];

  constructor(canvas, eventBus, planElements, zoomScroll) {
    this._canvas = canvas;
    this._elements = planElements;
    zoomScroll.zoom = (delta, point) => this._turn(delta, point);
    eventBus.on('canvas.viewbox.changed', ({ viewbox }) => {
      canvas.getContainer().classList.toggle('far', viewbox.scale < FAR);
      canvas.getContainer().classList.toggle('very-far', viewbox.scale < VERY_FAR);
      eventBus.fire('view.changed', { scale: viewbox.scale });
    });
  }

  step(direction) {
    const now = this._canvas.zoom();
    const next = direction > 0 ? STEPS.find((step) => step > now * 1.02) : STEPS.findLast((step) => step < now * 0.98);
    if (next) this._canvas.zoom(next, this._middle());
  }

  /** By wheel or by two fingers: a notch of a wheel is one step, fingers are followed as finely as they move. */
  _turn(delta, point) {
    const by = Math.max(-NOTCH, Math.min(NOTCH, delta * FOLLOW));
    const next = Math.max(STEPS[0], Math.min(STEPS[STEPS.length - 1], this._canvas.zoom() * Math.exp(by)));
    this._canvas.zoom(next, point);
  }

  pan(dx, dy) {
    this._canvas.scroll({ dx, dy });
  }

  _middle() {
    const { width, height } = this._canvas.getSize();
    return { x: width / 2, y: height / 2 };
  }

  actual() {
    this._canvas.zoom(1, this._middle());
  }

  /** Shows everything, but never so small that cards cannot be read: then the beginning is shown. */
  fit({ least = LEAST_FIT } = {}) {
    const cards = [...this._elements.items(), ...this._elements.notes()];
    if (cards.length) this.show(this._elements.root().children.filter((one) => !one.hidden), { least, most: 1 });
    else this._canvas.viewbox({ x: 0, y: 0, ...this._canvas.getSize() });
  }

  show(elements, { least = 0.2, most = 1.2 } = {}) {
    const box = getBBox(elements);
    const { width, height } = this._canvas.getSize();
    const scale = Math.min(most, Math.max(least, Math.min((width - 2 * ROUND) / box.width, (height - 2 * ROUND) / box.height)));
    const view = { width: width / scale, height: height / scale };
    const start = (from, size, room) => (size + (2 * ROUND) / scale <= room ? from + size / 2 - room / 2 : from - ROUND / scale);
    this._canvas.viewbox({ x: start(box.x, box.width, view.width), y: start(box.y, box.height, view.height), ...view });
  }
}
