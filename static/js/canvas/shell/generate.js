// @ts-check
/** Starts the generated plan on the page of a rehearsal. */

import { html, render } from 'preact';
import { loadIcons } from '../../forms/fields/icon.js';
import { Generated } from './Generated.js';

const start = JSON.parse(/** @type {HTMLElement} */ (document.getElementById('start')).textContent ?? '');
const place = /** @type {HTMLElement} */ (document.getElementById('plan'));

await loadIcons();
place.replaceChildren();
render(html`<${Generated} start=${start} place=${place} />`, place);
