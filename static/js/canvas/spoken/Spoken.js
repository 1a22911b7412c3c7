// @ts-check
/** Says what a sighted person sees: the selected card in one sentence, and what has just been done. */

import { kindOf, whoOf } from '../plan/kinds.js';
import { spoken } from '../../forms/fields/durations.js';
import { badgesOf } from '../drawing/badges.js';
import { titleOf } from '../loops/loops.js';

/** For so long, in milliseconds, a selection that follows from what was just told does not talk over it. */
const WHILE = 250;

export default class Spoken {
  static $inject = ['eventBus', 'canvas', 'selection', 'planNames', 'marks', 'planElements', 'commandStack', 'editing'];

  constructor(eventBus, canvas, selection, planNames, marks, planElements, commandStack, editing) {
    Object.assign(this, { _eventBus: eventBus, _selection: selection, _names: planNames, _marks: marks, _elements: planElements });
    this._told = -Infinity;
    this._region = document.createElement('div');
    this._region.className = 'spoken';
    this._region.setAttribute('aria-live', 'polite');
    this._region.setAttribute('role', 'status');
    const svg = canvas._svg;
    svg.setAttribute('role', 'application');
    svg.setAttribute('aria-roledescription', 'plan canvas');
    svg.setAttribute('aria-label', `Plan. Arrow keys go along dependencies, ${editing.allowed ? 'N makes an item, A appends, ' : ''}question mark lists all keys.`);
    canvas.getContainer().append(this._region);
    eventBus.on('selection.changed', ({ newSelection }) => {
      if (performance.now() - this._told < WHILE) return;
      if (newSelection.length === 1) this.say(this.sentence(newSelection[0]));
      else if (newSelection.length) this.say(`${newSelection.length} selected.`);
    });
    eventBus.on('said', ({ text }) => this.tell(text));
    eventBus.on('commandStack.changed', ({ trigger }) => {
      if (trigger === 'undo') this.tell(`Undone: ${stepAt(commandStack, 1)}.`);
      else if (trigger === 'redo') this.tell(`Done again: ${stepAt(commandStack, 0)}.`);
    });
  }

  /** What has just been done, for those who do not see it. */
  tell(text) {
    this._told = performance.now();
    this.say(text);
  }

  say(text) {
    this._region.textContent = text;
  }

  where() {
    const [one, ...more] = this._selection.get();
    const items = this._elements.items().length;
    this._eventBus.fire('said', {
      text: !one ? `Nothing is selected. The plan has ${items} items.`
        : more.length ? `${more.length + 1} of ${items} items are selected.` : this.sentence(one),
      tone: 'info'
    });
  }

  /** One element in one breath. @param {any} element */
  sentence(element) {
    if (element.type === 'note') return `Note${element.note.by ? ` by ${element.note.by}` : ''}: ${element.note.text || 'empty'}.`;
    if (element.type === 'foreign') return `Item of another plan: ${element.source}. ${count(element.outgoing, 'item waits', 'items wait')} for it.`;
    if (element.type === 'pin') return `Pin from a note to ${titleOf(element.target)}.`;
    if (element.type === 'dependency') {
      const { condition, per } = element.dependency;
      return `Dependency: ${titleOf(element.target)} waits for ${titleOf(element.source)}` +
        `${per ? `, paired per ${per}` : ''}${condition ? `, if ${condition}` : ''}.`;
    }
    if (element.type !== 'item') return '';
    const { item, id, incoming, outgoing } = element;
    const who = whoOf(item, this._names.current);
    const lines = (all) => all.filter((line) => line.type === 'dependency');
    const { errors = 0, warnings = 0 } = this._marks.of(id);
    return [
      `${kindOf(item.kind).label}: ${item.name || item.key}`, who, item.duration && `takes ${spoken(item.duration)}`,
      ...badgesOf(item, this._marks.of(id)).map((badge) => badge.text),
      `waits for ${count(lines(incoming), 'item', 'items')}`, `${count(lines(outgoing), 'item waits', 'items wait')} for it`,
      errors && `${errors} ${errors === 1 ? 'error' : 'errors'}`, warnings && `${warnings} ${warnings === 1 ? 'warning' : 'warnings'}`
    ].filter(Boolean).join(', ') + '.';
  }
}

/** What the steps of undo are called that carry no name of their own. */
const STEPS = /** @type {Record<string, string>} */ ({
  'elements.move': 'Move', 'shape.create': 'New item', 'elements.create': 'New item', 'shape.append': 'Append',
  'connection.create': 'Connect', 'connection.delete': 'Delete', 'elements.delete': 'Delete', 'connection.reconnect': 'Connect elsewhere',
  'connection.updateWaypoints': 'Lead another way', 'shape.resize': 'Resize', 'elements.align': 'Align', 'elements.distribute': 'Distribute',
  spaceTool: 'Make or take space'
});

/** The name of a step: of the whole where it was made of several. @param {any} stack @param {0 | 1} ahead of where undo stands */
function stepAt({ _stack: all, _stackIdx: at }, ahead) {
  const step = all.filter(({ id }) => id === all[at + ahead]?.id);
  const whole = step.findLast(({ command }) => command === 'batch') ?? step.find(({ command }) => STEPS[command]) ?? step.find(({ context }) => context.label);
  return whole?.context.label ?? STEPS[whole?.command] ?? 'a change';
}

const count = (list, one, many) => `${list.length || 'no'} ${list.length === 1 ? one : many}`;
