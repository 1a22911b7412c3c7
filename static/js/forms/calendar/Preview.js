// @ts-check
/** What the calendar makes of a delay, counted by the server, and when its holidays are. */

import { html, useEffect, useRef, useState } from 'preact';
import { ask, newestOnly, Offline } from '../../designer/server.js';
import { DurationField, Text } from '../fields/fields.js';
import { Icon } from '../fields/icon.js';

const PAUSE = 200; // ms

/** The next Friday at four in the afternoon: where a delay shows what a calendar is for. */
function friday() {
  const day = new Date();
  day.setDate(day.getDate() + ((12 - day.getDay()) % 7));
  return `${day.getFullYear()}-${String(day.getMonth() + 1).padStart(2, '0')}-${String(day.getDate()).padStart(2, '0')} 16:00`;
}

/** @param {{ draft: any }} props */
export function Preview({ draft }) {
  const [start, setStart] = useState(friday);
  const [delay, setDelay] = useState('PT4H');
  const [found, setFound] = useState(/** @type {any} */ (null));
  const newest = useRef(newestOnly());

  useEffect(() => {
    const timer = setTimeout(async () => {
      try {
        const answer = await newest.current((signal) => ask('/calendars/preview', { method: 'POST', body: { calendar: draft.document, start, delay }, signal }));
        if (answer) setFound(answer);
      } catch (error) {
        if (!(error instanceof Offline)) setFound({ refusal: /** @type {Error} */ (error).message });
      }
    }, PAUSE);
    return () => clearTimeout(timer);
  }, [draft.document, start, delay]);

  return html`
    <div class="form preview">
      <${DurationField} label="Working time" value=${delay} commit=${(value) => value && setDelay(value)} />
      <${Text} label="From" value=${start} commit=${(text) => setStart(text.trim())} check=${(text) => (/^\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}$/.test(text.trim()) ? '' : 'Write a local date and time such as 2026-03-27 16:00.')} />
      <div aria-live="polite">
        ${found?.refusal && html`<p class="wrong"><${Icon} name="circle-x" /><span>${found.refusal}</span></p>`}
        ${found?.told && html`<p class="told"><${Icon} name="hourglass" /><span>${found.told}</span></p>`}
      </div>
      ${found?.week && html`<p class="quiet small">${found.week} of working time in an ordinary week.</p>`}
      ${found?.holidays?.length > 0 && html`<h3>Holidays to come</h3>
        <ul class="to-come">${found.holidays.map((one) => html`<li key=${`${one.date}${one.name}`}><span class="number">${one.date}</span><span>${one.name}</span><span class="faint small">${one.hours || 'off'}</span></li>`)}</ul>`}
    </div>`;
}
