// @ts-check
/** Two people changed the same thing: lets the reader decide each. */

import { html } from 'preact';
import { Sides } from '../../designer/Sides.js';
import { Dialog } from './Dialog.js';

const FIELDS = /** @type {Record<string, string>} */ ({ per: 'made once per' });

export function Conflict({ conflict, close }) {
  const { conflicts, by, take } = conflict;
  const nameOf = ({ what, name, field }) => html`<strong>${name.replace('>', ' → ')}</strong> ${FIELDS[field] ?? field ?? what}`;
  const done = (theirs) => {
    if (theirs.size) take(theirs);
    close();
  };
  return html`
    <${Dialog} title=${by ? `${by} changed the same as you` : 'Your unsaved changes meet newer ones'} close=${close} class="conflict">
      <p>Everything else was merged. Yours is kept where you choose nothing; Ctrl+Z takes the whole merge back.</p>
      <${Sides} conflicts=${conflicts} by=${by || 'the server'} nameOf=${nameOf} done=${done} />
    <//>`;
}
