// @ts-check
/** The editor of a scenario: for which lines, under which condition, which plan. */

import { html } from 'preact';
import { FeelField } from '../fields/FeelField.js';
import { Text } from '../fields/fields.js';
import { Head } from '../fields/Head.js';
import { Icon } from '../fields/icon.js';
import { Options } from '../fields/Options.js';
import { Part } from '../fields/Part.js';
import { Reference } from '../fields/Reference.js';
import { orderVariables } from '../variables.js';
import { ACTIONS } from '../words.js';

export const editor = { kind: 'scenario', icon: 'route', Form };

/** @param {{ place: import('../place.js').Place, names: any }} props */
function Form({ place, names }) {
  const { specification, category } = place.value;
  const categories = [...new Set(names.specifications.map((one) => one.category).filter(Boolean))].sort();
  const meant = names.specifications.filter((one) => (specification === null || one.key === specification) && (!category || one.category === category));
  const any = specification === null && !category;
  return html`
    <${Part} title="Scenario"><${Head} place=${place} /><//>
    <${Part} title="When a fulfilment line">
      <div class="pair">
        <${Reference} label="Is of the specification" of="specification" none=${null} empty="Any" ...${place.at('specification')} />
        <${Text} label="Belongs to the category" optional=${true} suggestions=${categories} placeholder="any" ...${place.at('category')} />
      </div>
      <p class="quiet small meant"><${Icon} name="tag" />${any ? 'Every specification is meant.' : meant.length ? `Meant: ${meant.slice(0, 8).map((one) => one.name).join(', ')}${meant.length > 8 ? ` and ${meant.length - 8} more` : ''}.` : 'No specification is meant.'}</p>
      <${Options} label="And shall" options=${ACTIONS} ...${place.at('actions')} />
      <${FeelField} label="And only if" hint="always" variables=${() => orderVariables(names, meant)} ...${place.at('condition')}
        help="An expression over order, line and target." />
    <//>
    <${Part} title="Then it is fulfilled by">
      <${Reference} label="Plan" of="plan" ...${place.at('plan')} help="Where several scenarios match one line, all their plans run." />
      <p><a class="button plain" href="/scenarios/"><${Icon} name="table-2" />All scenarios as one table</a></p>
    <//>`;
}
