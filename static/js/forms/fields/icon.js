// @ts-check
/** The icons of the sprite, embedded in the page once: a reference to its file would ask for it with every icon. */

import { html } from 'preact';

const SPRITE = new URL('../../../vendor/lucide/sprite.svg', import.meta.url).href;

/** @type {Map<string, SVGSymbolElement>} by name; empty before `loadIcons` */
export const symbols = new Map();

/** Reads the sprite once; icons drawn before it has come stay empty. */
export async function loadIcons() {
  if (symbols.size) return;
  const answer = await fetch(SPRITE);
  const tree = new DOMParser().parseFromString(await answer.text(), 'image/svg+xml');
  for (const symbol of tree.querySelectorAll('symbol')) symbols.set(symbol.id, symbol);
  const sheet = document.importNode(tree.documentElement, true);
  for (const symbol of sheet.querySelectorAll('symbol')) symbol.id = `icon-${symbol.id}`;
  sheet.setAttribute('class', 'sprite');
  sheet.setAttribute('aria-hidden', 'true');
  document.body.append(sheet);
}

/** @param {{ name: string, class?: string }} props */
export function Icon({ name, class: extra = '' }) {
  return html`<svg class=${`icon ${extra}`} aria-hidden="true"><use href=${`#icon-${name}`} /></svg>`;
}
