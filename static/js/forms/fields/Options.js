// @ts-check
/** Some of a few fixed possibilities, each with a box to tick; the list keeps the order in which they are offered. */

import { html, useId } from 'preact';
import { Findings } from './fields.js';

/** @param {{ label: string, value: string[], options: { value: string, text: string }[], commit: (value: string[]) => void,
 *   within?: any[], pointer?: string, help?: string }} props */
export function Options({ label, value, options, commit, within = [], pointer = '', help = '' }) {
  const id = useId();
  const change = (one, on) => commit(options.map((option) => option.value).filter((each) => (each === one ? on : value.includes(each))));
  return html`
    <div class="field" role="group" aria-labelledby=${id} data-at=${pointer}><span class="label" id=${id}>${label}</span>
      <div class="options">${options.map((option) => html`
        <label class="check" key=${option.value}><input type="checkbox" checked=${value.includes(option.value)}
          onChange=${(event) => change(option.value, event.target.checked)} /> ${option.text}</label>`)}</div>
      <${Findings} problems=${within} />
      ${help && !within.length && html`<p class="help">${help}</p>`}
    </div>`;
}
