// @ts-check
/** The editor of a policy: which orders somebody must approve before they are fulfilled, who, and until when. */

import { html } from 'preact';
import { FeelField } from '../fields/FeelField.js';
import { DurationField } from '../fields/fields.js';
import { ForLines, meantBy } from '../fields/ForLines.js';
import { Head } from '../fields/Head.js';
import { Icon } from '../fields/icon.js';
import { Part } from '../fields/Part.js';
import { Reference } from '../fields/Reference.js';
import { lineVariables } from '../variables.js';

export const editor = { kind: 'policy', icon: 'shield-check', Form };

/** @param {{ place: import('../place.js').Place, names: any }} props */
function Form({ place, names }) {
  const within = place.at('within');
  return html`
    <${Part} title="Policy"><${Head} place=${place} /><//>
    <${Part} title="When a line of an order">
      <${ForLines} place=${place} names=${names} />
      <${FeelField} label="And only if" hint="always" variables=${() => lineVariables(names, meantBy(place.value, names))} ...${place.at('condition')}
        help="An expression over order and line, such as: line.attributes.monthly_price > 10000. One such line is enough." />
    <//>
    <${Part} title="Then somebody approves the order before it is fulfilled">
      <div class="pair">
        <${Reference} label="In the queue" of="queue" ...${place.at('queue')} help="Whoever works in it approves or rejects; never the person who submitted the order." />
        <${DurationField} label="Within" optional=${true} ...${within} commit=${(value, typing) => within.commit(value || null, typing)}
          help="The approval is due when so much time has passed, counted by the calendar of the queue." />
      </div>
      <p class="quiet small">Where several policies apply, the order needs the approval of each of them. One rejection rejects it.</p>
      <p><a class="button plain" href="/policies/"><${Icon} name="table-2" />All policies as one table</a></p>
    <//>`;
}
