// @ts-check
/** The editor of a business calendar: its week, its holidays, and beside them what they make of a delay. */

import { html, useEffect, useState } from 'preact';
import { ask } from '../../designer/server.js';
import { HoursField } from '../calendar/HoursField.js';
import { Preview } from '../calendar/Preview.js';
import { Week } from '../calendar/Week.js';
import { Text } from '../fields/fields.js';
import { Head } from '../fields/Head.js';
import { Part } from '../fields/Part.js';
import { Rows } from '../fields/Rows.js';

export const editor = {
  kind: 'calendar', icon: 'calendar-days', Form,
  sides: [{ name: 'preview', icon: 'hourglass', title: 'Preview', Side: Preview }]
};

const DATE = /^(\d{4}-)?\d{2}-\d{2}$|^easter([+-]\d{1,3})?$/;

/** @param {{ place: import('../place.js').Place }} props */
function Form({ place }) {
  const [zones, setZones] = useState(/** @type {string[]} */ ([]));
  useEffect(() => { ask('/calendars/zones').then(setZones, () => {}); }, []);
  const { holidays } = place.value;
  return html`
    <${Part} title="Calendar">
      <${Head} place=${place} />
      <${Text} label="Time zone" suggestions=${zones} ...${place.at('zone')} help="The hours are local time there, also when the clocks change." />
    <//>
    <${Part} title="Week" note="Draw hours with the mouse, or write them; a click on hours removes them.">
      <${Week} place=${place.at('week')} />
    <//>
    <${Part} class="holidays" title="Holidays" count=${holidays.length}>
      <${Rows} place=${place.at('holidays')} label="Holidays" wanted="holiday" named=${(row) => row.name || row.date} fresh=${() => ({ date: '01-01', name: '', hours: [] })}
        empty="None: only the week counts." head=${html`<span>Date</span><span>Name</span><span>Hours</span>`}>
        ${(row) => html`<div class="holiday">
          <${Text} label="Date" bare=${true} mono=${true} ...${row.at('date')} commit=${(text, typing) => row.at('date').commit(text.trim(), typing)} check=${(text) => (DATE.test(text.trim()) ? '' : 'A date (2026-12-24), every year (12-24), or days from Easter Sunday (easter-2).')} />
          <${Text} label="Name" bare=${true} placeholder="what it is called" ...${row.at('name')} />
          <${HoursField} label="Hours" value=${row.at('hours').value} commit=${row.at('hours').commit} within=${row.at('hours').within} pointer=${row.at('hours').pointer} />
        </div>`}
      <//>
    <//>`;
}
