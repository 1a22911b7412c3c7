// @ts-check
// What spreadsheets put on the clipboard: cells between tabs, rows between line ends, quotes where a cell has either.

/** @param {string[][]} rows */
export function toTsv(rows) {
  return rows.map((cells) => cells.map(quoted).join('\t')).join('\r\n');
}

/** FEEL strings start with a quote, so such cells are quoted too: else a spreadsheet would eat it. */
function quoted(cell) {
  return /[\t\r\n]|^"/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

/**
 * A cell in quotes is a quoted one only where it had to be, for a tab, a line end or a doubled quote inside; any other
 * quotes are FEEL's own, as in `"A","B"` out of a text editor or a spreadsheet that does not quote.
 * @param {string} text @returns {string[][]}
 */
export function fromTsv(text) {
  const rows = [['']];
  let at = 0;
  const end = /\r\n$|\n$|\r$/.test(text) ? text.replace(/(\r\n|\n|\r)$/, '') : text;
  while (at < end.length) {
    const row = rows[rows.length - 1];
    const quoted = end[at] === '"' && row[row.length - 1] === '' ? quotedCell(end, at) : null;
    if (quoted) {
      row[row.length - 1] = quoted.text;
      at = quoted.end;
      continue;
    }
    const next = end[at];
    if (next === '\t') row.push('');
    else if (next === '\n') rows.push(['']);
    else if (next === '\r') {
      if (end[at + 1] !== '\n') rows.push(['']);
    } else {
      const stop = end.slice(at).search(/[\t\r\n]/);
      const plain = stop < 0 ? end.slice(at) : end.slice(at, at + stop);
      row[row.length - 1] += plain;
      at += plain.length;
      continue;
    }
    at++;
  }
  return rows;
}

function quotedCell(text, start) {
  let at = start + 1;
  let cell = '';
  for (;;) {
    const quote = text.indexOf('"', at);
    if (quote < 0) return null;
    cell += text.slice(at, quote);
    if (text[quote + 1] === '"') {
      cell += '"';
      at = quote + 2;
      continue;
    }
    const after = text[quote + 1];
    const ends = after === undefined || after === '\t' || after === '\n' || after === '\r';
    return ends && /[\t\r\n"]/.test(cell) ? { text: cell, end: quote + 1 } : null;
  }
}
