// @ts-check
/** Two people changed the same thing: says what, shows both, and lets the reader decide each. */

import { html, useState } from 'preact';
import { Dialog } from './Dialog.js';

const FIELDS = { per: 'made once per', condition: 'condition', name: 'name', duration: 'duration', call: 'call', queue: 'queue' };

export function Conflict({ conflict, close }) {
  const [theirs, set] = useState(() => new Set());
  const { conflicts, by, take } = conflict;
  const choose = (n, other) => set((now) => {
    const next = new Set(now);
    if (other) next.add(n);
    else next.delete(n);
    return next;
  });
  const done = () => {
    if (theirs.size) take(theirs);
    close();
  };
  const who = by || 'the server';
  return html`
    <${Dialog} title=${by ? `${by} changed the same as you` : 'Your unsaved changes meet newer ones'} close=${close} class="conflict">
      <p>Everything else was merged. Yours is kept where you choose nothing; Ctrl+Z takes the whole merge back.</p>
      <ul>${conflicts.map(({ what, name, field, mine, theirs: other }, n) => html`
        <li key=${n}>
          <p><strong>${name.replace('>', ' → ')}</strong> ${field ? FIELDS[/** @type {keyof typeof FIELDS} */ (field)] ?? field : what === 'dependency' ? 'dependency' : what}</p>
          <div class="sides">
            ${[[false, 'Yours', mine], [true, `Of ${who}`, other]].map(([side, title, value]) => html`
              <label class=${theirs.has(n) === side ? 'chosen' : ''}><input type="radio" name=${`conflict-${n}`} checked=${theirs.has(n) === side}
                onChange=${() => choose(n, side)} /> ${title}<code>${shown(value)}</code></label>`)}
          </div>
        </li>`)}
      </ul>
      <footer><button type="button" class="main" onClick=${done}>Go on</button></footer>
    <//>`;
}

function shown(value) {
  if (value === undefined || value === null) return 'removed';
  return typeof value === 'string' ? value || '(empty)' : JSON.stringify(value, null, 1).replace(/[{}"\n]/g, ' ').trim() || '(empty)';
}
