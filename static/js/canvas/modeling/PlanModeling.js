// @ts-check
/** The verbs of the plan designer; everything that changes a plan or its picture goes through here, undoably. */

import { Modeling } from 'diagram-js';
import { sizeOf } from '../elements/PlanElements.js';
import { keyFor } from '../../forms/fields/keys.js';
import { clean, withRenamedResults } from '../plan/document.js';
import { morphed } from '../plan/kinds.js';
import { Batch, PlaceElements, UpdatePart } from './commands.js';

export default class PlanModeling extends Modeling {
  static $inject = ['eventBus', 'elementFactory', 'commandStack', 'rules', 'planElements', 'layouter'];

  constructor(eventBus, elementFactory, commandStack, rules, planElements, layouter) {
    super(eventBus, elementFactory, commandStack, rules);
    this._bus = eventBus;
    this._elements = planElements;
    this._router = layouter;
  }

  getHandlers() {
    return {
      ...super.getHandlers(), 'part.update': UpdatePart, 'elements.place': PlaceElements, batch: Batch
    };
  }

  /** Several changes that are undone as one. @param {string} label @param {() => void} run */
  together(label, run) {
    this._commandStack.execute('batch', { label, run });
  }

  /**
   * Replaces the item of a card; a new key is followed by every expression that mentions the old one.
   * @param {any} card @param {any} item
   * @param {{ session?: string, label?: string }} [hints] changes of one session are undone together
   */
  updateItem(card, item, { session, label = 'Change' } = {}) {
    const before = card.item;
    const renamed = new Map(before.key === item.key ? [] : [[before.key, item.key]]);
    const readers = renamed.size ? this._elements.items().filter((other) =>
      other !== card && withRenamedResults(other.item, renamed) !== other.item) : [];
    const resized = sizeOf(before.kind).height !== sizeOf(item.kind).height;
    if (!readers.length && !resized) {
      this._update(card, 'item', clean(item), session, label);
      return;
    }
    this.together(label, () => {
      this._update(card, 'item', clean(item), undefined, label);
      for (const reader of readers) {
        this._update(reader, 'item', withRenamedResults(reader.item, renamed), undefined, label);
      }
      if (resized) {
        const { width, height } = sizeOf(item.kind);
        this.resizeShape(card, {
          x: Math.round(card.x + (card.width - width) / 2), y: Math.round(card.y + (card.height - height) / 2), width, height
        });
      }
    });
  }

  /** Gives a card a name; the key of one just made follows, that of any other may be known to orders and colleagues. */
  renameItem(card, name, hints = {}) {
    const { key, name: old } = card.item;
    const others = this._elements.items().filter((other) => other !== card).map((other) => other.item.key);
    const follows = card.fresh && keyFor(old, others) === key;
    this.updateItem(card, { ...card.item, name, ...(follows ? { key: keyFor(name, others) } : {}) },
      { label: 'Rename', ...hints });
  }

  /** Makes an item of another kind, keeping its dependencies and whatever both kinds can say. */
  morph(card, kind) {
    if (card.item.kind !== kind) this.updateItem(card, morphed(card.item, kind), { label: 'Change kind' });
  }

  updateDependency(line, dependency, { session = undefined } = {}) {
    const { per, condition } = dependency;
    const kept = {
      ...(per && per !== 'fulfilment line' ? { per } : {}), ...(condition ? { condition } : {})
    };
    this._update(line, 'dependency', kept, session, 'Change dependency');
  }

  updateNote(card, note, { session = undefined } = {}) {
    this._update(card, 'note', note, session, 'Change note');
  }

  /** Name and description of the plan itself. */
  updatePlan(plan, { session = undefined } = {}) {
    const { description, ...rest } = plan;
    this._update(this._elements.root(), 'plan', description ? { ...rest, description } : rest, session, 'Change plan');
  }

  /**
   * Puts cards and lines where a layout wants them, in one step.
   * @param {Map<any, { x: number, y: number, placed?: boolean }>} cards
   * @param {Map<any, { waypoints: any[], labelAt?: any }>} lines
   * @param {{ lanes?: boolean }} [root]
   */
  place(cards, lines, root = {}) {
    this._commandStack.execute('elements.place', { label: 'Tidy up', cards, lines, root });
  }

  /** Adds a successor right of a card, where there is room. */
  append(source, kind, name = '') {
    const card = this._elements.freshCard(kind, name);
    const position = freePlace(this._elements, source, card);
    this.together('Append', () => {
      this.createShape(card, position, this._elements.root());
      this.connect(source, card, { type: 'dependency', dependency: {} });
    });
    return card;
  }

  /** Sticks an empty note beside a card, or at a point of the plan. */
  addNote(note, target, point = null) {
    const card = this._elements.noteCard(note);
    const at = point ?? { x: target.x + target.width / 2 + 20, y: target.y - card.height / 2 - 40 };
    this.together('Add note', () => {
      this.createShape(card, at, this._elements.root());
      if (target) this.connect(card, target, { type: 'pin' });
    });
    return card;
  }

  connect(source, target, attributes, hints) {
    const { type = 'dependency', ...rest } = attributes ?? {};
    const connection = this._elements.line(type, type === 'dependency' ? { dependency: {}, ...rest } : rest);
    return this.createConnection(source, target, undefined, connection, source.parent, hints);
  }

  _update(element, property, value, session, label) {
    if (session && this._amend(element, property, value, session)) return;
    this._commandStack.execute('part.update', { element, property, value, session, label });
  }

  /** Typing on in one field goes on with the step that is on top of the stack, so that undo takes back a word, not a letter. */
  _amend(element, property, value, session) {
    const stack = this._commandStack;
    const top = stack._stack[stack._stackIdx];
    const context = top?.command === 'part.update' ? top.context : {};
    if (context.session !== session || context.element !== element || context.property !== property) return false;
    stack._stack.splice(stack._stackIdx + 1);
    context.value = element[property] = value;
    this._bus.fire('elements.changed', { elements: [element] });
    this._bus.fire('commandStack.changed', { trigger: 'execute' });
    return true;
  }
}

/**
 * The middle of the first free place right of a card, trying below and above its other successors.
 * @param {any} elements @param {any} source @param {any} card
 */
export function freePlace(elements, source, card) {
  const gap = 72;
  const x = source.x + source.width + gap;
  const step = card.height + 24;
  const middle = source.y + source.height / 2 - card.height / 2;
  const others = [...elements.items(), ...elements.notes()];
  for (let n = 0; n < 200; n += 1) {
    const y = middle + (n % 2 ? Math.ceil(n / 2) : -n / 2) * step;
    const box = { x: x - 8, y: y - 8, width: card.width + 16, height: card.height + 16 };
    if (!others.some((other) => other !== card && overlaps(box, other))) {
      return { x: Math.round(x + card.width / 2), y: Math.round(y + card.height / 2) };
    }
  }
  return { x: x + card.width / 2, y: source.y + source.height / 2 };
}

export const overlaps = (a, b) =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
