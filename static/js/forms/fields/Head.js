// @ts-check
/** What every definition has: its name, what it is for, and the key that others know it by. */

import { html } from 'preact';
import { Text } from './fields.js';

/** @param {{ place: import('../place.js').Place, children?: any }} props */
export function Head({ place, children = null }) {
  return html`
    <div class="pair">
      <${Text} label="Name" ...${place.at('name')} check=${(name) => (name.trim() ? '' : `Give the ${place.value.kind} a name.`)} />
      <div class="field"><span class="label">Key</span><p class="fixed"><code>${place.value.key}</code></p><p class="help">Other definitions and orders know it by this; it stays.</p></div>
    </div>
    <${Text} label="Description" optional=${true} rows=${2} ...${place.at('description')} />
    ${children}`;
}
