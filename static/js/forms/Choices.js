// @ts-check
/** Two people changed the same thing: lets the reader decide each; or the draft is gone. */

import { html, useEffect, useRef } from 'preact';
import { Sides } from '../designer/Sides.js';
import { where } from './Problems.js';

/** Both come unasked, so the title has the focus: what is just being typed presses no button.
 * @param {{ choice: any, draft: any }} props */
export function Choices({ choice, draft }) {
  const node = useRef(/** @type {HTMLDialogElement | null} */ (null));
  useEffect(() => node.current?.showModal(), []);
  // Escape would leave the page in a state that is never saved.
  const stay = (event) => event.preventDefault();

  if (choice.gone) {
    return html`
      <dialog class="designer-dialog" ref=${node} aria-labelledby="choices-title" onCancel=${stay}><div>
        <h2 id="choices-title" tabindex="-1" autofocus>The draft is gone</h2>
        <p>Somebody discarded it while you worked on it, and it was never published. What you see here is all that is left of it.</p>
        <div class="actions"><button type="button" onClick=${choice.drop}>Let it go</button><button type="button" class="main" onClick=${choice.keep}>Keep mine as a new draft</button></div>
      </div></dialog>`;
  }
  const { by, conflicts, take } = choice;
  return html`
    <dialog class="designer-dialog choices" ref=${node} aria-labelledby="choices-title" onCancel=${stay}><div>
      <h2 id="choices-title" tabindex="-1" autofocus>${by} changed the same as you</h2>
      <p>Everything else was merged. Yours is kept where you choose nothing.</p>
      <${Sides} conflicts=${conflicts} by=${by} nameOf=${({ pointer }) => where(draft.document, pointer) || 'The whole'} done=${take} />
    </div></dialog>`;
}
