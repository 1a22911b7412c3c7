// @ts-check
/** The icons of the sprite, as nodes that can be drawn into a diagram and exported with it. */

import { symbols } from '../../forms/fields/icon.js';

/**
 * @param {string} name @param {number} x @param {number} y @param {number} size
 * @returns {SVGGElement} strokes with the current text colour of its class
 */
export function icon(name, x, y, size) {
  const group = document.createElementNS('http://www.w3.org/2000/svg', 'g');
  group.setAttribute('class', 'icon');
  group.setAttribute('transform', `translate(${x} ${y}) scale(${size / 24})`);
  for (const node of symbols.get(name)?.childNodes ?? []) group.append(document.importNode(node, true));
  return group;
}

/** An icon for HTML, as text. @param {string} name */
export function iconText(name) {
  return `<svg class="icon" aria-hidden="true"><use href="#icon-${name}"></use></svg>`;
}
