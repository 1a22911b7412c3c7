// @ts-check
// One box to type into, and a list of what fits: commands, things to go to, things to choose from.

import { html, useEffect, useMemo, useRef, useState } from 'preact';

const MOST = 60; // entries shown at once

/**
 * @typedef {object} Entry
 * @property {string} id
 * @property {string} icon
 * @property {string} text
 * @property {string} [detail] beside the text
 * @property {string} words what else it is found by
 * @property {string[]} [keys] that do the same
 * @property {string} [looks] a class
 * @property {string} [why] why it cannot be chosen now
 * @property {() => void} run
 */

/**
 * @param {object} parts
 * @param {string} parts.title
 * @param {string} parts.lead an icon
 * @param {Entry[]} parts.all
 * @param {(typed: string) => Entry[]} [parts.more] what only the typed text brings forth, shown before the rest
 * @param {(name: string) => any} parts.icon draws one
 * @param {(entry: Entry) => void} parts.choose
 * @param {(entry: Entry) => void} [parts.onMarked] told while somebody types which entry is marked
 */
export function Palette({ title, lead, all, more, icon, choose, onMarked }) {
  const [typed, setTyped] = useState('');
  const [at, setAt] = useState(0);
  const list = useRef(/** @type {HTMLElement | null} */ (null));
  const found = useMemo(() => [...(typed && more ? more(typed) : []), ...matching(all, typed)].slice(0, MOST), [all, typed]);

  useEffect(() => {
    list.current?.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' });
    if (found[at] && typed) onMarked?.(found[at]);
  }, [at, found]);

  const key = (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[event.key];
    if (step) setAt((now) => Math.max(0, Math.min(found.length - 1, now + step)));
    else if (event.key === 'Enter' && found[at]) choose(found[at]);
    else return;
    event.preventDefault();
  };

  return html`
    <div class="finder-field">${icon(lead)}
      <input type="text" autofocus role="combobox" aria-expanded="true" aria-controls="finder-list" aria-label=${title}
        aria-activedescendant=${found[at] ? `finder-${at}` : undefined} placeholder=${title} value=${typed}
        onInput=${(event) => { setTyped(event.target.value); setAt(0); }} onKeyDown=${key} /></div>
    <ul class="finder-list" id="finder-list" role="listbox" aria-label="Found" ref=${list}>
      ${found.map((entry, n) => html`
        <li key=${entry.id} id=${`finder-${n}`} role="option" aria-selected=${String(n === at)} aria-disabled=${entry.why ? 'true' : undefined}
          class=${entry.looks ?? ''} onMouseMove=${() => n !== at && setAt(n)} onClick=${() => choose(entry)}>
          ${icon(entry.icon)}<span class="text">${entry.text}</span>
          ${entry.detail && html`<span class="quiet small detail">${entry.detail}</span>`}
          ${entry.keys && html`<span class="keys">${entry.keys.map((part) => html`<kbd>${part}</kbd>`)}</span>`}
        </li>`)}
      ${found.length === 0 && html`<li class="quiet none" role="option" aria-selected="false" aria-disabled="true">Nothing found.</li>`}
    </ul>`;
}

/** Entries that contain every word typed, those beginning with them first.
 * @template {{text: string, detail?: string, words: string}} E @param {E[]} all @param {string} typed @returns {E[]} */
export function matching(all, typed) {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  if (!words.length) return all;
  const worth = ({ text, detail = '', words: more }) => {
    const title = text.toLowerCase();
    const rest = `${detail} ${more}`.toLowerCase();
    let sum = 0;
    for (const word of words) {
      if (title.startsWith(word)) sum += 4;
      else if (title.includes(` ${word}`)) sum += 3;
      else if (title.includes(word)) sum += 2;
      else if (rest.includes(word)) sum += 1;
      else return 0;
    }
    return sum;
  };
  return all.map((entry) => /** @type {[number, E]} */ ([worth(entry), entry])).filter(([sum]) => sum).sort(([a], [b]) => b - a).map(([, entry]) => entry);
}
