// @ts-check
/** The plan as a picture that stands alone: colours and typeface written into it. */

import { getBBox } from 'diagram-js';
import { typefaceFor } from './typeface.js';

const STYLES = ['fill', 'stroke', 'stroke-width', 'stroke-dasharray', 'font-family', 'font-size', 'font-weight', 'opacity',
  'letter-spacing', 'text-anchor', 'stroke-linecap', 'stroke-linejoin'];
const PAD = 24;

export default class Pictures {
  static $inject = ['canvas', 'planElements', 'inView'];

  constructor(canvas, planElements, inView) {
    this._inView = inView;
    this._canvas = canvas;
    this._elements = planElements;
  }

  /** @returns {Promise<{ text: string, width: number, height: number }>} */
  async draw() {
    const { words, text, ...size } = this._inView.withAll(() => this._draw());
    return { text: text.replace('>', `>${await typefaceFor(words)}`), ...size };
  }

  _draw() {
    const root = this._elements.root();
    const source = this._canvas.getActiveLayer();
    const copy = /** @type {SVGElement} */ (source.cloneNode(true));
    const [from, to] = [[...source.querySelectorAll('*')], [...copy.querySelectorAll('*')]];
    to.forEach((node, n) => {
      const style = getComputedStyle(from[n]);
      if (style.display === 'none' || node.matches('.djs-hit, .djs-outline, .djs-bendpoints, .djs-segment-dragger, .djs-dragger')) {
        node.remove();
        return;
      }
      for (const name of STYLES) {
        const value = style.getPropertyValue(name);
        if (value && value !== 'normal') node.setAttribute(name, value);
      }
      node.removeAttribute('class');
      node.removeAttribute('style');
    });
    copy.removeAttribute('class');
    const lanes = this._canvas._layers?.lanes?.group?.getBBox?.();
    const bounds = getBBox([...root.children, ...(lanes?.width ? [lanes] : [])]);
    const box = { x: bounds.x - PAD, y: bounds.y - PAD, width: bounds.width + 2 * PAD, height: bounds.height + 2 * PAD };
    const ground = getComputedStyle(this._canvas.getContainer()).backgroundColor;
    const text = `<svg xmlns="http://www.w3.org/2000/svg" width="${box.width}" height="${box.height}" ` +
      `viewBox="${box.x} ${box.y} ${box.width} ${box.height}"><rect x="${box.x}" y="${box.y}" width="100%" height="100%" ` +
      `fill="${ground}"/>${new XMLSerializer().serializeToString(copy)}</svg>`;
    return { text, words: copy.textContent ?? '', width: box.width, height: box.height };
  }

  async svg() {
    const { text } = await this.draw();
    save(new Blob([text], { type: 'image/svg+xml' }), `${this._elements.root().plan.key}.svg`);
  }

  async png() {
    const { text, width, height } = await this.draw();
    const scale = Math.min(2, 16000 / Math.max(width, height));
    const image = new Image();
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
    await image.decode();
    const canvas = Object.assign(document.createElement('canvas'), {
      width: Math.round(width * scale), height: Math.round(height * scale)
    });
    canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
    canvas.toBlob((blob) => blob && save(blob, `${this._elements.root().plan.key}.png`), 'image/png');
  }
}

function save(blob, name) {
  const link = Object.assign(document.createElement('a'), { href: URL.createObjectURL(blob), download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}
