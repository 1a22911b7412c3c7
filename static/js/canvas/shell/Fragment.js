// @ts-check
/** Keeps the selection as a fragment, and shows what is kept. */

import { html, useState } from 'preact';
import { Icon } from '../../forms/fields/icon.js';
import { counted } from '../fragments/Fragments.js';
import { Dialog } from './Dialog.js';
import { useDiagram } from './useDiagram.js';

export function Fragment({ diagram, close }) {
  useDiagram(diagram, ['fragments.changed']);
  const fragments = diagram.get('fragments');
  const [name, setName] = useState('');
  const [trouble, setTrouble] = useState('');
  const selected = fragments.selected();
  const there = fragments.kept.some((/** @type {any} */ kept) => kept.name === name.trim());
  const tried = (/** @type {Promise<void>} */ done, /** @type {() => void} */ then = () => {}) =>
    done.then(then, (error) => setTrouble(error.message));
  const save = (/** @type {Event} */ event) => {
    event.preventDefault();
    if (name.trim()) tried(fragments.save(name.trim()), close);
  };
  return html`
    <${Dialog} title="Fragments" close=${close} class="fragments">
      ${selected ? html`
        <form class="field" onSubmit=${save}>
          <label for="fragment-name">Keep the selection (${counted(selected.cards)}) as</label>
          <div class="row"><input id="fragment-name" type="text" maxlength="120" autofocus value=${name}
            onInput=${(/** @type {any} */ event) => setName(event.target.value)} />
            <button class="main" disabled=${!name.trim()}>${there ? 'Replace' : 'Keep'}</button></div>
        </form>` : html`<p>Select the items that belong together, then keep them under a name. <kbd>N</kbd> puts them into any plan.</p>`}
      ${trouble && html`<p class="wrong" role="alert">${trouble}</p>`}
      <ul>${fragments.kept.map((/** @type {any} */ kept) => html`
        <li key=${kept.name}><${Icon} name="component" /><span class="text">${kept.name}</span>
          <span class="quiet small">${counted(kept.fragment.cards)}, ${kept.by}</span>
          <button type="button" class="plain square" aria-label=${`Remove ${kept.name}`} title="Remove; plans that hold its items keep them"
            onClick=${() => tried(fragments.remove(kept.name))}><${Icon} name="trash-2" /></button></li>`)}
      </ul>
    <//>`;
}
