// @ts-check
/** Copying between plans, tabs and windows: what is copied travels as text through the clipboard of the system. */

import { getBBox } from 'diagram-js';
import { canConnect } from '../rules/PlanRules.js';
import { keyFor, nameFor } from '../../forms/fields/keys.js';
import { withRenamedResults } from '../plan/document.js';
import { KINDS } from '../plan/kinds.js';
import { isField } from '../keys/Keys.js';

const MARK = 'orderloom/items';
const STORE = 'orderloom.clipboard';

export default class PlanClipboard {
  static $inject = ['eventBus', 'canvas', 'selection', 'modeling', 'planElements', 'actions', 'editing'];

  constructor(eventBus, canvas, selection, modeling, planElements, actions, editing) {
    Object.assign(this, { _canvas: canvas, _selection: selection, _modeling: modeling, _elements: planElements,
      _actions: actions, _editing: editing });
    const listeners = /** @type {[string, (event: any) => void][]} */ ([
      ['copy', (event) => this._take(event, false)], ['cut', (event) => this._take(event, true)],
      ['paste', (event) => this._put(event)]
    ]);
    for (const [name, listener] of listeners) document.addEventListener(name, listener);
    eventBus.on('diagram.destroy', () => {
      for (const [name, listener] of listeners) document.removeEventListener(name, listener);
    });
  }

  /** @param {ClipboardEvent} event @param {boolean} cut */
  _take(event, cut) {
    if (isField(event.target) || !this._onCanvas() || (!cut && String(document.getSelection()))) return;
    const text = this._text();
    if (!text || !event.clipboardData) return;
    event.clipboardData.setData('text/plain', text);
    event.preventDefault();
    this._keep(text, cut && this._editing.allowed);
  }

  /** @param {ClipboardEvent} event */
  _put(event) {
    if (isField(event.target) || !this._onCanvas() || !this._editing.allowed) return;
    const text = event.clipboardData?.getData('text/plain') ?? '';
    const content = read(text);
    if (!content) {
      if (text.trim()) this._actions.say('The clipboard holds no items of a plan.', 'warning');
      return;
    }
    event.preventDefault();
    this._insert(content, this._actions.pointer);
  }

  _onCanvas() {
    return document.activeElement === document.body || this._canvas.getContainer().contains(document.activeElement);
  }

  /** From a menu: the clipboard of the system where the browser lets us, and one of our own in any case. */
  copy({ cut = false } = {}) {
    const text = this._text();
    if (!text) return;
    navigator.clipboard?.writeText(text).catch(() => {});
    this._keep(text, cut);
  }

  cut() {
    this.copy({ cut: true });
  }

  async paste() {
    const text = await navigator.clipboard?.readText().catch(() => '') ?? '';
    const content = read(text) ?? read(localStorage.getItem(STORE) ?? '');
    if (content) this._insert(content, null);
    else this._actions.say('The clipboard holds no items of a plan.', 'warning');
  }

  duplicate() {
    const content = read(this._text() ?? '');
    if (content) this._insert(content, null);
  }

  _keep(text, cut) {
    localStorage.setItem(STORE, text);
    const count = JSON.parse(text).cards.length;
    if (cut) this._modeling.together('Cut', () => this._modeling.removeElements(this._selection.get()));
    this._actions.say(`${count} ${count === 1 ? 'item' : 'items'} ${cut ? 'cut' : 'copied'}.`);
  }

  _text() {
    const content = this.content();
    return content && JSON.stringify({ [MARK]: 1, ...content });
  }

  /** The selected cards and the lines between them; null where no card is selected. */
  content(types = ['item', 'note']) {
    const cards = this._actions.selectedCards().filter((card) => types.includes(card.type));
    if (!cards.length) return null;
    const inside = new Set(cards);
    return {
      cards: cards.map(({ type, x, y, width, height, item, note }) => ({ type, x, y, width, height, item, note })),
      lines: cards.flatMap((card, from) => card.outgoing.filter((line) => inside.has(line.target)).map((line) => ({
        from, to: cards.indexOf(line.target), type: line.type, dependency: line.dependency
      })))
    };
  }

  _insert(content, pointer) {
    const box = getBBox(content.cards);
    const view = this._canvas.viewbox();
    const inView = pointer && pointer.x > view.x && pointer.x < view.x + view.width && pointer.y > view.y &&
      pointer.y < view.y + view.height;
    const near = this._elements.items().some((card) => Math.abs(card.x - box.x) < 5 && Math.abs(card.y - box.y) < 5);
    const shift = inView ? { x: pointer.x - box.x - box.width / 2, y: pointer.y - box.y - box.height / 2 }
      : near ? { x: 40, y: box.height + 40 }
        : box.x < view.x || box.y < view.y || box.x > view.x + view.width || box.y > view.y + view.height
          ? { x: view.x + view.width / 2 - box.x - box.width / 2, y: view.y + view.height / 2 - box.y - box.height / 2 }
          : { x: 0, y: 0 };
    const made = this.put(content, shift, 'Paste');
    this._actions.say(`${made.length} ${made.length === 1 ? 'item' : 'items'} pasted.`);
  }

  /** Adds cards and lines, under keys and names that are free here, and selects them. */
  put(content, shift, label) {
    const keys = new Set(this._elements.keys());
    const names = new Set(this._elements.items().map((card) => card.item.name));
    const renamed = new Map();
    for (const { item } of content.cards) {
      if (!item) continue;
      const key = keyFor(item.key, keys);
      keys.add(key);
      if (key !== item.key) renamed.set(item.key, key);
    }
    /** @type {any[]} */
    let made = [];
    this._modeling.together(label, () => {
      made = content.cards.map(({ type, item, note, x, y, width, height }) => {
        const card = type === 'note'
          ? this._elements.noteCard({ ...note, id: Math.random().toString(36).slice(2, 10) }, { width, height })
          : this._elements.card({
            ...withRenamedResults(item, renamed), key: renamed.get(item.key) ?? item.key, name: this._named(item.name, names)
          });
        const at = { x: Math.round(x + width / 2 + shift.x), y: Math.round(y + height / 2 + shift.y) };
        return this._modeling.createShape(card, at, this._elements.root());
      });
      for (const { from, to, type, dependency } of content.lines) {
        if (canConnect(made[from], made[to])) this._modeling.connect(made[from], made[to], { type, dependency });
      }
    });
    this._selection.select(made);
    return made;
  }

  _named(name, names) {
    const found = nameFor(name, names);
    names.add(found);
    return found;
  }
}

/** What somebody may have put into the clipboard; null where it is not ours or is broken. @param {string} text */
function read(text) {
  if (!text.includes(MARK)) return null;
  try {
    const { cards, lines } = JSON.parse(text);
    const kinds = new Set(KINDS.map(({ kind }) => kind));
    const fine = cards.every((card) => [card.x, card.y, card.width, card.height].every(Number.isFinite) &&
      (card.type === 'note' ? card.note : kinds.has(card.item?.kind) && typeof card.item.key === 'string'));
    return fine && lines.every((line) => cards[line.from] && cards[line.to]) ? { cards, lines } : null;
  } catch {
    return null;
  }
}
