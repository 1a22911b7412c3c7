// @ts-check
import { html } from 'preact';

const SPRITE = new URL('../../../vendor/lucide/sprite.svg', import.meta.url).href;

/** An icon of the sprite. @param {{ name: string, class?: string }} props */
export function Icon({ name, class: extra = '' }) {
  return html`<svg class=${`icon ${extra}`} aria-hidden="true"><use href=${`${SPRITE}#${name}`} /></svg>`;
}
