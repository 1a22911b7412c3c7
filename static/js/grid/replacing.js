// @ts-check
// Ctrl+H: finds a text in the cells that are shown, goes from one to the next, and replaces it in one or in all of them.

import { html, render, useLayoutEffect, useMemo, useRef, useState } from 'preact';
import { acts } from './acts.js';
import { $, editable, say, scroller, sheet, sprite } from './desk.js';
import { cellOf, withCells } from './table.js';
import { suggested } from './words.js';

/** @typedef {{find: string, by: string, exact: boolean, whole: boolean}} Wish `exact`: small and capital letters differ; `whole`: cells
 * that say nothing else, with or without quotes */
/** @typedef {{row: number, column: number}} Place in view coordinates */

/** What makes of the text of a cell the one that was wished for, or null where nothing is found. @param {Wish} wish */
function replacerOf({ find, by, exact, whole }) {
  const said = find.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const same = new RegExp(whole ? `^"?${said}"?$` : said, exact ? 'gu' : 'giu');
  return (/** @type {string} */ text) => (text.search(same) < 0 ? null : text.replace(same, () => by));
}

/** @param {Wish} wish @param {(row: number, column: import('./table.js').Column) => boolean} inside @returns {Place[]} row by row */
function found(wish, inside) {
  const places = [];
  if (!wish.find) return places;
  const replaced = replacerOf(wish);
  for (let row = 0; row < sheet.count; row++) {
    const rule = sheet.rule(row);
    sheet.columns.forEach((column, at) => {
      if (rule && inside(row, column) && replaced(cellOf(rule, column)) !== null) places.push({ row, column: at });
    });
  }
  return places;
}

const host = $('replace');
let changed = () => {};
sheet.listen(() => changed());
const cells = (count) => `${count} ${count === 1 ? 'cell' : 'cells'}`;
const nameOf = (row, column) => `${sheet.rule(row)?.id} ${column.id}`;

acts.replace = () => {
  if (!editable) return;
  const chosen = new Set();
  for (const { top, bottom, left, right } of sheet.ranges) {
    for (let row = top; row <= bottom; row++) for (let at = left; at <= right; at++) chosen.add(nameOf(row, sheet.columns[at]));
  }
  render(null, host);
  host.hidden = false;
  render(html`<${Replacing} chosen=${chosen} column=${sheet.columns[sheet.focus.column]} />`, host);
};

function close() {
  host.hidden = true;
  render(null, host);
  scroller.focus({ preventScroll: true });
}

function Replacing({ chosen, column }) {
  const [wish, setWish] = useState(/** @type {Wish} */ ({ find: '', by: '', exact: false, whole: false }));
  const [where, setWhere] = useState(chosen.size > 1 ? 'chosen' : 'all');
  const [told, setTold] = useState(0);
  const first = useRef(/** @type {HTMLInputElement | null} */ (null));
  // Before anything is painted: whatever is typed next goes into it, not into a cell.
  useLayoutEffect(() => {
    first.current?.focus();
    changed = () => setTold((now) => now + 1);
    return () => { changed = () => {}; };
  }, []);
  const inside = (row, of) => where === 'all' || (where === 'column' ? of.id === column?.id : chosen.has(nameOf(row, of)));
  const { table, columns, count } = sheet;
  const places = useMemo(() => found(wish, inside), [wish, where, table, columns, count, sheet.narrowed && told]);
  const { focus } = sheet;
  const at = places.findIndex((each) => each.row === focus.row && each.column === focus.column);
  const set = (part) => setWish({ ...wish, ...part });

  const go = (back = false) => {
    const after = (one, other) => one.row - other.row || one.column - other.column;
    const next = back ? places.findLast((each) => after(each, focus) < 0) ?? places.at(-1) : places.find((each) => after(each, focus) > 0) ?? places[0];
    if (next) sheet.go(next);
    else say(wish.find ? `“${wish.find}” is not there.` : 'Write what to find.');
  };
  const change = (some) => {
    const replaced = replacerOf(wish);
    const changes = some.map((place) => {
      const of = sheet.columns[place.column];
      return { row: sheet.place(place.row), column: of, text: suggested(of, replaced(sheet.text(place.row, place.column)) ?? '', sheet.table) };
    });
    return sheet.become(withCells(sheet.table, changes), `replace in ${cells(some.length)}`);
  };
  const one = () => {
    if (at >= 0) change([places[at]]);
    go();
  };
  const all = () => {
    if (!places.length) return go();
    const differs = change(places);
    say(differs ? `Replaced in ${cells(places.length)}. Ctrl+Z takes it back.` : 'They say that already.');
  };
  const keyed = (event) => {
    if (event.key === 'Escape') close();
    else if (event.key === 'Enter' && event.target.name === 'find') go(event.shiftKey);
    else if (event.key === 'Enter' && event.target.name === 'by') one();
    else return;
    event.preventDefault();
  };

  const field = (name, label, more = {}) => html`<input name=${name} aria-label=${label} placeholder=${label} autocomplete="off" spellcheck=${false}
    value=${wish[name]} onInput=${(event) => set({ [name]: event.target.value })} ...${more} />`;
  const check = (name, label) => html`<label class="check"><input type="checkbox" checked=${wish[name]} onChange=${(event) => set({ [name]: event.target.checked })} /> ${label}</label>`;
  return html`<div class="replace-bar" role="search" aria-label="Find and replace" onKeyDown=${keyed}>
    ${field('find', 'Find', { ref: first })}
    ${field('by', 'Replace with')}
    <select aria-label="Where" value=${where} onChange=${(event) => setWhere(event.target.value)}>
      ${chosen.size > 1 && html`<option value="chosen">in the ${cells(chosen.size)} selected</option>`}
      ${column && html`<option value="column">in ${column.title}</option>`}
      <option value="all">in all cells${sheet.narrowed ? ' shown' : ''}</option>
    </select>
    ${check('whole', 'Whole cell')}${check('exact', 'Match case')}
    <span class="count" role="status">${!wish.find ? '' : !places.length ? 'not found' : at < 0 ? cells(places.length) : `${at + 1} of ${cells(places.length)}`}</span>
    <button type="button" class="plain tiny square" aria-label="Previous" title="Previous (Shift+Enter)" onClick=${() => go(true)}>${icon('arrow-up')}</button>
    <button type="button" class="plain tiny square" aria-label="Next" title="Next (Enter)" onClick=${() => go()}>${icon('arrow-down')}</button>
    <button type="button" class="tiny" disabled=${at < 0} onClick=${one}>Replace</button>
    <button type="button" class="tiny" disabled=${!places.length} onClick=${all}>Replace all</button>
    <button type="button" class="plain tiny square" aria-label="Close" title="Close (Esc)" onClick=${close}>${icon('x')}</button>
  </div>`;
}

const icon = (name) => html`<svg class="icon" aria-hidden="true"><use href=${`${sprite}#${name}`}></use></svg>`;
