// @ts-check
// What people type and paste is often a plain word where FEEL wants a string: the quotes are put in for them, visibly.
// And how a moment is told that has passed.

const PLAIN = /^[\p{L}\p{N}][\p{L}\p{N} _.+/&-]*$/u;
const MEANT = new Set(['null', 'true', 'false', '-', 'not']);

/**
 * @param {import('./table.js').Column} column
 * @param {string} text
 * @param {import('./table.js').Table} table
 */
export function suggested(column, text, table) {
  const trimmed = text.trim();
  if (column.part === 'annotations') return text.replace(/\r\n?/g, '\n');
  if (column.type === 'boolean' && /^(true|false|yes|no)$/i.test(trimmed)) return /^(true|yes)$/i.test(trimmed) ? 'true' : 'false';
  if (column.type === 'date' && /^\d{4}-\d{2}-\d{2}$/.test(trimmed)) return `date("${trimmed}")`;
  if (column.type === 'number' && /^-?\d{1,3}(,\d{3})+(\.\d+)?$/.test(trimmed)) return trimmed.replaceAll(',', '');
  if (column.type !== 'string') return trimmed;
  const parts = column.part === 'inputs' ? trimmed.split(/\s*,\s*/) : [trimmed];
  if (!parts.every((part) => PLAIN.test(part) && !MEANT.has(part) && !isName(part, table))) return trimmed;
  return parts.map((part) => `"${part}"`).join(', ');
}

/** Whether a word is one that the table's own expressions read, and so probably means that. */
function isName(word, table) {
  const first = word.split('.')[0];
  return table.inputs.some((input) => input.expression === word || (word.includes('.') && input.expression.split('.')[0] === first));
}

const STEPS = /** @type {const} */ ([['year', 31536e6], ['month', 2592e6], ['day', 864e5], ['hour', 36e5], ['minute', 6e4]]);
const words = new Intl.RelativeTimeFormat('en', { numeric: 'always', style: 'short' });

/** "5 min ago". @param {number} moment @param {number} [now] both in ms */
export function ago(moment, now = Date.now()) {
  for (const [unit, length] of STEPS) if (now - moment >= length) return words.format(-Math.floor((now - moment) / length), unit);
  return 'just now';
}
