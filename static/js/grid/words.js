// @ts-check
// What people type and paste is often a plain word where FEEL wants a string: the quotes are put in for them, visibly.

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
