// @ts-check
/** Somebody else discarded or published the draft under the page: lets the reader say what becomes of what is drawn here. */

import { html } from 'preact';
import { Dialog } from './Dialog.js';

export function Ended({ ended, list, close }) {
  const { published, keep, drop } = ended;
  const choose = (act) => () => {
    act();
    close();
  };
  const leave = () => {
    drop();
    location.assign(list);
  };
  // Closing it any other way keeps: nothing that is drawn is lost by a key.
  return html`
    <${Dialog} title="This draft is no more" close=${choose(keep)} class="ended" unasked>
      <p>${published
        ? 'Somebody else discarded the draft of this plan, or published it with changes of their own. What you see here is still the draft.'
        : 'Somebody else discarded the draft of this plan, and no version of it was ever published. What you see here is still the draft.'}</p>
      <footer class="choices">
        ${published
          ? html`<button type="button" onClick=${choose(drop)}>Go back to the published version</button>`
          : html`<button type="button" onClick=${leave}>Leave it discarded</button>`}
        <button type="button" class="main" onClick=${choose(keep)}>Keep what I see as a new draft</button>
      </footer>
    <//>`;
}
