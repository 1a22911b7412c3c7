// @ts-check
/** The week as a picture: hours are drawn with the mouse, or written beside it. */

import { html, useState } from 'preact';
import { Icon } from '../fields/icon.js';
import { HoursField } from './HoursField.js';
import { clock, DAYS, joined, minutes, spoken } from './hours.js';

const STEP = 30; // minutes: what the mouse can tell apart
const DAY = 1440;

/** @param {{ place: import('../place.js').Place }} props */
export function Week({ place }) {
  const first = place.at('monday');
  return html`
    <div class="week" role="group" aria-label="Week">
      <div class="week-row week-head" aria-hidden="true"><span></span><span class="scale">${[0, 6, 12, 18, 24].map((hour) => html`<span key=${hour}>${hour}</span>`)}</span><span></span></div>
      ${DAYS.map((day) => html`<${Day} key=${day} day=${day} place=${place.at(day)} />`)}
    </div>
    <div><button type="button" class="plain tiny" onClick=${() => place.commit({ ...place.value, ...Object.fromEntries(DAYS.slice(1, 5).map((day) => [day, first.value])) })}>
      <${Icon} name="copy" />Monday's hours until Friday</button></div>`;
}

function Day({ day, place }) {
  const [drawn, setDrawn] = useState(/** @type {{ start: string, end: string } | null} */ (null));
  const name = day[0].toUpperCase() + day.slice(1);

  /** Drawing adds hours; a click on some removes them. */
  const down = (event) => {
    if (event.button !== 0) return;
    event.preventDefault();
    const track = event.currentTarget;
    const { left, width } = track.getBoundingClientRect();
    const at = ({ clientX }) => Math.min(DAY, Math.max(0, ((clientX - left) / width) * DAY));
    const from = at(event);
    let span = null;
    track.setPointerCapture(event.pointerId);
    const move = (moved) => {
      const to = at(moved);
      if (!span && Math.abs(to - from) < STEP / 3) return;
      const [low, high] = from < to ? [from, to] : [to, from];
      const start = Math.floor(low / STEP) * STEP;
      span = { start: clock(start), end: clock(Math.min(DAY, Math.max(start + STEP, Math.ceil(high / STEP) * STEP))) };
      setDrawn(span);
    };
    const end = (done) => {
      track.removeEventListener('pointermove', move);
      setDrawn(null);
      if (done.type !== 'pointerup') return;
      if (span) return place.commit(joined([...place.value, span]));
      const hit = place.value.find((one) => minutes(one.start) <= from && from < minutes(one.end));
      if (hit) place.commit(place.value.filter((one) => one !== hit));
    };
    track.addEventListener('pointermove', move);
    track.addEventListener('pointerup', end, { once: true });
    track.addEventListener('pointercancel', end, { once: true });
  };

  const bars = drawn ? [...place.value, drawn] : place.value;
  return html`
    <div class="week-row">
      <span class=${place.value.length ? '' : 'quiet'}>${name}</span>
      <svg class="track" viewBox=${`0 0 ${DAY} 24`} preserveAspectRatio="none" role="img" aria-label=${`${name}: ${spoken(place.value) || 'off'}`} onPointerDown=${down}>
        ${[360, 720, 1080].map((at) => html`<line key=${at} x1=${at} x2=${at} y1="0" y2="24" />`)}
        ${bars.map((one) => html`<rect key=${`${one.start}${one.end}`} x=${minutes(one.start)} width=${minutes(one.end) - minutes(one.start)} y="3" height="18" rx="3"><title>${one.start}–${one.end}: click to remove</title></rect>`)}
      </svg>
      <${HoursField} label=${name} value=${place.value} commit=${place.commit} within=${place.within} pointer=${place.pointer} />
    </div>`;
}
