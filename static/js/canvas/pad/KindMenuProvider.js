// @ts-check
/** The searchable menu of kinds, for appending, inserting, creating and changing. */

import { iconText } from '../drawing/icons.js';
import { KINDS } from '../plan/kinds.js';

export default class KindMenuProvider {
  static $inject = ['popupMenu', 'actions'];

  constructor(popupMenu, actions) {
    this._actions = actions;
    for (const menu of ['append', 'insert', 'create', 'morph']) {
      popupMenu.registerProvider(menu, { getPopupMenuEntries: (target) => this._entries(menu, target) });
    }
  }

  _entries(menu, target) {
    const choose = /** @type {Record<string, (kind: string) => void>} */ ({
      append: (kind) => this._actions.append(target, kind),
      insert: (kind) => this._actions.insert(target, kind),
      create: (kind) => this._actions.create(kind),
      morph: (kind) => this._actions.morph(target, kind)
    });
    const kinds = menu === 'morph' ? KINDS.filter(({ kind }) => kind !== target.item.kind) : KINDS;
    return Object.fromEntries(kinds.map(({ kind, label, icon, hint }) => [`${menu}-${kind}`, {
      label, description: hint, search: `${kind} ${hint}`, className: `kind-${kind}`, imageHtml: iconText(icon),
      action: () => choose[menu](kind)
    }]));
  }
}
