// @ts-check
/** The name of an attribute. Where expressions speak of it they are shown, and the name changes only when that is meant. */

import { html, useContext, useRef, useState } from 'preact';
import { ask } from '../../designer/server.js';
import { Desk } from '../desk.js';
import { Text } from '../fields/fields.js';
import { Icon } from '../fields/icon.js';
import { editorOf } from '../fields/Reference.js';

const KINDS = /** @type {Record<string, string>} */ ({ decomposition: 'split', scenario: 'route', plan: 'workflow', table: 'table-2', enrichment: 'sparkles', policy: 'shield-check' });

/** @param {{ place: import('../place.js').Place }} props */
export function AttributeName({ place }) {
  const draft = useContext(Desk);
  const known = useRef({ name: '', uses: /** @type {any[]} */ ([]), asked: /** @type {Promise<any> | null} */ (null) });
  const [wish, setWish] = useState(/** @type {{ name: string, uses: any[] } | null} */ (null));

  /** Asked when the field is entered, so that the answer is there before the first letter is typed. */
  const look = () => {
    const name = place.value;
    if (!name || known.current.name === name) return;
    const asked = ask(`${draft.options.address}/uses/${encodeURIComponent(name)}`).then(({ uses }) => uses, () => []);
    known.current = { name, uses: [], asked };
    asked.then((uses) => { if (known.current.name === name) known.current.uses = uses; });
  };
  const rename = async (name, typing) => {
    look();
    const uses = place.value ? await known.current.asked ?? [] : [];
    if (name === place.value) return setWish(null);
    if (!uses.length) return place.commit(name, typing);
    setWish({ name, uses });
  };
  const decide = (name) => {
    setWish(null);
    known.current = { name: '', uses: [], asked: null };
    if (name === place.value) draft.refresh();
    else place.commit(name);
  };

  return html`
    <div onFocusIn=${look}>
      <${Text} label="Name" bare=${true} mono=${true} placeholder="name" ...${place} commit=${rename} />
      ${wish && html`<div class="renaming" role="group" aria-label=${`Renaming ${place.value}`}>
        <p><${Icon} name="triangle-alert" /><span><strong>${place.value}</strong> is spoken of in ${wish.uses.length === 1 ? 'one place' : `${wish.uses.length} places`}.
          Renamed to <strong>${wish.name || '(nothing)'}</strong>, ${wish.uses.length === 1 ? 'it has' : 'they have'} to be changed as well.</span></p>
        <ul>${wish.uses.map(({ definition, name, pointer, text }) => {
          const [kind, key] = definition.split('/');
          return html`<li key=${definition + pointer}><${Icon} name=${KINDS[kind] ?? 'file'} /><a href=${editorOf(kind, key)} target="_blank">${name}</a>
            <span class="faint small">${placeIn(pointer)}</span><code class="cut" title=${text}>${text}</code></li>`;
        })}</ul>
        <div class="row"><button type="button" class="tiny main" onClick=${() => decide(wish.name)}>Rename it anyway</button>
          <button type="button" class="tiny" onClick=${() => decide(place.value)}>Keep ${place.value}</button></div>
      </div>`}
    </div>`;
}

/** A pointer into a document that is not at hand. @param {string} pointer */
const placeIn = (pointer) => pointer.split('/').slice(1).map((part) => (/^\d+$/.test(part) ? Number(part) + 1 : part.replaceAll('_', ' '))).join(' › ');
