// @ts-check
/** A map of the whole plan on a canvas element: cheap enough to be redrawn while dragging. */

import { getBBox } from 'diagram-js';

const SIZE = { width: 200, height: 130 };
const SHOWN = 'orderloom.minimap';

export default class Minimap {
  static $inject = ['eventBus', 'canvas', 'planElements'];

  constructor(eventBus, canvas, planElements) {
    this._canvas = canvas;
    this._elements = planElements;
    this._node = document.createElement('canvas');
    this._node.className = 'minimap';
    this._node.setAttribute('aria-hidden', 'true');
    const ratio = window.devicePixelRatio || 1;
    Object.assign(this._node, { width: SIZE.width * ratio, height: SIZE.height * ratio });
    this._pen = /** @type {CanvasRenderingContext2D} */ (this._node.getContext('2d'));
    this._pen.scale(ratio, ratio);
    canvas.getContainer().append(this._node);
    this._asked = false;
    this.show(localStorage.getItem(SHOWN) !== 'no');
    eventBus.on(['elements.changed', 'canvas.viewbox.changed', 'canvas.resized', 'plan.opened', 'commandStack.changed'],
      () => this._ask());
    this._node.addEventListener('pointerdown', (event) => this._drag(event));
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    scheme.addEventListener('change', () => this._ask());
  }

  toggle() {
    this.show(this._node.hidden);
    localStorage.setItem(SHOWN, this._node.hidden ? 'no' : 'yes');
  }

  show(shown) {
    this._node.hidden = !shown;
    if (shown) this._ask();
  }

  _ask() {
    if (this._asked || this._node.hidden) return;
    this._asked = true;
    requestAnimationFrame(() => {
      this._asked = false;
      this._draw();
    });
  }

  _scale() {
    const cards = this._elements.root().children.filter((one) => !one.waypoints);
    const view = this._canvas.viewbox();
    const box = getBBox([...cards, view]);
    const scale = Math.min(SIZE.width / (box.width + 80), SIZE.height / (box.height + 80));
    return {
      cards, view, scale,
      left: box.x + box.width / 2 - SIZE.width / scale / 2, top: box.y + box.height / 2 - SIZE.height / scale / 2
    };
  }

  _draw() {
    if (!this._elements.root()?.children) return;
    const { cards, view, scale, left, top } = this._scale();
    // With everything in view a map would only cover it.
    const within = cards.every(({ x, y, width, height }) =>
      x >= view.x && y >= view.y && x + width <= view.x + view.width && y + height <= view.y + view.height);
    this._node.classList.toggle('idle', within);
    const style = getComputedStyle(this._node);
    const pen = this._pen;
    pen.clearRect(0, 0, SIZE.width, SIZE.height);
    const colours = new Map();
    for (const { x, y, width, height, type, item } of cards) {
      const name = item ? `--kind-${item.kind}` : type === 'note' ? '--note-edge' : '--kind-foreign';
      if (!colours.has(name)) colours.set(name, this._colour(style, name));
      pen.fillStyle = colours.get(name);
      pen.fillRect((x - left) * scale, (y - top) * scale, Math.max(2, width * scale), Math.max(1.5, height * scale));
    }
    pen.strokeStyle = this._colour(style, '--canvas-accent');
    pen.lineWidth = 1.5;
    pen.strokeRect((view.x - left) * scale, (view.y - top) * scale, view.width * scale, view.height * scale);
  }

  /** A canvas does not know light-dark(); a computed colour is always plain. */
  _colour(style, name) {
    this._node.style.color = `var(${name})`;
    return style.color;
  }

  /** @param {PointerEvent} event */
  _drag(event) {
    event.preventDefault();
    this._node.setPointerCapture(event.pointerId);
    const { scale, left, top } = this._scale();
    const move = (/** @type {PointerEvent} */ { offsetX, offsetY }) => {
      const { width, height } = this._canvas.viewbox();
      this._canvas.viewbox({
        x: left + offsetX / scale - width / 2, y: top + offsetY / scale - height / 2, width, height
      });
    };
    move(event);
    this._node.addEventListener('pointermove', move);
    this._node.addEventListener('pointerup', () => this._node.removeEventListener('pointermove', move), { once: true });
  }
}
