// @ts-check
/** Everything that can be asked for by key, menu or palette: one list, so that help and palette cannot forget any. */

import { getMid } from 'diagram-js';
import { canConnect } from '../rules/PlanRules.js';
import { overlaps } from '../modeling/PlanModeling.js';
import { titleOf } from '../loops/loops.js';
import { commands } from './commands.js';

export default class Actions {
  static $inject = ['injector', 'eventBus', 'canvas', 'selection', 'modeling', 'planElements', 'editing', 'commandStack'];

  constructor(injector, eventBus, canvas, selection, modeling, planElements, editing, commandStack) {
    Object.assign(this, { injector, eventBus, canvas, selection, modeling, elements: planElements, editing, commandStack });
    this.commands = commands(this);
    this._byName = new Map(this.commands.map((command) => [command.name, command]));
    /** @type {{ x: number, y: number } | null} */
    this.pointer = null;
    /** Where the open menu was asked for by a double click. @type {{ x: number, y: number } | null} */
    this.spot = null;
    // A click on what is selected keeps it selected: people click twice to be sure.
    eventBus.on('element.click', 1100, (event) => {
      const [only, ...more] = selection.get();
      if (only === event.element && !more.length && !event.originalEvent?.shiftKey) event.stopPropagation();
    });
    eventBus.on('create.end', 200, ({ context }) => {
      const [card] = context.elements ?? [context.shape];
      if (!card?.parent || context.canExecute === false) return;
      this.canvas.focus();
      this.say(context.source ? `${titleOf(card)} appended after ${titleOf(context.source)}.` : `${titleOf(card)} added.`);
      this._name(card);
    });
    eventBus.on('element.dblclick', 800, (event) => {
      if (event.element !== planElements.root() || !this.editing.allowed) return;
      this._remember(event.originalEvent);
      const { clientX: x, clientY: y } = event.originalEvent;
      this.openMenu('create', event.element, { x, y, cursor: { x, y } });
      this.spot = this.pointer;
    });
    // The menu closes before what was chosen in it is done.
    eventBus.on('popupMenu.close', () => setTimeout(() => { this.spot = null; }, 0));
    eventBus.on(['element.mousemove', 'element.hover'], 500, ({ originalEvent }) => this._remember(originalEvent));
  }

  /** @param {string} name @returns {boolean} whether it could be done */
  run(name) {
    const command = this._byName.get(name);
    if (!command || !this.can(command)) return false;
    command.run();
    return true;
  }

  can(command) {
    return (!command.changes || this.editing.allowed) && (command.when?.() ?? true);
  }

  get(service) {
    return this.injector.get(service);
  }

  say(text, tone = 'info') {
    this.eventBus.fire('said', { text, tone });
  }

  /** Whether a gesture, a menu or a name being typed would be broken off by moving the cards. */
  inHand() {
    return Boolean(this.get('dragging').context()) || this.get('popupMenu').isOpen() || this.get('labelEditing').active();
  }

  /** The one selected element of that type, or null. */
  selected(...types) {
    const all = this.selection.get();
    return all.length === 1 && (!types.length || types.includes(all[0].type)) ? all[0] : null;
  }

  selectedCards() {
    return this.selection.get().filter((element) => !element.waypoints);
  }

  select(element, { reveal = true } = {}) {
    this.selection.select(element);
    if (reveal && element) this.reveal(element);
  }

  /** Scrolls as little as needed to show an element wholly, clear of the pads around it. */
  reveal(element) {
    this.canvas.scrollToElement(element, { top: 60, right: 120, bottom: 60, left: 60 });
  }

  append(source, kind) {
    const card = this.modeling.append(source, kind);
    this.select(card);
    this.say(`${titleOf(card)} appended after ${titleOf(source)}.`);
    this._name(card);
  }

  insert(line, kind) {
    const points = line.waypoints;
    const middle = points[Math.floor(points.length / 2) - (points.length % 2 ? 0 : 1)];
    const next = points[Math.floor(points.length / 2)];
    const card = this.elements.freshCard(kind);
    this.modeling.together('Insert', () => {
      this.modeling.createShape(card, { x: Math.round((middle.x + next.x) / 2), y: Math.round((middle.y + next.y) / 2) }, line);
      this._makeRoom(card);
    });
    this.select(card);
    this._name(card);
  }

