// @ts-check
// Draws the sheet: a header that stays, and of the rows only those in sight, however many there are.
//
// Row elements are reused: the one of view row n is slot n modulo their number, so scrolling by one row rewrites one
// element. A cell is touched only when what it shows differs from what it showed. Sizes and places are set through the
// style object, never as style attributes, which the content security policy would refuse. Header and rows stand in one
// file because they share the places of the columns, and are drawn in one go.

import { iconOf } from '../designer/icon.js';
import { cellOf } from './table.js';
import { ago } from './words.js';

export const ROW = 32; // px, as in grid.css
const SPARE = 6; // rows drawn above and below what is in sight
const HEAD = 76; // px, width of the row numbers
const USAGE = 196; // px more where hits are shown beside them
const REMEMBERED = 5000; // drawn texts

/** @typedef {{tone: string, text: string, icon?: string, was?: string}} Mark `was` is the older text of a cell, shown struck */
/**
 * What lies over the cells, told by checks and tests: by rule id, and by `rule id + ' ' + column id`.
 * @typedef {{rows: Map<string, Mark>, cells: Map<string, Mark>, columns: Map<string, Mark>, matched: Set<string> | null, chosen: Set<string> | null,
 *   refused: Map<string, string>, hits: Map<string, number> | null, looks?: Map<string, string>, numbers?: Map<string, string>,
 *   others?: Map<string, {name: string, tone: number}>, orders?: string, fillable?: boolean,
 *   usage?: ((id: string) => {n: number, asked: number, newest: number, last_at: number | null, order: string, tests: number | null}) | null}} Overlay
 * `looks` and `numbers` are for a comparison: by rule id what happened to the row, and the number it shows.
 */
const USES = [['n', 'Hits', 'in production, over all versions'], ['last', 'Last hit', 'when, and for which order'], ['tests', 'Tests', 'hits of the test cases']];

/**
 * @param {HTMLElement} scroller role=grid
 * @param {ReturnType<typeof import('./sheet.js').sheetOf>} sheet
 * @param {Overlay} overlay
 * @param {string} sprite address of the icons
 */
