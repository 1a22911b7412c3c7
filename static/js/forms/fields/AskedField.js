// @ts-check
/** One thing that a person fills in: how it is called on the form and in expressions, what it is, whether it must be said. */

import { html } from 'preact';
import { Check, Choice, Text } from './fields.js';
import { keyFor } from './keys.js';

const TYPES = [
  { value: 'string', text: 'One line of text' }, { value: 'text', text: 'Long text' }, { value: 'number', text: 'Number' },
  { value: 'boolean', text: 'Yes or no' }, { value: 'date', text: 'Date' }, { value: 'time', text: 'Time' },
  { value: 'date and time', text: 'Date and time' }, { value: 'days and time duration', text: 'Duration in days and hours' },
  { value: 'years and months duration', text: 'Duration in years and months' }, { value: 'choice', text: 'Choice' }
];

/** A name for what has this label. @param {string} label @param {string[]} others */
export const nameOf = (label, others) => keyFor(label || 'field', others, 'field');

/**
 * @param {{ field: any, others: string[], change: (more: Record<string, any>, typing?: boolean) => void, problems: (part: string) => any[],
 *   known: string, pointer?: string }} props `others` are the names of the other fields, `known` is the label of the name, `problems`
 *   gives the findings of a part of the field
 */
export function AskedField({ field, others, change, problems, known, pointer = '' }) {
  const at = (part) => ({ problems: problems(part), pointer: pointer && `${pointer}/${part}` });
  const follows = nameOf(field.label, others) === field.name;
  return html`
    <${Text} label="Label" ...${at('label')} value=${field.label ?? ''}
      commit=${(label, typing) => change({ label, ...(follows && label ? { name: nameOf(label, others) } : {}) }, typing)} />
    <${Text} label=${known} mono=${true} ...${at('name')} value=${field.name}
      check=${(name) => (!/^[a-z][a-z0-9_]{0,63}$/.test(name) ? 'Small letters, digits and _; a letter first.'
        : others.includes(name) ? 'Another field has this name.' : '')}
      commit=${(name, typing) => change({ name }, typing)} />
    <${Choice} label="Type" ...${at('type')} value=${field.type ?? 'string'} options=${TYPES} commit=${(type) => change({ type })} />
    <${Check} label="Must be filled in" ...${at('required')} value=${field.required} commit=${(required) => change({ required })} />
    ${field.type === 'choice' && html`<${Text} label="Choices, one a line" rows=${3} ...${at('choices')} value=${(field.choices ?? []).join('\n')}
      commit=${(text, typing) => change({ choices: text.split('\n').map((line) => line.trim()).filter(Boolean) }, typing)} />`}
    <${Text} label="Help" optional=${true} ...${at('help')} value=${field.help ?? ''} placeholder="stands below the field" commit=${(help, typing) => change({ help }, typing)} />`;
}
