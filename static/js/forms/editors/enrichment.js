// @ts-check
/** The editor of an enrichment: what lines are told before they are taken apart, by a table, by people, or computed. */

import { html } from 'preact';
import { AskedField, nameOf } from '../fields/AskedField.js';
import { FeelField } from '../fields/FeelField.js';
import { Check } from '../fields/fields.js';
import { ForLines, meantBy } from '../fields/ForLines.js';
import { Head } from '../fields/Head.js';
import { Icon } from '../fields/icon.js';
import { MapField } from '../fields/MapField.js';
import { Part } from '../fields/Part.js';
import { Reference } from '../fields/Reference.js';
import { Rows } from '../fields/Rows.js';
import { idOf, newRow } from '../documents.js';
import { questionFor, withRenamedAnswer } from '../enrichment/questions.js';
import { lineVariables } from '../variables.js';

const FEW = 12; // attributes that are offered; more would be a wall of buttons, and typing has them all

export const editor = { kind: 'enrichment', icon: 'sparkles', Form };

/** @param {{ place: import('../place.js').Place, names: any }} props */
function Form({ place, names }) {
  return html`
    <${Part} title="Enrichment"><${Head} place=${place} /><//>
    <${Part} title="When a line of an order"><${ForLines} place=${place} names=${names} /><//>
    <${Part} title="Then these steps tell it more" count=${place.value.steps.length}>
      <${Rows} place=${place.at('steps')} label="Steps" wanted="step" empty="Without a step lines are told nothing.">
        ${(row) => html`<${StepRow} row=${row} place=${place} names=${names} />`}
      <//>
    <//>`;
}

function StepRow({ row, place, names }) {
  const { table: key, queue, form } = row.value;
  const table = names.tables.find((one) => one.key === key);
  const asking = Boolean(queue || form.length);
  const meant = meantBy(place.value, names);
  const attributes = [...new Map(meant.flatMap((one) => one.attributes).map((one) => [one.name, one])).values()];
  const variables = () => lineVariables(names, meant);
  return html`<div class="step">
    <${FeelField} label="Only if" hint="always" variables=${variables} ...${row.at('condition')} />
    <div class="pair">
      <${Reference} label="Asks the table" of="table" empty="No table" ...${row.at('table')}
        help=${table ? `Its answer is called decided${table.outputs.length > 1 ? `: ${table.outputs.map(({ name }) => `decided.${name}`).join(', ')}` : ''}.` : ''} />
      <${Reference} label="Or asks people, in the queue" of="queue" empty="Nobody" ...${row.at('queue')}
        help=${asking ? 'The order waits until somebody there has filled in the form.' : ''} />
    </div>
    ${table && html`<${MapField} label="With" wanted="input" variables=${variables} ...${row.at('inputs')} problems=${row.at('inputs').within} at=${row.at('inputs').pointer}
      names=${[...new Set(table.inputs.map(({ expression }) => expression.match(/^[\p{L}_][\p{L}\p{N}_]*/u)?.[0]).filter((name) => name && !['order', 'line'].includes(name)))]} />`}
    ${asking && html`<${Questions} row=${row} attributes=${attributes} />`}
    <${MapField} label="Gives the line" wanted="attribute" variables=${() => [...variables(), ...answers(asking, form, table)]}
      names=${asking || attributes.length > FEW ? [] : attributes.map(({ name }) => name)} ...${row.at('attributes')}
      problems=${row.at('attributes').within} at=${row.at('attributes').pointer}
      help=${asking ? 'Somebody is asked only where the line lacks one of these. Each is an expression, such as: answered.region.' : ''} />
    <${Check} label="Also where the order says something else" ...${row.at('overwrite')} />
  </div>`;
}

/** What people are asked. Renaming a field renames it where its answer is read, too. */
function Questions({ row, attributes }) {
  const { form, attributes: given } = row.value;
  const names = form.map((one) => one.name);
  const change = (field, more, typing) => row.commit({
    ...row.value,
    form: form.map((one) => (idOf(one) === idOf(field) ? { ...one, ...more } : one)),
    attributes: more.name ? withRenamedAnswer(given, field.name, more.name) : given
  }, typing);
  const ask = (attribute) => {
    const field = newRow(questionFor(attribute, names));
    row.commit({ ...row.value, form: [...form, field], attributes: { ...given, [attribute.name]: `answered.${field.name}` } });
  };
  const offered = attributes.filter(({ name }) => !(name in given)).slice(0, FEW);
  return html`
    <div class="field questions"><span class="label">Form that is filled in</span>
      <${Rows} place=${row.at('form')} label="Form" wanted="field" fresh=${() => ({ name: nameOf('', names) })} named=${(one) => one.label || one.name}>
        ${(field) => html`<div class="question"><${AskedField} field=${field.value} others=${names.filter((name) => name !== field.value.name)} known="Name in answered"
          pointer=${field.pointer} problems=${(part) => field.at(part).within} change=${(more, typing) => change(field.value, more, typing)} /></div>`}
      <//>
      ${offered.length > 0 && html`<div class="adds offered"><span class="quiet small">Ask for the attribute</span>${offered.map((one) =>
        html`<button type="button" class="tiny" key=${one.name} onClick=${() => ask(one)}><${Icon} name="plus" />${one.label || one.name}</button>`)}</div>`}
    </div>`;
}

/** What expressions know besides the line: what people answered, or what the table decided. */
function answers(asking, form, table) {
  if (asking) {
    return [{ name: 'answered', detail: 'what was filled in', entries: form.map(({ name, label, type }) => ({ name, detail: type, info: label || undefined })) }];
  }
  const entries = table?.outputs.length > 1 ? table.outputs.map(({ name, type }) => ({ name, detail: type })) : undefined;
  return table ? [{ name: 'decided', detail: 'the answer of the table', entries }] : [];
}
