// @ts-check
/** The editor of a queue: who works in it, whose its tasks are, and when they are due. */

import { html } from 'preact';
import { FeelField } from '../fields/FeelField.js';
import { Choice } from '../fields/fields.js';
import { Head } from '../fields/Head.js';
import { Part } from '../fields/Part.js';
import { Reference } from '../fields/Reference.js';
import { orderVariables } from '../variables.js';
import { ROLES } from '../words.js';

export const editor = { kind: 'queue', icon: 'inbox', Form };

/** @param {{ place: import('../place.js').Place, names: any }} props */
function Form({ place, names }) {
  const variables = () => [
    ...orderVariables(names, []), { name: 'targets', detail: 'all fulfilment lines of the task' }
  ];
  return html`
    <${Part} title="Queue">
      <${Head} place=${place} />
      <${Choice} label="Worked by" options=${ROLES} ...${place.at('role')} help="Whoever has this role sees its tasks and may take them." />
    <//>
    <${Part} title="Assignment">
      <${FeelField} label="Whose a task is" hint="nobody's: it waits for whoever takes it" variables=${variables} ...${place.at('assign')}
        help=${'An expression that gives the name with which a user signs in, such as: if line.attributes.region = "north" then "nora" else null. Where it gives no name the task is open to all; a colleague may take any task over.'} />
      <${Reference} label="Due by the working time of" of="calendar" empty="No calendar: every hour counts" ...${place.at('calendar')}
        help="A task whose item has an expected duration is due when so much time has passed." />
    <//>`;
}
