// @ts-check
/** The editor of a decomposition: what is taken apart, and what is made of it. */

import { html, useState } from 'preact';
import { Mapping } from '../decomposition/Mapping.js';
import { Example } from '../decomposition/Example.js';
import { factsOf, Tree } from '../decomposition/Tree.js';
import { FeelField } from '../fields/FeelField.js';
import { Head } from '../fields/Head.js';
import { Icon } from '../fields/icon.js';
import { Part } from '../fields/Part.js';
import { PerField } from '../fields/PerField.js';
import { Reference } from '../fields/Reference.js';
import { Rows } from '../fields/Rows.js';
import { Text } from '../fields/fields.js';
import { sourceVariables, targetVariables } from '../variables.js';

export const editor = {
  kind: 'decomposition', icon: 'split', Form,
  sides: [{ name: 'example', icon: 'flask-conical', title: 'Example', Side: Example }]
};

const FEW = 3; // targets that are all unfolded when the page opens

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
    ${source && targets.length > 0 && html`<${Part} title="Tree"><${Tree} source=${source} place=${place.at('targets')} names=${names} /><//>`}
    <${Part} class="targets" title="Makes" count=${targets.length} note=${source ? `of each ${source.name}` : ''}>
      <${Rows} place=${place.at('targets')} label="Targets" wanted="target" named=${named} empty="Nothing yet: say what it is made of.">
        ${(row, n) => html`<${TargetForm} row=${row} n=${n} few=${targets.length <= FEW} source=${source} names=${names} draft=${draft} />`}
      <//>
    <//>`;
}

function TargetForm({ row, n, few, source, names, draft }) {
  const [open] = useState(few || !row.value.specification);
  const made = names.specifications.find((one) => one.key === row.value.specification);
  const each = () => sourceVariables(names, source ? [source] : []); // asked of every source
  const variables = () => targetVariables(names, source ? [source] : []); // asked once for all that are merged
  const merges = !['line', 'fulfilment line'].includes(row.value.per);
  const parts = (draft.example?.parts ?? []).filter((part) => part.target === n);
  return html`
    <details class="target" open=${open}>
      <summary><${Icon} name="chevron-right" class="turn" /><strong class="cut">${n + 1}. ${made?.name ?? (row.value.specification || 'Nothing chosen yet')}</strong>
        <span class="quiet small cut">${factsOf(row.value, made).join(' · ')}</span></summary>
      <div class="target-head">
        <${Reference} label="Target" of="specification" ...${row.at('specification')} />
        <${PerField} label="Made once per" usual="line" words=${PER} variables=${each} ...${row.at('per')} />
      </div>
      <div class="target-head">
        <${FeelField} label="Only if" hint="always" variables=${each} ...${row.at('condition')} />
        <${FeelField} label="Quantity" hint=${merges ? 'that of all sources, if they agree' : 'as many as of the source'} variables=${variables} ...${row.at('quantity')} />
      </div>
      <div class="target-head">
        <${FeelField} label="Action" hint=${merges ? 'that of all sources; if they differ, "modify"' : 'that of the source'} variables=${variables} ...${row.at('action')} />
        <${Text} label="Key" mono=${true} optional=${true} placeholder=${row.value.specification} check=${(key) => (/^([a-z0-9][a-z0-9._-]{0,79})?$/.test(key) ? '' : 'Small letters, digits, dots and dashes.')}
          ...${row.at('key')} help="Only needed where two targets make the same specification." />
      </div>
      ${draft.example && html`<p class=${`in-example small ${parts.length ? 'quiet' : 'word-waits'}`}><${Icon} name=${parts.length ? 'corner-down-right' : 'circle-slash'} />
        ${parts.length ? `The example makes ${parts.length === 1 ? 'one' : parts.length} of it` : `The example makes none: ${draft.example.idle[n] ?? ''}`}</p>`}
      <${Mapping} place=${row.at('attributes')} source=${source} made=${made} variables=${variables} draft=${draft} />
    </details>`;
}
