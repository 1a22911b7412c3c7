// @ts-check
/** Durations as people write them (2 d 4 h) and as documents hold them (P2DT4H). */

const ISO = /^P(?=.)(?:(\d+)D)?(?:T(?=.)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;
const PART = /(\d+(?:\.\d+)?)\s*(weeks?|w|days?|d|hours?|hrs?|h|minutes?|mins?|min|m|seconds?|secs?|s)(?![a-z])/gi;
const UNITS = /** @type {const} */ ({ w: 604800, d: 86400, h: 3600, m: 60, s: 1 });

/** @param {string | undefined | null} iso @returns {string} "2 d 4 h", or the text itself where it is no duration */
export function spoken(iso) {
  if (!iso) return '';
  const match = ISO.exec(iso);
  if (!match) return iso;
  const [, days, hours, minutes, seconds] = match;
  const parts = [[days, 'd'], [hours, 'h'], [minutes, 'min'], [seconds, 's']].filter(([n]) => n && Number(n) !== 0);
  return parts.map(([n, unit]) => `${n} ${unit}`).join(' ') || '0 s';
}

/** @param {string | undefined | null} iso @returns {number | null} */
export function seconds(iso) {
  const match = ISO.exec(iso ?? '');
  if (!match) return null;
  const [days, hours, minutes, rest] = match.slice(1).map((n) => Number(n ?? 0));
  return days * UNITS.d + hours * UNITS.h + minutes * UNITS.m + rest;
}

/** @param {string} text @returns {string | null} ISO 8601; '' for nothing, null for what is no duration */
export function parsed(text) {
  const trimmed = text.trim();
  if (!trimmed) return '';
  if (ISO.test(trimmed.toUpperCase())) return trimmed.toUpperCase();
  let total = 0;
  const rest = trimmed.replace(PART, (_, number, unit) => {
    total += Number(number) * UNITS[/** @type {keyof typeof UNITS} */ (unit[0].toLowerCase())];
    return '';
  });
  if (rest.replace(/[\s,]|and/g, '') || !trimmed.match(/\d/)) return null;
  return written(total);
}

/** @param {number} total in seconds @returns {string} ISO 8601 */
export function written(total) {
  const days = Math.floor(total / UNITS.d);
  const hours = Math.floor((total % UNITS.d) / UNITS.h);
  const minutes = Math.floor((total % UNITS.h) / UNITS.m);
  const rest = Math.round((total % UNITS.m) * 1000) / 1000;
  const time = `${hours ? `${hours}H` : ''}${minutes ? `${minutes}M` : ''}${rest ? `${rest}S` : ''}`;
  return !days && !time ? 'PT0S' : `P${days ? `${days}D` : ''}${time ? `T${time}` : ''}`;
}
