// @ts-check
/** The editor of a decomposition: what is taken apart, and what is made of it. */

import { html } from 'preact';
import { Mapping } from '../decomposition/Mapping.js';
import { Example } from '../decomposition/Example.js';
import { Further } from '../decomposition/Further.js';
import { FeelField } from '../fields/FeelField.js';
import { Head } from '../fields/Head.js';
import { Icon } from '../fields/icon.js';
import { Part } from '../fields/Part.js';
import { PerField } from '../fields/PerField.js';
import { Reference } from '../fields/Reference.js';
import { Rows } from '../fields/Rows.js';
import { orderVariables } from '../variables.js';

export const editor = {
  kind: 'decomposition', icon: 'split', Form,
  sides: [{ name: 'example', icon: 'flask-conical', title: 'Example', Side: Example }]
};

const PER = [
  { value: 'line', text: 'Source: one for each' }, { value: 'root line', text: 'Root line: one for each product ordered' },
  { value: 'order', text: 'Order: one for all of it' }, { value: 'fulfilment line', text: 'Fulfilment line: one for each part' }
];

/** @param {{ place: import('../place.js').Place, names: any, draft: any }} props */
function Form({ place, names, draft }) {
  const { source: key, targets } = place.value;
  const source = names.specifications.find((one) => one.key === key);
  const named = (one) => names.specifications.find((each) => each.key === one.specification)?.name ?? one.specification;
  return html`
    <${Part} title="Decomposition">
      <${Head} place=${place} />
      <${Reference} label="Takes apart" of="specification" ...${place.at('source')} help="Everything of this specification that is ordered, or that another decomposition makes." />
    <//>
    <${Part} class="targets" title="Makes" count=${targets.length} note=${source ? `of each ${source.name}` : ''}>
      <${Rows} place=${place.at('targets')} label="Targets" wanted="target" named=${named} empty="Nothing yet: say what it is made of.">
        ${(row) => html`<${TargetForm} row=${row} source=${source} names=${names} draft=${draft} />`}
      <//>
    <//>`;
}

function TargetForm({ row, source, names, draft }) {
  const made = names.specifications.find((one) => one.key === row.value.specification);
  const variables = () => orderVariables(names, source ? [source] : [], 'source');
  const facts = (draft.example?.parts ?? []).filter((part) => `/targets/${part.target}` === row.pointer);
  return html`
    <div class="target">
      <div class="target-head">
        <${Reference} label="Target" of="specification" ...${row.at('specification')} />
        <${PerField} label="Made once per" usual="line" words=${PER} variables=${variables} ...${row.at('per')} />
      </div>
      <div class="target-head">
        <${FeelField} label="Only if" hint="always" variables=${variables} ...${row.at('condition')} />
        <${FeelField} label="Quantity" hint="as many as of the source" variables=${variables} ...${row.at('quantity')} />
      </div>
      ${draft.example && html`<p class=${`in-example small ${facts.length ? 'quiet' : 'word-waits'}`}><${Icon} name=${facts.length ? 'corner-down-right' : 'circle-slash'} />
        ${facts.length ? `The example makes ${facts.length === 1 ? 'one' : facts.length} of it` : `The example makes none: ${draft.example.idle[row.pointer.split('/')[2]] ?? ''}`}</p>`}
      <${Mapping} place=${row.at('attributes')} source=${source} made=${made} variables=${variables} draft=${draft} />
      ${made && html`<${Further} names=${names} of=${made.key} />`}
    </div>`;
}
