// @ts-check
/** Two people changed the same thing: says what, shows both, and lets the reader decide each. */

import { html, useEffect, useRef, useState } from 'preact';
import { where } from './Problems.js';

/** @param {{ choice: any, draft: any }} props */
export function Choices({ choice, draft }) {
  const node = useRef(/** @type {HTMLDialogElement | null} */ (null));
  const [theirs, setTheirs] = useState(/** @type {Record<number, boolean>} */ ({}));
  useEffect(() => node.current?.showModal(), []);
  // Escape would leave the page in a state that is never saved.
  const stay = (event) => event.preventDefault();

  if (choice.gone) {
    return html`
      <dialog class="designer-dialog" ref=${node} aria-labelledby="choices-title" onCancel=${stay}><div>
        <h2 id="choices-title">The draft is gone</h2>
        <p>Somebody discarded it while you worked on it, and it was never published. What you see here is all that is left of it.</p>
        <div class="actions"><button type="button" onClick=${choice.drop}>Let it go</button><button type="button" class="main" onClick=${choice.keep}>Keep mine as a new draft</button></div>
      </div></dialog>`;
  }
  const { by, conflicts, take } = choice;
  const choose = (n, other) => setTheirs({ ...theirs, [n]: other });
  return html`
    <dialog class="designer-dialog choices" ref=${node} aria-labelledby="choices-title" onCancel=${stay}><div>
      <h2 id="choices-title">${by} changed the same as you</h2>
      <p>Everything else was merged. Yours is kept where you choose nothing.</p>
      <ul>${conflicts.map(({ pointer, mine, theirs: other }, n) => html`
        <li key=${n}><fieldset><legend>${where(draft.document, pointer) || 'The whole'}</legend>
          <div class="sides">${[[false, 'Yours', mine], [true, `Of ${by}`, other]].map(([side, title, value]) => html`
            <label key=${title} class=${Boolean(theirs[n]) === side ? 'chosen' : ''}><input type="radio" name=${`choice-${n}`} checked=${Boolean(theirs[n]) === side}
              onChange=${() => choose(n, side)} /> ${title}<code>${shown(value)}</code></label>`)}</div>
        </fieldset></li>`)}</ul>
      <div class="actions"><button type="button" class="main" onClick=${() => take(conflicts.map((_, n) => (theirs[n] ? 'theirs' : 'mine')))}>Go on</button></div>
    </div></dialog>`;
}

function shown(value) {
  if (value === undefined) return 'removed';
  if (typeof value === 'string') return value || '(empty)';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return value === null ? '(nothing)' : JSON.stringify(value, null, 1).replace(/[{}"[\]\n]/g, ' ').replace(/ +/g, ' ').trim() || '(empty)';
}
