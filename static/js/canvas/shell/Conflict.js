// @ts-check
/** Two people changed the same thing: lets the reader decide each. */

import { html } from 'preact';
import { Sides } from '../../designer/Sides.js';
import { Dialog } from './Dialog.js';

const FIELDS = /** @type {Record<string, string>} */ ({
  per: 'made once per', condition: 'only if', duration: 'expected to take', call: 'call', retry: 'if the call fails', compensation: 'undone by',
  point_of_no_return: 'point of no return', event: 'waits for', delay: 'at most, or for', on_timeout: 'if nothing comes in time', calendar: 'counted in'
});

export function Conflict({ diagram, conflict, close }) {
  const { conflicts, take } = conflict;
  const by = diagram.get('people').others.find((one) => one.by === conflict.by)?.name ?? conflict.by;
  const elements = diagram.get('planElements');
  const called = (/** @type {string} */ key) => elements.byKey(key)?.item?.name ?? key;
  const nameOf = ({ what, name, field }) => html`<strong>${what === 'plan' ? 'The plan' : name.split('>').map(called).join(' → ')}</strong>: ${FIELDS[field] ?? field ?? what}`;
  const done = (theirs) => {
    if (theirs.size) take(theirs);
    close();
  };
  return html`
    <${Dialog} title=${by ? `${by} changed the same as you` : 'Your unsaved changes meet newer ones'} close=${close} class="conflict" unasked>
      <p>Everything else was merged. Yours is kept where you choose nothing; Ctrl+Z takes the whole merge back.</p>
      <${Sides} conflicts=${conflicts} by=${by || 'the server'} nameOf=${nameOf} done=${done} />
    <//>`;
}