export function drawingOf(scroller, sheet, overlay, sprite) {
  const head = element('div', 'grid-head', { role: 'rowgroup' });
  const body = element('div', 'grid-body', { role: 'rowgroup' });
  const handle = element('div', 'fill-handle', { hidden: '', 'aria-hidden': 'true', title: 'Drag to repeat what is selected; press twice to fill down to the last row' });
  body.append(handle);
  scroller.replaceChildren(head, body);
  /** @type {{root: HTMLElement, head: HTMLElement, number: HTMLElement, mark: HTMLElement, hits: HTMLElement, uses: HTMLElement, cells: HTMLElement[], row: number}[]} */
  let slots = [];
  let asked = 0;
  let drawnColumns = '';
  let lit = scroller.contains(document.activeElement);
  /** @type {import('./selection.js').Place | null} brought into view with the next drawing */
  let wanted = null;
  // Asking the page for these makes it lay itself out; so they are asked for only after they may have changed.
  const seen = { head: 0, width: 0, height: 0, top: 0, left: 0 };

  function measure() {
    seen.head = head.offsetHeight;
    seen.width = scroller.clientWidth;
    seen.height = scroller.clientHeight;
  }

  const headWidth = () => HEAD + (overlay.usage ? USAGE : 0);
  const texts = new Map();

  function columnsTemplate() {
    const widths = sheet.columns.map((column) => `${sheet.width(column)}px`);
    const first = headWidth();
    scroller.style.setProperty('--columns', [`${first}px`, ...widths].join(' '));
    const width = sheet.columns.reduce((sum, column) => sum + sheet.width(column), first);
    scroller.style.setProperty('--width', `${width}px`);
    scroller.style.setProperty('--row-head', `${first}px`);
  }

  function drawHead() {
    const bands = element('div', 'grid-row bands', { role: 'row', 'aria-rowindex': '1' });
    bands.append(element('div', 'corner', { role: 'columnheader', 'aria-colindex': '1' }, [element('span', 'hidden', {}, ['Row'])]));
    const names = { inputs: 'When', outputs: 'Then', annotations: 'Notes' };
    for (const part of /** @type {const} */ (['inputs', 'outputs', 'annotations'])) {
      const mine = sheet.columns.filter((column) => column.part === part);
      if (!mine.length) continue;
      const first = sheet.columns.indexOf(mine[0]);
      const band = element('div', `band ${part}`, { role: 'columnheader', 'aria-colindex': String(first + 2), 'aria-colspan': String(mine.length) });
      band.style.gridColumn = `${first + 2} / span ${mine.length}`;
      band.append(element('span', 'band-name', {}, [names[part]]));
      band.append(button(`add-column plain tiny square`, 'plus', `Add a column to "${names[part]}"`, { 'data-add-column': part }));
      bands.append(band);
    }
    const row = element('div', 'grid-row columns-row', { role: 'row', 'aria-rowindex': '2' });
    const corner = element('div', 'corner', { role: 'columnheader', 'aria-colindex': '1' });
    corner.append(button('plain tiny policy', '', 'Select all rows', { 'data-select-all': '' }, '#'));
    if (overlay.usage) for (const [id, text, title] of USES) corner.append(usageHead(id, text, title));
    row.append(corner);
    sheet.columns.forEach((column, index) => {
      const sorted = sheet.sorting?.id === column.id;
      const cell = element('div', `column-head ${column.part}`, {
        role: 'columnheader', 'aria-colindex': String(index + 2), 'data-column': String(index), draggable: 'false',
        ...(sorted ? { 'aria-sort': sheet.sorting?.descending ? 'descending' : 'ascending' } : {})
      });
      const mark = overlay.columns.get(column.id);
      if (mark) cell.classList.add(`marked-${mark.tone}`);
      cell.title = mark ? mark.text : [column.title, column.note, column.allowed && `allowed: ${column.allowed}`].filter(Boolean).join('\n');
      const title = element('div', 'column-title', {}, [column.title]);
      if (sorted) title.append(icon(sheet.sorting?.descending ? 'arrow-down' : 'arrow-up'));
      if (sheet.filters.has(column.id)) title.append(icon('funnel'));
      cell.append(title, element('div', 'column-note', {}, [column.part === 'annotations' ? 'annotation' : [column.note, column.type === 'Any' ? 'any type' : column.type].filter(Boolean).join(' · ')]));
      cell.append(button('plain tiny square column-menu', 'chevron-down', `Menu of column ${column.title}`, { 'data-column-menu': column.id, 'aria-haspopup': 'menu' }));
      cell.append(element('div', 'column-edge', { 'data-column-edge': column.id }));
      row.append(cell);
    });
    head.replaceChildren(bands, row);
    scroller.setAttribute('aria-colcount', String(sheet.columns.length + 1));
    columnsTemplate();
    const now = sheet.columns.map((column) => `${column.part} ${column.id}`).join('|');
    if (now === drawnColumns) return;
    drawnColumns = now;
    slots.forEach((slot) => slot.root.remove());
    slots = [];
  }

  function usageHead(id, text, title) {
    const sorted = sheet.sorting?.id === `usage ${id}` ? sheet.sorting : null;
    const made = button(`plain tiny use-head use-${id}${sorted ? ' sorted' : ''}`, '', `${text}: ${title}. Press to order the rows by it.`, { 'data-usage': id }, text);
    if (sorted) made.append(icon(sorted.descending ? 'arrow-down' : 'arrow-up'));
    return made;
  }

  function slotAt(row) {
    const index = row % slots.length;
    return slots[index];
  }

  function makeSlots(needed) {
    while (slots.length < needed) {
      const root = element('div', 'grid-row rule', { role: 'row', hidden: '' });
      const number = element('span', 'row-number');
      const mark = element('span', 'row-mark');
      const hits = element('span', 'row-hits');
      const uses = element('span', 'row-uses');
      const rowHead = element('div', 'row-head', { role: 'rowheader', 'aria-colindex': '1' }, [number, hits, uses, mark]);
      root.append(rowHead);
      const cells = sheet.columns.map((column, index) => {
        const cell = element('div', `cell ${column.part}`, { role: 'gridcell', 'aria-colindex': String(index + 2) });
        root.append(cell);
        return cell;
      });
      slots.push({ root, head: rowHead, number, mark, hits, uses, cells, row: -1 });
      body.append(root);
    }
  }

  function inSight() {
    const first = Math.max(0, Math.floor(seen.top / ROW) - SPARE);
    const rows = Math.ceil((seen.height - seen.head) / ROW) + 1;
    return { first, last: Math.min(sheet.count - 1, first + rows + 2 * SPARE) };
  }

  function draw() {
    cancelAnimationFrame(asked);
    asked = 0;
    if (!seen.height) measure();
    scroller.setAttribute('aria-rowcount', String(sheet.count + 2));
    const height = `${sheet.count * ROW}px`;
    if (body.style.height !== height) body.style.height = height;
    if (wanted) bringIntoView(wanted);
    wanted = null;
    const { first, last } = inSight();
    const needed = Math.max(1, Math.ceil(seen.height / ROW) + 2 + 2 * SPARE);
    if (slots.length < needed) {
      makeSlots(needed);
      slots.forEach(vacate);
    }
    const { ranges, focus } = sheet;
    for (const slot of slots) if (slot.row >= 0 && (slot.row < first || slot.row > last)) vacate(slot);
    for (let row = first; row <= last; row++) fill(slotAt(row), row, ranges, focus);
    showHandle(ranges);
    const active = focus.row >= first && focus.row <= last && sheet.count ? slotAt(focus.row).cells[focus.column] : null;
    if (active) scroller.setAttribute('aria-activedescendant', active.id);
    else scroller.removeAttribute('aria-activedescendant');
  }

  /** At the corner of the one block that is selected, where it is not under the row numbers. */
  function showHandle(ranges) {
    const [{ top, bottom, left, right }] = ranges;
    const corner = ranges.length === 1 && overlay.fillable && bottom >= top && sheet.columns[right] && sheet.mode === 'cells' ? boundsOf({ row: bottom, column: right }) : null;
    const shown = corner && corner.left + corner.width > seen.left + headWidth();
    handle.hidden = !shown;
    if (shown) handle.style.transform = `translate(${corner.left + corner.width - 5}px, ${corner.top + corner.height - 5}px)`;
  }

  function boundsOf({ row, column }) {
    let left = headWidth();
    for (let before = 0; before < column; before++) left += sheet.width(sheet.columns[before]);
    return { left, top: row * ROW, width: sheet.width(sheet.columns[column]), height: ROW };
  }

  function vacate(slot) {
    slot.row = -1;
    slot.root.hidden = true;
  }

  function fill(slot, row, ranges, focus) {
    const rule = sheet.rule(row);
    if (!rule) return vacate(slot);
    const place = sheet.place(row);
    if (slot.row !== row) {
      slot.row = row;
      slot.root.hidden = false;
      slot.root.style.transform = `translateY(${row * ROW}px)`;
      slot.root.setAttribute('aria-rowindex', String(row + 3));
      slot.root.dataset.row = String(row);
      slot.cells.forEach((cell, index) => { cell.id = `cell-${row}-${index}`; });
    }
    slot.root.dataset.rule = rule.id;
    const number = overlay.numbers?.get(rule.id) ?? String(place + 1);
    if (slot.number.textContent !== number) slot.number.textContent = number;
    const mark = overlay.rows.get(rule.id);
    setMark(slot.mark, mark);
    const { matched } = overlay;
    fillUses(slot, rule.id);
    const hits = overlay.hits && !overlay.usage ? String(overlay.hits.get(rule.id) ?? 0) : '';
    if (slot.hits.textContent !== hits) slot.hits.textContent = hits;
    setClass(slot.hits, `row-hits${hits === '' ? '' : hits === '0' ? ' none' : ' some'}`);
    const here = ranges.filter((range) => row >= range.top && row <= range.bottom);
    const whole = sheet.mode === 'rows' && here.length > 0;
    setClass(slot.head, `row-head${here.length ? (whole ? ' selected' : ' touched') : ''}`);
    setClass(slot.root, `grid-row rule${matched ? (overlay.chosen?.has(rule.id) ? ' chosen' : matched.has(rule.id) ? ' matched' : ' unmatched') : ''}${row % 2 ? ' odd' : ''}${overlay.looks?.has(rule.id) ? ` change-${overlay.looks.get(rule.id)}` : ''}`);
    sheet.columns.forEach((column, index) => {
      const cell = slot.cells[index];
      const text = cellOf(rule, column);
      const wrong = overlay.cells.get(`${rule.id} ${column.id}`);
      const shown = wrong?.was === undefined ? text : `${wrong.was} → ${text}`;
      if (cell.dataset.text !== shown || !cell.firstChild) {
        cell.dataset.text = shown;
        cell.replaceChildren(...(wrong?.was === undefined ? [] : [element('del', '', {}, [drawn(column, wrong.was)])]), drawn(column, text));
      }
      const refused = overlay.refused.get(`${rule.id} ${column.id}`);
      const range = here.find((each) => index >= each.left && index <= each.right);
      const other = overlay.others?.get(`${rule.id} ${column.id}`);
      const focused = row === focus.row && index === focus.column;
      let looks = `cell ${column.part}`;
      const changed = overlay.looks && overlay.columns.get(column.id);
      if (changed) looks += ` in-${changed.tone}`;
      if (wrong) looks += ` marked-${wrong.tone}`;
      if (refused) looks += ' refused';
      if (other) looks += ` at-other person-${other.tone}`;
      if (range) {
        looks += ' selected';
        if (row === range.top) looks += ' at-top';
        if (row === range.bottom) looks += ' at-bottom';
        if (index === range.left) looks += ' at-left';
        if (index === range.right) looks += ' at-right';
      }
      if (focused) looks += lit ? ' lit focused' : ' focused';
      if (setClass(cell, looks)) {
        cell.setAttribute('aria-selected', String(Boolean(range)));
        if (wrong) cell.setAttribute('aria-invalid', String(wrong.tone === 'bad'));
        else cell.removeAttribute('aria-invalid');
      }
      const name = other?.name ?? '';
      if (cell.dataset.other !== name) cell.dataset.other = name;
      const tip = refused ?? wrong?.text ?? '';
      if (cell.title !== tip) cell.title = tip;
    });
  }

  function fillUses(slot, id) {
    const use = overlay.usage?.(id);
    const key = use ? `${use.n} ${use.asked} ${use.last_at && ago(use.last_at)} ${use.order} ${use.tests}` : '';
    if (slot.uses.dataset.uses === key) return;
    slot.uses.dataset.uses = key;
    if (!use) return slot.uses.replaceChildren();
    const count = (n) => n.toLocaleString('en');
    const n = element('span', `use-n ${use.n ? 'some' : use.asked ? 'none' : ''}`, {
      title: use.asked ? `${count(use.n)} hits in ${count(use.asked)} decisions, ${count(use.newest)} of them of the newest version` : 'Not in any version that was asked yet'
    }, [use.asked ? count(use.n) : '–']);
    const last = use.last_at
      ? element('a', 'use-last', { href: `${overlay.orders}${use.order}`, tabindex: '-1', title: `${new Date(use.last_at).toLocaleString('en-GB')}, order ${use.order}` }, [ago(use.last_at)])
      : element('span', 'use-last', {}, [use.asked ? 'never' : '']);
    const tests = element('span', `use-tests ${use.tests === 0 ? 'none' : use.tests ? 'some' : ''}`, { title: use.tests === null ? 'There are no test cases' : `${use.tests} hits of test cases` }, [use.tests === null ? '–' : count(use.tests)]);
    slot.uses.replaceChildren(n, last, tests);
  }

  /** Strings, numbers and words apart; the dash that tests nothing steps back. */
  function drawn(column, text) {
    const key = column.part === 'annotations' ? `#${text}` : text;
    let fragment = texts.get(key);
    if (!fragment) {
      if (texts.size > REMEMBERED) texts.clear();
      fragment = document.createDocumentFragment();
      const line = text.replaceAll(/\r?\n/g, ' ↵ ');
      if (column.part === 'annotations') fragment.append(line);
      else for (const [kind, piece] of pieces(line)) fragment.append(kind ? element('span', kind, {}, [piece]) : piece);
      if (!fragment.firstChild) fragment.append('');
      texts.set(key, fragment);
    }
    return fragment.cloneNode(true);
  }

  function setMark(host, mark) {
    const key = mark ? `${mark.tone} ${mark.icon} ${mark.text}` : '';
    if (host.dataset.mark === key) return;
    host.dataset.mark = key;
    host.className = `row-mark${mark ? ` ${mark.tone}` : ''}`;
    host.title = mark?.text ?? '';
    if (!mark) return host.replaceChildren();
    host.replaceChildren(icon(mark.icon ?? 'triangle-alert'), element('span', 'hidden', {}, [mark.text]));
  }

  function icon(name) {
    return iconOf(sprite, name);
  }

  function button(looks, symbol, label, attributes, text = '') {
    const made = element('button', looks, { type: 'button', 'aria-label': label, title: label, tabindex: '-1', ...attributes });
    made.append(symbol ? icon(symbol) : text);
    return made;
  }

  scroller.addEventListener('scroll', () => {
    seen.top = scroller.scrollTop;
    seen.left = scroller.scrollLeft;
    later();
  }, { passive: true });
  scroller.addEventListener('focusin', () => light(true));
  scroller.addEventListener('focusout', (event) => light(scroller.contains(/** @type {Node | null} */ (event.relatedTarget))));

  function light(yes) {
    if (lit === yes) return;
    lit = yes;
    later();
  }

  const resized = new ResizeObserver(() => { measure(); draw(); });
  resized.observe(scroller);
  resized.observe(head);

  /** Draws once before the next frame, however often it is asked, and shows `place` if one is named. */
  function later(place = null) {
    wanted = place ?? wanted;
    asked ||= requestAnimationFrame(draw);
  }

  /** Scrolls as little as needed to show a place. */
  function bringIntoView({ row, column }) {
    const room = seen.height - seen.head;
    const top = row * ROW;
    if (top < seen.top) scroller.scrollTop = seen.top = top;
    else if (top + ROW > seen.top + room) scroller.scrollTop = seen.top = top + ROW - room;
    const first = headWidth();
    let left = 0;
    for (let before = 0; before < column; before++) left += sheet.width(sheet.columns[before]);
    const width = sheet.columns[column] ? sheet.width(sheet.columns[column]) : 0;
    if (left < seen.left) scroller.scrollLeft = seen.left = left;
    else if (first + left + width > seen.left + seen.width) scroller.scrollLeft = seen.left = first + left + width - seen.width;
  }

  return {
    body,
    head,
    draw,
    later,
    drawHead,
    columnsTemplate,
    /** Where a cell is within the body. */
    boundsOf,
    /** Lays an element of the body over a range. @param {HTMLElement} over @param {import('./selection.js').Range} range */
    cover(over, { top, bottom, left, right }) {
      const [from, to] = [boundsOf({ row: top, column: left }), boundsOf({ row: bottom, column: right })];
      over.style.transform = `translate(${from.left}px, ${from.top}px)`;
      over.style.width = `${to.left + to.width - from.left}px`;
      over.style.height = `${to.top + to.height - from.top}px`;
    },
    /** The place under a point of the window; null outside of the cells. `column` -1 is the row number. */
    placeAt(x, y) {
      const bounds = scroller.getBoundingClientRect();
      const inside = x - bounds.left + scroller.scrollLeft;
      const down = y - bounds.top - head.offsetHeight + scroller.scrollTop;
      const row = Math.max(0, Math.min(sheet.count - 1, Math.floor(down / ROW)));
      if (x - bounds.left < headWidth()) return { row, column: -1, down: down / ROW };
      let left = headWidth();
      const column = sheet.columns.findIndex((each) => (left += sheet.width(each)) > inside);
      return { row, column: column < 0 ? sheet.columns.length - 1 : column, down: down / ROW };
    },
    get page() { return Math.max(1, Math.floor((seen.height - seen.head) / ROW) - 1); }
  };
}

/** @returns {Iterable<[string, string]>} */
export function* pieces(text) {
  if (text === '-' || text === '') {
    yield ['nothing', text === '-' ? '–' : ''];
    return;
  }
  let at = 0;
  for (const found of text.matchAll(/"(?:[^"\\]|\\.)*"|-?\b\d+(?:\.\d+)?\b|\b(?:not|and|or|if|then|else|in|null|true|false)\b/g)) {
    if (found.index > at) yield ['', text.slice(at, found.index)];
    const piece = found[0];
    if (piece[0] === '"') {
      yield ['quote', '"'];
      yield ['string', piece.slice(1, -1)];
      yield ['quote', '"'];
    } else yield [/\d/.test(piece) ? 'number-literal' : 'keyword', piece];
    at = found.index + piece.length;
  }
  if (at < text.length) yield ['', text.slice(at)];
}

function setClass(host, looks) {
  if (host.className === looks) return false;
  host.className = looks;
  return true;
}

/** @param {string} tag @param {string} looks @param {Record<string, string>} [attributes] @param {(Node | string)[]} [children] @returns {HTMLElement} */
export function element(tag, looks = '', attributes = {}, children = []) {
  const made = document.createElement(tag);
  if (looks) made.className = looks;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}
