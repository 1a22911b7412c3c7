// @ts-check
import { html } from 'preact';

/** An icon of the sprite that drawing/icons.js has put into the page. @param {{ name: string, class?: string }} props */
export function Icon({ name, class: extra = '' }) {
  return html`<svg class=${`icon ${extra}`} aria-hidden="true"><use href=${`#icon-${name}`} /></svg>`;
}
