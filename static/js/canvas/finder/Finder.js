// @ts-check
/** One box to type into: finds items, does any command, or picks the item to connect to. */

import { html, useMemo } from 'preact';
import { Palette } from '../../designer/palette.js';
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
  const all = useMemo(() => entries(diagram, mode).map((entry) => ({
    ...entry, keys: entry.keys && shownKey(entry.keys), looks: entry.kind ? `kind-${entry.kind}` : ''
  })), [diagram, mode]);
  const choose = (entry) => {
    if (entry.why) return diagram.get('actions').say(entry.why, 'warning');
    close();
    // After closing, so that a menu or field that the command opens keeps the focus; but before the next key, which a busy
    // browser hands over ahead of any timer.
    queueMicrotask(entry.run);
    return undefined;
  };
  const title = TITLES[/** @type {keyof typeof TITLES} */ (mode)];
  return html`
    <${Dialog} title=${title} close=${close} class="finder" plain=${true}>
      <${Palette} title=${title} lead=${mode === 'all' ? 'command' : mode === 'find' ? 'search' : 'spline'} all=${all} choose=${choose}
        icon=${(name) => html`<${Icon} name=${name} />`} onMarked=${(entry) => mode === 'find' && entry.run()} />
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
  const make = (actions.editing.allowed ? KINDS : []).map(({ kind, label, icon, hint }) => ({
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
