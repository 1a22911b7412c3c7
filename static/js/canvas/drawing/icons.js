// @ts-check
/** The icons of the sprite, as nodes that can be drawn into a diagram and exported with it. */

const SPRITE = new URL('../../../vendor/lucide/sprite.svg', import.meta.url).href;

/** @type {Map<string, SVGSymbolElement>} */
let symbols = new Map();

/** Reads the sprite once; icons drawn before it has come stay empty. */
export async function loadIcons() {
  if (symbols.size) return;
  const answer = await fetch(SPRITE);
  const tree = new DOMParser().parseFromString(await answer.text(), 'image/svg+xml');
  symbols = new Map([...tree.querySelectorAll('symbol')].map((symbol) => [symbol.id, symbol]));
  // The page uses the symbols from within itself: a reference to the file would ask for it with every icon drawn.
  const sheet = document.importNode(tree.documentElement, true);
  for (const symbol of sheet.querySelectorAll('symbol')) symbol.id = `icon-${symbol.id}`;
  sheet.setAttribute('class', 'sprite');
  sheet.setAttribute('aria-hidden', 'true');
  document.body.append(sheet);
}

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
