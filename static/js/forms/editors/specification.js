// @ts-check
/** The editor of a catalog specification. */

import { html } from 'preact';
import { Chips } from '../fields/Chips.js';
import { FeelField } from '../fields/FeelField.js';
import { Check, Choice, Text } from '../fields/fields.js';
import { Head } from '../fields/Head.js';
import { Options } from '../fields/Options.js';
import { Part } from '../fields/Part.js';
import { Rows } from '../fields/Rows.js';
import { AttributeName } from '../specification/AttributeName.js';
import { Relations } from '../specification/Relations.js';
import { ACTIONS, DOMAINS, TYPES } from '../words.js';

export const editor = {
  kind: 'specification', icon: 'tag', Form,
  sides: [{ name: 'relations', icon: 'waypoints', title: 'Used by', Side: Relations }]
};

/** @param {{ place: import('../place.js').Place, names: any }} props */
function Form({ place, names }) {
  const categories = [...new Set(names.specifications.map((one) => one.category).filter(Boolean))].sort();
  return html`
    <${Part} title="Specification">
      <${Head} place=${place} />
      <div class="pair">
        <${Choice} label="Domain" options=${DOMAINS} ...${place.at('domain')} />
        <${Text} label="Category" optional=${true} suggestions=${categories} ...${place.at('category')} help="Scenarios can choose plans for a whole category." />
      </div>
      <${Chips} label="Identifiers" ...${place.at('identifiers')} placeholder="such as an offering id" help="Outside names by which orders may call it: ids of offerings and product specifications, or the @type of a configuration." />
      <${Options} label="Actions" options=${ACTIONS} ...${place.at('actions')} help="What orders may ask to do with it; with none ticked, everything." />
    <//>
    <${Part} class="attributes" title="Attributes" count=${place.value.attributes.length}>
      <${Rows} place=${place.at('attributes')} label="Attributes" wanted="attribute" empty="Without attributes an order may say anything about it."
        head=${html`<span>Name</span><span>Type</span><span>Label</span><span>Allowed values</span><span>Flags</span>`}>
        ${(row) => html`<${AttributeRow} row=${row} />`}
      <//>
    <//>`;
}

function AttributeRow({ row }) {
  return html`<div class="attribute">
    <${AttributeName} place=${row.at('name')} />
    <${Choice} label="Type" bare=${true} options=${TYPES} ...${row.at('type')} />
    <${Text} label="Label" bare=${true} placeholder=${row.value.name} ...${row.at('label')} />
    <${FeelField} label="Allowed values" bare=${true} dialect="unaryTests" hint="anything" variables=${() => []} ...${row.at('allowed')} />
    <div class="flags">
      <${Check} label="Required" ...${row.at('required')} />
    </div>
  </div>`;
}
