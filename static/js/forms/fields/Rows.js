// @ts-check
/** A list of rows: added, removed, dragged by their grip, or moved by Alt and an arrow. */

import { html, useContext, useLayoutEffect, useRef, useState } from 'preact';
import { idOf, newRow } from '../documents.js';
import { Desk } from '../desk.js';
import { Findings } from './fields.js';
import { Icon } from './icon.js';

/**
 * @param {{ place: import('../place.js').Place, label: string, wanted: string, children: (row: import('../place.js').Place, n: number) => any,
 *   fresh?: (rows: any[]) => any, named?: (row: any) => string, head?: any, empty?: string, removing?: (row: any) => string }} props
 *   `wanted` is what one row is called, `fresh` what a new one says beside what all new ones say, `named` how people
 *   call a row, `head` stands above the first, `empty` instead of rows
 */
export function Rows({ place, label, wanted, children, fresh = () => ({}), named = (row) => row.name || row.key || '', head = null, empty = '' }) {
  const desk = useContext(Desk);
  const list = useRef(/** @type {HTMLElement | null} */ (null));
  const focus = useRef(/** @type {number | null} */ (null));
  const [drop, setDrop] = useState(/** @type {{ from: number, to: number } | null} */ (null));
  const rows = place.value;
  const blank = desk.options.blanks[place.pointer.split('/').filter((part) => part && !/^\d+$/.test(part)).join('/')] ?? {};
  const called = (n) => named(rows[n]) || `${wanted} ${n + 1}`;

  useLayoutEffect(() => {
    if (focus.current === null) return;
    const row = list.current?.children[Math.min(focus.current, rows.length - 1)];
    focus.current = null;
    const field = row?.querySelector('input, select, button.feel-text, textarea') ?? list.current?.parentElement?.querySelector('[data-add]');
    /** @type {HTMLElement | undefined} */ (field)?.focus();
  });

  const add = () => {
    focus.current = rows.length;
    place.commit([...rows, newRow({ ...blank, ...fresh(rows) })]);
  };
  const remove = (n) => {
    focus.current = n;
    desk.say(`${called(n)} removed. Ctrl+Z brings it back.`);
    place.commit(rows.filter((_, at) => at !== n));
  };
  const move = (from, to) => {
    if (to < 0 || to >= rows.length || to === from) return;
    const next = [...rows];
    next.splice(to, 0, ...next.splice(from, 1));
    desk.say(`${called(from)} is now ${to + 1} of ${rows.length}.`);
    place.commit(next);
  };
  const key = (event, n) => {
    if (event.defaultPrevented || event.target.closest('form, select')) return; // they have a use of their own for these keys
    if (event.altKey && (event.key === 'ArrowUp' || event.key === 'ArrowDown')) {
      event.preventDefault();
      event.stopPropagation();
      move(n, event.key === 'ArrowUp' ? n - 1 : n + 1);
    } else if (event.key === 'Enter' && event.target.matches('input[type=text]')) {
      event.preventDefault();
      event.stopPropagation();
      if (n === rows.length - 1) return add();
      const at = [...event.currentTarget.querySelectorAll('input[type=text]')].indexOf(event.target);
      list.current?.children[n + 1].querySelectorAll('input[type=text]')[at]?.focus();
    }
  };

  /** A row takes the place of the one it is dropped on. */
  const grip = (event, from) => {
    if (event.button !== 0) return;
    event.preventDefault();
    const handle = event.currentTarget;
    handle.setPointerCapture(event.pointerId);
    let to = from;
    const over = (moved) => {
      const below = [...list.current?.children ?? []].filter((row) => row.getBoundingClientRect().top <= moved.clientY).length;
      to = Math.max(0, below - 1);
      setDrop({ from, to });
    };
    const end = (done) => {
      handle.removeEventListener('pointermove', over);
      setDrop(null);
      if (done.type === 'pointerup') move(from, to);
    };
    handle.addEventListener('pointermove', over);
    handle.addEventListener('pointerup', end, { once: true });
    handle.addEventListener('pointercancel', end, { once: true });
  };
  const mark = (n) => (!drop ? '' : n === drop.from ? ' dragged' : n !== drop.to ? '' : drop.to > drop.from ? ' drop-after' : ' drop-before');

  return html`
    <div class="rows" data-at=${place.pointer}>
      ${head && rows.length > 0 && html`<div class="row-head" aria-hidden="true">${head}</div>`}
      <ol ref=${list} aria-label=${label}>
        ${rows.map((row, n) => html`
          <li class=${`part-row${mark(n)}`} key=${idOf(row)} aria-label=${called(n)} data-at=${`${place.pointer}/${n}`} onKeyDown=${(event) => key(event, n)}>
            <button type="button" class="grip plain" tabindex="-1" aria-hidden="true" title="Drag to move (Alt and an arrow do it, too)" onPointerDown=${(event) => grip(event, n)}>
              <${Icon} name="grip-vertical" /></button>
            <div class="part-fields">${children(place.row(row), n)}<${Findings} problems=${place.row(row).problems} /></div>
            <button type="button" class="plain square remove" aria-label=${`Remove ${called(n)}`} title=${`Remove ${called(n)}`} onClick=${() => remove(n)}><${Icon} name="trash-2" /></button>
          </li>`)}
      </ol>
      ${!rows.length && empty && html`<p class="no-rows quiet">${empty}</p>`}
      <${Findings} problems=${place.problems} />
      <div class="adds"><button type="button" class="plain tiny" data-add onClick=${add}><${Icon} name="plus" />${rows.length ? `Another ${wanted}` : `Add ${/^[aeiou]/.test(wanted) ? 'an' : 'a'} ${wanted}`}</button></div>
    </div>`;
}
