// @ts-check
/** Parts of plans that are kept on the server under a name: saved from the selection, put in from the menu of new items. */

import { getBBox } from 'diagram-js';
import { ask } from '../../designer/server.js';
import { iconText } from '../drawing/icons.js';

/** @typedef {{ name: string, by: string, fragment: { cards: any[], lines: any[] } }} Kept */

export default class Fragments {
  static $inject = ['eventBus', 'popupMenu', 'planClipboard', 'actions', 'editing', 'config.fragments'];

  /** @param {string | null} address of the shelf */
  constructor(eventBus, popupMenu, planClipboard, actions, editing, address = null) {
    Object.assign(this, { _eventBus: eventBus, _clipboard: planClipboard, _actions: actions, _address: address });
    /** @type {Kept[]} */
    this.kept = [];
    if (!address || !editing.allowed) return;
    popupMenu.registerProvider('create', 900, { getPopupMenuEntries: () => (entries) => ({ ...entries, ...this._entries() }) });
    const refresh = () => void this.load();
    eventBus.on('plan.opened', refresh);
    window.addEventListener('focus', refresh);
    eventBus.on('diagram.destroy', () => window.removeEventListener('focus', refresh));
  }

  /** Reads the shelf anew; without a network what was read before stays on offer. */
  async load() {
    this.kept = await ask(this._address).catch(() => this.kept);
    this._eventBus.fire('fragments.changed');
  }

  /** @returns {{ cards: any[], lines: any[] } | null} what would be kept: the selected items and what connects them */
  selected() {
    return this._clipboard.content(['item']);
  }

  /** @param {string} name */
  async save(name) {
    const content = this.selected();
    if (!content) return;
    await ask(this._of(name), { method: 'PUT', body: content });
    await this.load();
    this._actions.say(`“${name}” is kept with ${counted(content.cards)}. N offers it in every plan.`);
  }

  /** @param {string} name */
  async remove(name) {
    await ask(this._of(name), { method: 'DELETE' });
    await this.load();
  }

  _of(name) {
    return `${this._address}${encodeURIComponent(name)}`;
  }

  /** @param {Kept} kept */
  insert({ name, fragment }) {
    const box = getBBox(fragment.cards);
    const middle = this._actions.freePoint(box);
    const shift = { x: middle.x - box.x - box.width / 2, y: middle.y - box.y - box.height / 2 };
    const made = this._clipboard.put(fragment, shift, `Insert ${name}`);
    this._actions.reveal(made[0]);
    this._actions.say(`“${name}” inserted: ${counted(made)}.`);
  }

  _entries() {
    return Object.fromEntries(this.kept.map((kept) => [`fragment ${kept.name}`, {
      label: kept.name, description: `Fragment: ${counted(kept.fragment.cards)}, kept by ${kept.by}`,
      search: `fragment ${kept.fragment.cards.map(({ item }) => item.name).join(' ')}`, imageHtml: iconText('component'),
      group: { id: 'fragments', name: 'Fragments' }, action: () => this.insert(kept)
    }]));
  }
}

/** @param {any[]} cards */
export const counted = (cards) => `${cards.length} ${cards.length === 1 ? 'item' : 'items'}`;
