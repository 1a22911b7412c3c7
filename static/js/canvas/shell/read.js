// @ts-check
/** Starts a page on which a plan is only read. */

import { html, render } from 'preact';
import { loadIcons } from '../../forms/fields/icon.js';
import { Reader } from './Reader.js';

const start = JSON.parse(/** @type {HTMLElement} */ (document.getElementById('start')).textContent ?? '');
const place = /** @type {HTMLElement} */ (document.getElementById('viewer-place'));

await loadIcons();
place.replaceChildren();
render(html`<${Reader} start=${start} />`, place);
