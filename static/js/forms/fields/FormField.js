// @ts-check
/** The form that a person fills in when completing a manual task. */

import { html } from 'preact';
import { AskedField, nameOf } from './AskedField.js';
import { Icon } from './icon.js';

export function FormField({ value = [], commit, problems }) {
  const change = (n, more) => commit(value.map((one, at) => (at === n ? tidy({ ...one, ...more }) : one)));
  const move = (n, by) => {
    const next = [...value];
    [next[n], next[n + by]] = [next[n + by], next[n]];
    commit(next);
  };
  const names = value.map((one) => one.name);
  return html`
    <div class="field"><span class="label">Form</span>
      ${value.map((field, n) => html`
        <fieldset class="form-field" key=${n}>
          <div class="row"><legend class="cut">${field.label || field.name}</legend>
            <button type="button" class="plain square" aria-label="Move up" disabled=${n === 0} onClick=${() => move(n, -1)}><${Icon} name="arrow-up" /></button>
            <button type="button" class="plain square" aria-label="Move down" disabled=${n === value.length - 1} onClick=${() => move(n, 1)}><${Icon} name="arrow-down" /></button>
            <button type="button" class="plain square" aria-label=${`Remove ${field.label || field.name}`} onClick=${() => commit(value.filter((_, at) => at !== n))}><${Icon} name="trash-2" /></button></div>
          <${AskedField} field=${field} others=${names.filter((_, at) => at !== n)} known="Name in results" change=${(more) => change(n, more)}
            problems=${(part) => problems.filter((one) => one.at === `/form/${n}/${part}` || (part === 'name' && one.at === `/form/${n}`))} />
        </fieldset>`)}
      <div class="adds"><button type="button" class="plain tiny" onClick=${() =>
        commit([...value, { name: nameOf('', names) }])}><${Icon} name="plus" />${value.length ? 'Another field' : 'Add a field'}</button></div>
      ${value.length === 0 && html`<p class="help">Without fields the task is simply ticked off.</p>`}
    </div>`;
}

/** A field without what it need not say. */
function tidy({ name, label, type, required, choices, help }) {
  return {
    name, ...(label ? { label } : {}), ...(type && type !== 'string' ? { type } : {}), ...(required ? { required } : {}),
    ...(type === 'choice' && choices?.length ? { choices } : {}), ...(help ? { help } : {})
  };
}
