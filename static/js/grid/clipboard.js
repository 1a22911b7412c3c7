// @ts-check
// Cells on the clipboard, as spreadsheets put them there: by keys, which always may, and by the menu, which asks the
// browser.

import { acts } from './acts.js';
import { editable, say, scroller, sheet } from './desk.js';
import { editor } from './editing.js';
import { fromTsv, toTsv } from './tsv.js';

const mine = (event) => !editor.open && event.target === scroller;

scroller.addEventListener('copy', (event) => {
  if (!mine(event)) return;
  event.preventDefault();
  put(event);
});
scroller.addEventListener('cut', (event) => {
  if (!mine(event) || !editable) return;
  event.preventDefault();
  if (put(event)) sheet.clear();
});
scroller.addEventListener('paste', (event) => {
  if (!mine(event) || !editable) return;
  event.preventDefault();
  take(event.clipboardData?.getData('text/plain') ?? '');
});

acts.copy = async () => {
  const text = selected();
  if (text === null) return false;
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    say('The browser does not let the page copy: press Ctrl+C.');
    return false;
  }
};
acts.cut = async () => { if (await acts.copy()) sheet.clear(); };
acts.paste = async () => {
  try {
    take(await navigator.clipboard.readText());
  } catch {
    say('The browser does not let the page look at the clipboard: press Ctrl+V.');
  }
};

/** @param {ClipboardEvent} event */
function put(event) {
  const text = selected();
  if (text === null) return false;
  event.clipboardData?.setData('text/plain', text);
  return true;
}

function selected() {
  const cells = sheet.selectedCells;
  if (cells) return toTsv(cells);
  say('These ranges make no block: copy ranges of the same rows, or of the same columns.');
  return null;
}

/** @param {string} text */
function take(text) {
  if (!text) return;
  const done = sheet.paste(fromTsv(text));
  if (!done) return say('Nothing changed: the cells say that already.');
  say(`${done.rows === 1 ? 'One row' : `${done.rows.toLocaleString('en')} rows`} pasted${done.added ? `, ${done.added.toLocaleString('en')} of them new` : ''}${done.left ? `; ${done.left} ${done.left === 1 ? 'column' : 'columns'} did not fit` : ''}.`);
}
