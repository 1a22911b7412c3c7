// @ts-check
/** The editor of an enrichment: what lines are told before they are taken apart. */

import { html } from 'preact';
import { FeelField } from '../fields/FeelField.js';
import { Check, Choice, Text } from '../fields/fields.js';
import { Head } from '../fields/Head.js';
import { MapField } from '../fields/MapField.js';
import { Options } from '../fields/Options.js';
import { Part } from '../fields/Part.js';
import { Reference } from '../fields/Reference.js';
import { Rows } from '../fields/Rows.js';
import { ACTIONS } from '../words.js';

const FEW = 12; // attributes that are offered; more would be a wall of buttons, and typing has them all

export const editor = { kind: 'enrichment', icon: 'sparkles', Form };

/** @param {{ place: import('../place.js').Place, names: any }} props */
function Form({ place, names }) {
  const categories = [...new Set(names.specifications.map((one) => one.category).filter(Boolean))].sort();
  return html`
    <${Part} title="Enrichment">
      <${Head} place=${place} />
      <div class="pair">
        <${Reference} label="For lines of" of="specification" none=${null} empty="Any specification" ...${place.at('specification')} />
        <${Text} label="Of the category" optional=${true} suggestions=${categories} ...${place.at('category')} />
      </div>
      <${Options} label="Asked to" options=${ACTIONS} ...${place.at('actions')} />
    <//>
    <${Part} title="Steps" count=${place.value.steps.length}>
      <${Rows} place=${place.at('steps')} label="Steps" wanted="step" empty="Without a step lines are told nothing.">
        ${(row) => html`<${StepRow} row=${row} place=${place} names=${names} />`}
      <//>
    <//>`;
}

function StepRow({ row, place, names }) {
  const table = names.tables.find((one) => one.key === row.value.table);
  const told = names.specifications.filter((one) => [null, '', one.key].includes(place.value.specification)
    && ['', one.category].includes(place.value.category));
  const attributes = [...new Set(told.flatMap((one) => one.attributes.map(({ name }) => name)))];
  const asking = variables(names.scope, attributes);
  const decided = { name: 'decided', detail: 'the answer of the table', entries: table?.outputs.length > 1 ? table.outputs.map(({ name, type }) => ({ name, detail: type })) : undefined };
  return html`<div class="step">
    <${FeelField} label="Only if" hint="always" variables=${() => asking} ...${row.at('condition')} />
    <${Reference} label="Asks the table" of="table" empty="No table: values are computed" ...${row.at('table')}
      help=${table ? `Its answer is called decided${table.outputs.length > 1 ? `: ${table.outputs.map(({ name }) => `decided.${name}`).join(', ')}` : ''}.` : ''} />
    ${table && html`<${MapField} label="With" wanted="input" variables=${() => asking} ...${row.at('inputs')} problems=${row.at('inputs').within} at=${row.at('inputs').pointer}
      names=${[...new Set(table.inputs.map(({ expression }) => expression.match(/^[\p{L}_][\p{L}\p{N}_]*/u)?.[0]).filter((name) => name && !['order', 'line'].includes(name)))]} />`}
    <${MapField} label="Gives the line" wanted="attribute" variables=${() => (table ? [...asking, decided] : asking)} names=${attributes.length > FEW ? [] : attributes} ...${row.at('attributes')}
      problems=${row.at('attributes').within} at=${row.at('attributes').pointer} />
    <${Check} label="Also where the order says something else" ...${row.at('overwrite')} />
  </div>`;
}

/** What expressions know here, for completion. @param {any} scope @param {string[]} attributes */
function variables(scope, attributes) {
  const level = (typed) => Object.entries(typed).map(([name, { type }]) => ({ name, detail: type }));
  const line = level(scope.line).filter(({ name }) => name !== 'attributes');
  return [
    { name: 'order', detail: 'what the customer asked for', entries: level(scope.order) },
    { name: 'line', detail: 'the order line', entries: [...line, { name: 'attributes', detail: 'context', entries: attributes.map((name) => ({ name, detail: 'attribute' })) }] }
  ];
}
