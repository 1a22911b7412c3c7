// @ts-check
/** The plan as a tree of words: everything the canvas shows, for those who would rather read than look. */

import { html, useEffect, useRef } from 'preact';
import { inReadingOrder } from '../keys/Walking.js';
import { titleOf } from '../loops/loops.js';
import { kindOf, whoOf } from '../plan/kinds.js';
import { spoken } from '../../forms/fields/durations.js';
import { Icon } from '../../forms/fields/icon.js';
import { useDiagram } from './useDiagram.js';

export function Outline({ diagram, close }) {
  useDiagram(diagram, ['commandStack.changed', 'selection.changed', 'problems.changed', 'names.changed']);
  const list = useRef(/** @type {HTMLElement | null} */ (null));
  const actions = diagram.get('actions');
  const selected = diagram.get('selection').get();
  const cards = byDepth(diagram.get('planElements').items());
  const names = diagram.get('planNames').current;
  const marks = diagram.get('marks');

  useEffect(() => {
    list.current?.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' });
  }, [selected[0]?.id]);

  const key = (event) => {
    const rows = [...list.current?.querySelectorAll('[role=option]') ?? []];
    const at = rows.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      /** @type {HTMLElement} */ (rows[Math.max(0, Math.min(rows.length - 1, to))])?.focus();
    } else if (event.key === 'Delete' || event.key === 'a' || event.key === 'c' || event.key === 'F2') {
      actions.select(cards[at]);
      actions.run({ Delete: 'delete', a: 'append', c: 'connect', F2: 'rename' }[event.key]);
      event.preventDefault();
    }
  };

  return html`
    <header class="side-title"><${Icon} name="list-tree" /><h2>Outline</h2>
      <span class="quiet small">${cards.length} ${cards.length === 1 ? 'item' : 'items'}</span>
      <button type="button" class="plain square" aria-label="Close the outline" onClick=${close}><${Icon} name="x" /></button></header>
    ${cards.length === 0 && html`<p class="quiet hint">The plan is empty. Press N on the canvas to make an item.</p>`}
    <div class="outline" role="listbox" aria-label="Items in the order of their dependencies" ref=${list} onKeyDown=${key}>
      ${cards.map((card, n) => {
        const { item } = card;
        const { errors = 0, warnings = 0 } = marks.of(card.id);
        const before = card.incoming.filter((line) => line.type === 'dependency').map((line) => titleOf(line.source));
        const chosen = selected.includes(card);
        return html`
          <div role="option" key=${card.id} aria-selected=${String(chosen)} tabindex=${chosen || (n === 0 && !selected.length) ? 0 : -1}
            class=${`kind-${item.kind}`} onClick=${() => actions.select(card)} onFocus=${() => !chosen && actions.select(card)}>
            <span class="step">${n + 1}</span><span class="tile"><${Icon} name=${kindOf(item.kind).icon} /></span>
            <span class="words"><strong>${item.name || item.key}</strong>
              <span class="quiet small">${[kindOf(item.kind).label, whoOf(item, names), spoken(item.duration), item.condition && `if ${item.condition}`]
                .filter(Boolean).join(' · ')}</span>
              <span class="quiet small">${before.length ? `after ${before.join(', ')}` : 'starts the plan'}</span></span>
            ${errors + warnings > 0 && html`<span class=${errors ? 'word-bad' : 'word-waits'}><${Icon} name=${errors ? 'circle-x' : 'triangle-alert'} />
              <span class="hidden">${errors} errors, ${warnings} warnings</span></span>`}
          </div>`;
      })}
    </div>`;
}

/** Every item after all that it waits for. */
function byDepth(cards) {
  const depth = new Map();
  const of = (card, seen = new Set()) => {
    if (depth.has(card)) return depth.get(card);
    if (seen.has(card)) return 0;
    seen.add(card);
    const before = card.incoming.filter((line) => line.source.type === 'item').map((line) => of(line.source, seen) + 1);
    const found = Math.max(0, ...before);
    depth.set(card, found);
    return found;
  };
  return inReadingOrder(cards).sort((a, b) => of(a) - of(b));
}