  /** Moves what comes after an inserted card to the right until nothing overlaps it. */
  _makeRoom(card) {
    const hit = () => this.elements.items().filter((other) => other !== card && overlaps(grown(card), other));
    if (!hit().length) return;
    const following = this.elements.items().filter((other) => other !== card && getMid(other).x >= getMid(card).x);
    const edge = Math.min(...following.map((other) => other.x), Infinity);
    const shift = Math.max(0, card.x + card.width + 40 - edge);
    if (shift && Number.isFinite(shift)) this.modeling.moveElements(following, { x: Math.ceil(shift / 10) * 10, y: 0 });
  }

  /** Makes an item where a double click asked for it, or right of what is selected, or in the middle of the view. */
  create(kind) {
    const card = this.elements.freshCard(kind);
    this.modeling.createShape(card, this.freePoint(card), this.elements.root());
    this.select(card);
    this.say(`${titleOf(card)} added.`);
    this._name(card);
    return card;
  }

  /** A point where a new card covers nothing. */
  freePoint(card) {
    const view = this.canvas.viewbox();
    const selected = this.selectedCards().at(-1);
    const start = this.spot ?? (selected
      ? { x: selected.x + selected.width + 60 + card.width / 2, y: selected.y + selected.height / 2 }
      : { x: view.x + view.width / 2, y: view.y + view.height / 2 });
    this.spot = null;
    const all = [...this.elements.items(), ...this.elements.notes()];
    for (let n = 0; n < 400; n += 1) {
      const point = { x: start.x + Math.floor(n / 20) * (card.width + 40), y: start.y + (n % 20) * (card.height + 30) };
      const box = { x: point.x - card.width / 2, y: point.y - card.height / 2, width: card.width, height: card.height };
      if (!all.some((other) => overlaps(grown(box), other))) return { x: Math.round(point.x), y: Math.round(point.y) };
    }
    return start;
  }

  morph(card, kind) {
    this.modeling.morph(card, kind);
    this.select(card, { reveal: false });
  }

  /** Connects two cards, or says why not. @returns {boolean} */
  connect(source, target) {
    const asked = canConnect(source, target);
    if (asked) {
      this.modeling.connect(source, target, asked);
      this.say(`${titleOf(target)} now waits for ${titleOf(source)}.`);
      return true;
    }
    if (!this.get('loopWarning').refuse(source, target)) {
      this.say(source === target ? 'An item cannot wait for itself.' : `${titleOf(target)} waits for ${titleOf(source)} already.`);
    }
    return false;
  }

  connectByMouse() {
    this.get('globalConnect').toggle();
    if (this.inHand()) this.say('Drag from the item that comes first to the one that waits; Escape gives up. To connect by key, select an item first.');
  }

  align(side) {
    this.get('alignElements').trigger(this.selectedCards(), side);
  }

  distribute(axis) {
    this.get('distributeElements').trigger(this.selectedCards(), axis);
  }

  openMenu(name, target, position = null) {
    this.spot = null;
    const titles = { append: 'Append', insert: 'Insert', create: 'New item', morph: 'Change kind' };
    this.get('popupMenu').open(target, name, position ?? this._menuPlace(target), {
      title: titles[/** @type {keyof typeof titles} */ (name)], width: 300, search: true
    });
  }

  _menuPlace(target) {
    const { left, top, width, height } = this.canvas.getContainer().getBoundingClientRect();
    if (target === this.elements.root()) {
      return { x: left + width / 2 - 150, y: top + height / 3, cursor: { x: left + width / 2, y: top + height / 3 } };
    }
    const { scale, x, y } = this.canvas.viewbox();
    const right = target.waypoints ? getMid(target).x : target.x + target.width;
    const upper = target.waypoints ? getMid(target).y : target.y;
    const at = { x: left + (right - x) * scale + 12, y: top + (upper - y) * scale };
    return { ...at, cursor: at };
  }

  /** Starts typing the name of a card that was just made. */
  _name(card) {
    // The popup gives the focus back to the canvas when it closes, which would end the typing. No timer: a busy browser
    // hands over the next key ahead of any.
    queueMicrotask(() => card.parent && this.get('labelEditing').start(card));
  }

  _remember(event) {
    if (!event || event.clientX === undefined) return;
    const { left, top } = this.canvas.getContainer().getBoundingClientRect();
    const { scale, x, y } = this.canvas.viewbox();
    this.pointer = { x: x + (event.clientX - left) / scale, y: y + (event.clientY - top) / scale };
  }

}

const grown = ({ x, y, width, height }) => ({ x: x - 10, y: y - 10, width: width + 20, height: height + 20 });
