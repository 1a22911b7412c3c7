// @ts-check
// The editor of cells, and where the focus goes after it.

import { ask } from '../designer/server.js';
import { acts } from './acts.js';
import { cellEditorOf } from './cell_editor.js';
import { address, drawing, editable, say, scroller, sheet } from './desk.js';
import { knownNames } from './trials.js';

export const editor = cellEditorOf({
  sheet,
  drawing,
  names: knownNames,
  check: (column, text, signal) => ask(`${address}/cell`, { method: 'POST', signal, body: { part: column.part, type: column.type, text } }),
  done(move) {
    scroller.focus({ preventScroll: true });
    if (!move) return drawing.draw();
    if (move.within && sheet.several) return sheet.within(Math.sign(move.row - sheet.focus.row), Math.sign(move.column - sheet.focus.column));
    if (move.row >= sheet.count && move.row > 0 && sheet.focus.row === sheet.count - 1) return sheet.go(sheet.focus);
    if (move.column >= sheet.columns.length) return move.row === sheet.count - 1 ? acts.appendRow() : sheet.go({ row: move.row + 1, column: 0 });
    if (move.column < 0) return sheet.go({ row: move.row - 1, column: move.row > 0 ? sheet.columns.length - 1 : 0 });
    sheet.go(move, { tab: move.tab });
  }
});
if (!editable) editor.start = () => say('This is a version: it never changes. Open the draft to edit.');
