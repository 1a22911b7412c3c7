// @ts-check
/** The editor of a scenario: for which lines, under which condition, which plan. */

import { html } from 'preact';
import { FeelField } from '../fields/FeelField.js';
import { ForLines, meantBy } from '../fields/ForLines.js';
import { Head } from '../fields/Head.js';
import { Icon } from '../fields/icon.js';
import { Part } from '../fields/Part.js';
import { Reference } from '../fields/Reference.js';
import { orderVariables } from '../variables.js';

export const editor = { kind: 'scenario', icon: 'route', Form };

/** @param {{ place: import('../place.js').Place, names: any }} props */
function Form({ place, names }) {
  return html`
    <${Part} title="Scenario"><${Head} place=${place} /><//>
    <${Part} title="When a fulfilment line">
      <${ForLines} place=${place} names=${names} />
      <${FeelField} label="And only if" hint="always" variables=${() => orderVariables(names, meantBy(place.value, names))} ...${place.at('condition')}
        help="An expression over order, line and target." />
    <//>
    <${Part} title="Then it is fulfilled by">
      <${Reference} label="Plan" of="plan" ...${place.at('plan')} help="Where several scenarios match one line, all their plans run." />
      <p><a class="button plain" href="/scenarios/"><${Icon} name="table-2" />All scenarios as one table</a></p>
    <//>`;
}
