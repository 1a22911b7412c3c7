// @ts-check
/** One box to type into: finds items, does any command, or picks the item to connect to. */

import { html, useEffect, useMemo, useRef, useState } from 'preact';
import { Dialog } from '../shell/Dialog.js';
import { Icon } from '../../forms/fields/icon.js';
import { shownKey } from '../keys/Keys.js';
import { loopOf } from '../loops/loops.js';
import { KINDS, kindOf, whoOf } from '../plan/kinds.js';
import { canConnect } from '../rules/PlanRules.js';

const TITLES = { all: 'Do anything', find: 'Find an item', connect: 'Which item waits for this one?', foreign: 'Wait for an item of another plan' };

/** @typedef {{ id: string, icon: string, text: string, detail?: string, words: string, keys?: string, kind?: string, why?: string,
 *   run: () => void }} Entry */

export function Finder({ diagram, mode, close }) {
  const [typed, setTyped] = useState('');
  const [at, setAt] = useState(0);
  const list = useRef(/** @type {HTMLElement | null} */ (null));
  const all = useMemo(() => entries(diagram, mode), [diagram, mode]);
  const found = useMemo(() => matching(all, typed).slice(0, 60), [all, typed]);

  useEffect(() => {
    list.current?.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' });
    // While finding, the canvas shows the item before it is chosen.
    if (mode === 'find' && found[at] && typed) found[at].run();
  }, [at, found]);

  const choose = (entry) => {
    if (entry.why) return diagram.get('actions').say(entry.why, 'warning');
    close();
    // After closing, so that a menu or field that the command opens keeps the focus.
    setTimeout(entry.run, 0);
    return undefined;
  };
  const key = (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[event.key];
    if (step) setAt((now) => Math.max(0, Math.min(found.length - 1, now + step)));
    else if (event.key === 'Enter' && found[at]) choose(found[at]);
    else return;
    event.preventDefault();
  };

  return html`
    <${Dialog} title=${TITLES[/** @type {keyof typeof TITLES} */ (mode)]} close=${close} class="finder" plain=${true}>
      <div class="finder-field"><${Icon} name=${mode === 'all' ? 'command' : mode === 'find' ? 'search' : 'spline'} />
        <input type="text" autofocus role="combobox" aria-expanded="true" aria-controls="finder-list" aria-label=${TITLES[/** @type {keyof typeof TITLES} */ (mode)]}
          aria-activedescendant=${found[at] ? `finder-${at}` : undefined} placeholder=${TITLES[/** @type {keyof typeof TITLES} */ (mode)]} value=${typed}
          onInput=${(event) => { setTyped(event.target.value); setAt(0); }} onKeyDown=${key} /></div>
      <ul class="finder-list" id="finder-list" role="listbox" aria-label="Found" ref=${list}>
        ${found.map((entry, n) => html`
          <li key=${entry.id} id=${`finder-${n}`} role="option" aria-selected=${String(n === at)} aria-disabled=${entry.why ? 'true' : undefined}
            class=${entry.kind ? `kind-${entry.kind}` : ''} onMouseMove=${() => n !== at && setAt(n)} onClick=${() => choose(entry)}>
            <${Icon} name=${entry.icon} /><span class="text">${entry.text}</span>
            ${entry.detail && html`<span class="quiet small detail">${entry.detail}</span>`}
            ${entry.keys && html`<span class="keys">${shownKey(entry.keys).map((part) => html`<kbd>${part}</kbd>`)}</span>`}
          </li>`)}
        ${found.length === 0 && html`<li class="quiet none" role="option" aria-selected="false" aria-disabled="true">Nothing found.</li>`}
      </ul>
    <//>`;
}

/** @returns {Entry[]} */
function entries(diagram, mode) {
  const actions = diagram.get('actions');
  const elements = diagram.get('planElements');
  const names = diagram.get('planNames').current;
  const item = (card, run, why = '') => ({
    id: card.id, icon: kindOf(card.item.kind).icon, kind: card.item.kind, text: card.item.name || card.item.key,
    detail: why || whoOf(card.item, names), why, run,
    words: [card.item.key, kindOf(card.item.kind).label, card.item.description, whoOf(card.item, names),
      JSON.stringify([card.item.condition, card.item.call, card.item.result, card.item.inputs, card.item.queue])].join(' ')
  });
  if (mode === 'connect') {
    const source = actions.selected('item', 'foreign');
    return elements.items().filter((card) => card !== source).map((card) => {
      const refused = canConnect(source, card) ? '' : loopOf(source, card) ? 'would close a loop' : 'waits for it already';
      return item(card, () => actions.connect(source, card), refused && `${card.item.name}: ${refused}`);
    }).sort((a, b) => Number(Boolean(a.why)) - Number(Boolean(b.why)));
  }
  if (mode === 'foreign') {
    const target = actions.selected('item');
    return [...names.plans.values()].flatMap((plan) => plan.items.map((one) => ({
      id: `${plan.key}/${one.key}`, icon: 'workflow', text: one.name, detail: plan.name, words: `${plan.key} ${one.key}`,
      run: () => waitForForeign(diagram, `${plan.key}/${one.key}`, target)
    })));
  }
  const notes = elements.notes().map((card) => ({
    id: card.id, icon: 'sticky-note', text: card.note.text || 'Empty note', detail: card.note.by, words: 'note', run: () => actions.select(card)
  }));
  const items = [...elements.items().map((card) => item(card, () => actions.select(card))), ...notes];
  if (mode === 'find') return items;
  const make = KINDS.map(({ kind, label, icon, hint }) => ({
    id: `make-${kind}`, icon, kind, text: `New ${label.toLowerCase()}`, detail: '', words: `make create add ${hint}`, run: () => actions.create(kind)
  }));
  const commands = actions.commands.filter((one) => one.name !== 'palette' && actions.can(one)).map((one) => ({
    id: one.name, icon: one.icon ?? 'chevron-right', text: one.title, detail: '', words: one.group, keys: one.keys[0], run: () => actions.run(one.name)
  }));
  return [...commands, ...make, ...items];
}

function waitForForeign(diagram, source, target) {
  const elements = diagram.get('planElements');
  const modeling = diagram.get('modeling');
  const there = elements.byKey(source);
  if (there) return diagram.get('actions').connect(there, target);
  const card = elements.foreignCard(source);
  modeling.together('Wait for another plan', () => {
    modeling.createShape(card, { x: target.x - 70 - card.width / 2, y: target.y + target.height + 50 }, elements.root());
    modeling.connect(card, target, { type: 'dependency', dependency: {} });
  });
  return diagram.get('actions').select(card);
}

/** Entries that contain every word typed, those beginning with them first. @param {Entry[]} all @param {string} typed */
function matching(all, typed) {
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
  return all.map((entry) => [worth(entry), entry]).filter(([sum]) => sum).sort(([a], [b]) => b - a).map(([, entry]) => entry);
}
