// @ts-check
/** A list of short texts, such as identifiers: Enter or a comma adds one, Backspace in the empty field takes one back. */

import { html, useId, useRef, useState } from 'preact';
import { Findings } from './fields.js';
import { Icon } from './icon.js';

/** @param {{ label: string, value: string[], commit: (value: string[]) => void, within?: any[], pointer?: string, help?: string,
 *   placeholder?: string }} props `within` are the findings of the list and of its texts */
export function Chips({ label, value, commit, within = [], pointer = '', help = '', placeholder = '' }) {
  const id = useId();
  const input = useRef(/** @type {HTMLInputElement | null} */ (null));
  const [text, setText] = useState('');
  const add = (/** @type {string} */ words) => {
    const parts = words.split(/[,\n\t]/).map((part) => part.trim()).filter((part) => part && !value.includes(part));
    setText('');
    if (parts.length) commit([...value, ...new Set(parts)]);
  };
  const remove = (n) => {
    commit(value.filter((_, at) => at !== n));
    input.current?.focus();
  };
  const key = (event) => {
    if ((event.key === 'Enter' || event.key === ',') && text.trim()) {
      event.preventDefault();
      add(text);
    } else if (event.key === 'Enter') event.preventDefault();
    else if (event.key === 'Backspace' && !text && value.length) {
      event.preventDefault();
      remove(value.length - 1);
    }
  };
  const paste = (event) => {
    const words = event.clipboardData?.getData('text/plain') ?? '';
    if (!/[,\n\t]/.test(words)) return;
    event.preventDefault();
    add(text + words);
  };
  const wrong = (n) => within.some((one) => one.at === `${pointer}/${n}`);
  return html`
    <div class="field" data-at=${pointer}><label for=${id}>${label}</label>
      <div class="chips">
        ${value.map((one, n) => html`<span class=${`chip${wrong(n) ? ' wrong-chip' : ''}`} key=${one} data-at=${`${pointer}/${n}`}><span class="cut" title=${one}>${one}</span>
          <button type="button" aria-label=${`Remove ${one}`} onClick=${() => remove(n)}><${Icon} name="x" /></button></span>`)}
        <input id=${id} ref=${input} type="text" autocomplete="off" value=${text} placeholder=${value.length ? '' : placeholder} onInput=${(event) => setText(event.target.value)}
          onKeyDown=${key} onPaste=${paste} onBlur=${() => add(text)} />
      </div>
      <${Findings} problems=${within} />
      ${help && !within.length && html`<p class="help">${help}</p>`}
    </div>`;
}
