// @ts-check
/** The form that a person fills in when completing a manual task. */

import { html } from 'preact';
import { keyFor } from './keys.js';
import { Icon } from './icon.js';
import { Check, Choice, Text } from './fields.js';

const TYPES = ['string', 'text', 'number', 'boolean', 'date', 'choice'].map((value) => ({
  value, text: { string: 'One line of text', text: 'Long text', number: 'Number', boolean: 'Yes or no', date: 'Date', choice: 'Choice' }[value] ?? value
}));

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
          <${Text} label="Label" value=${field.label ?? ''} commit=${(label) => {
            const others = names.filter((_, at) => at !== n);
            const follows = keyFor(field.label || 'field', others, 'field') === field.name;
            change(n, { label, ...(follows && label ? { name: keyFor(label, others, 'field') } : {}) });
          }} />
          <${Text} label="Name in results" mono=${true} value=${field.name} problems=${problems.filter((one) => one.at.startsWith(`/form/${n}`))}
            check=${(name) => (!/^[a-z][a-z0-9_]{0,63}$/.test(name) ? 'Small letters, digits and _; a letter first.'
              : names.some((other, at) => at !== n && other === name) ? 'Another field has this name.' : '')}
            commit=${(name) => change(n, { name })} />
          <${Choice} label="Type" value=${field.type ?? 'string'} options=${TYPES} commit=${(type) => change(n, { type })} />
          ${field.type === 'choice' && html`<${Text} label="Choices, one a line" rows=${3} value=${(field.choices ?? []).join('\n')}
            commit=${(text) => change(n, { choices: text.split('\n').map((line) => line.trim()).filter(Boolean) })} />`}
          <${Check} label="Must be filled in" value=${field.required} commit=${(required) => change(n, { required })} />
        </fieldset>`)}
      <div class="adds"><button type="button" class="plain tiny" onClick=${() =>
        commit([...value, { name: keyFor('field', names, 'field') }])}><${Icon} name="plus" />${value.length ? 'Another field' : 'Add a field'}</button></div>
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
