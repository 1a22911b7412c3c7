// @ts-check
// Working hours as people write them (9-12:30, 13-17) and as documents hold them.

/** @typedef {{ start: string, end: string }} Hours */

export const DAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
const SPAN = /^(\d{1,2})(?:[:.](\d{2}))?\s*(?:-|–|to)\s*(\d{1,2})(?:[:.](\d{2}))?$/i;

/** @param {Hours[]} hours */
export const spoken = (hours) => hours.map(({ start, end }) => `${start}–${end}`).join(', ');

/** @param {string} clock @returns {number} minutes since midnight */
export const minutes = (clock) => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3));

/** @param {number} minute @returns {string} */
export const clock = (minute) => `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;

/** @param {string} text @returns {Hours[] | null} null for what cannot be read; empty for a day off */
export function parsed(text) {
  const spans = text.split(/[,;]/).map((one) => one.trim()).filter((one) => one && !/^(off|closed)$/i.test(one));
  const hours = spans.map((span) => {
    const [, from, fromMinutes = '0', to, toMinutes = '0'] = SPAN.exec(span) ?? [];
    const [start, end] = [Number(from) * 60 + Number(fromMinutes), Number(to) * 60 + Number(toMinutes)];
    return start < end && end <= 1440 && Number(fromMinutes) < 60 && Number(toMinutes) < 60 ? { start: clock(start), end: clock(end) } : null;
  });
  return hours.every(Boolean) ? joined(/** @type {Hours[]} */ (hours)) : null;
}

/** In order, with those that touch or overlap as one. @param {Hours[]} hours @returns {Hours[]} */
export function joined(hours) {
  /** @type {Hours[]} */
  const found = [];
  for (const one of [...hours].sort((a, b) => minutes(a.start) - minutes(b.start))) {
    const last = found.at(-1);
    if (last && one.start <= last.end) found[found.length - 1] = { start: last.start, end: one.end > last.end ? one.end : last.end };
    else found.push({ start: one.start, end: one.end });
  }
  return found;
}
