// @ts-check
// Who else is at the table, and in which cell; how far its draft has come.

import { keepPresent, showPeople, toneOf } from '../designer/presence.js';
import { $, drawing, overlay, page, sheet } from './desk.js';
import { saving } from './drafting.js';
import { editor } from './editing.js';

/** Begins, where the table is not only read. */
export function meetOthers() {
  const { moved } = keepPresent({
    address: page.dataset.presence ?? '',
    place: () => ({ row: sheet.rule(sheet.focus.row)?.id ?? '', column: sheet.columns[sheet.focus.column]?.id ?? '' }),
    onOthers(others) {
      showPeople($('people'), others, ({ place }) => place?.row && sheet.reveal(place.row, place.column));
      overlay.others = cellsOf(others);
      drawing.later();
    },
    onState({ revision }) { if (revision !== saving.revision && !editor.open) saving.look(); }
  });
  sheet.listen((what) => { if (what === 'selection') moved(); });
}

/** By cell who is in it. @param {import('../designer/presence.js').Other<{row: string, column: string}>[]} others */
function cellsOf(others) {
  const cells = new Map();
  for (const { by, name, me, place } of others) {
    if (!place?.row) continue;
    const key = `${place.row} ${place.column}`;
    const said = me ? 'You' : name;
    const there = cells.get(key);
    cells.set(key, { name: there ? `${there.name}, ${said}` : said, tone: toneOf(by) });
  }
  return cells;
}
