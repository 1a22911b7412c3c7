// @ts-check
/** The tools beside a selected card: append, change kind, connect, note, trace, delete. */

import { iconText } from '../drawing/icons.js';
import { kindOf } from '../plan/kinds.js';

export default class ContextPadProvider {
  static $inject = ['contextPad', 'connect', 'create', 'planElements', 'actions', 'editing'];

  constructor(contextPad, connect, create, planElements, actions, editing) {
    this._connect = connect;
    this._create = create;
    this._elements = planElements;
    this._actions = actions;
    this._editing = editing;
    contextPad.registerProvider(this);
  }

  getContextPadEntries(element) {
    if (!this._editing.allowed) return element.type === 'item' ? this._trace() : {};
    const { type } = element;
    const connect = entry('connect', 'spline', 'Connect: drag to the item that waits (C)', (event) =>
      this._connect.start(event, element, true), (event) => this._connect.start(event, element));
    const remove = entry('edit', 'trash-2', 'Delete (Del)', () => this._actions.run('delete'));
    if (type === 'item') {
      return {
        ...Object.fromEntries(['callout', 'manual', 'decision'].map((kind) => [`append-${kind}`,
          entry('append', kindOf(kind).icon, `Append ${kindOf(kind).label.toLowerCase()}, or drag it to where it goes`, () =>
            this._actions.append(element, kind), (event) =>
            this._create.start(event, this._elements.freshCard(kind), { source: element }))])),
        'append-any': entry('append', 'plus', 'Append any kind (A)', () => this._open('append', element)),
        connect,
        morph: entry('edit', 'repeat-2', 'Change kind (M)', () => this._open('morph', element)),
        note: entry('edit', 'sticky-note', 'Stick a note (T)', () => this._actions.run('note')),
        ...this._trace(),
        remove
      };
    }
    if (type === 'foreign') return { connect, remove };
    if (type === 'note') {
      const pinned = element.outgoing.some((line) => line.type === 'pin');
      return {
        edit: entry('edit', 'pencil', 'Write (F2)', () => this._actions.run('rename')),
        ...(pinned ? {} : { connect: { ...connect, title: 'Pin to an item' } }), remove
      };
    }
    if (type === 'dependency') {
      return {
        insert: entry('append', 'plus', 'Insert an item here', () => this._open('insert', element)),
        edit: entry('edit', 'funnel', 'Type a condition (F2)', () => this._actions.run('rename')), remove
      };
    }
    return {};
  }

  getMultiElementContextPadEntries(elements) {
    if (!this._editing.allowed) return {};
    const cards = elements.filter((element) => !element.waypoints);
    return {
      ...(cards.length > 1 ? {
        'align-left': entry('align', 'align-start-vertical', 'Align left edges', () => this._actions.align('left')),
        'align-center': entry('align', 'align-center-vertical', 'Align centres', () => this._actions.align('center')),
        'align-top': entry('align', 'align-start-horizontal', 'Align top edges', () => this._actions.align('top')),
        'align-middle': entry('align', 'align-center-horizontal', 'Align middles', () => this._actions.align('middle'))
      } : {}),
      ...(cards.length > 2 ? {
        'distribute-h': entry('align', 'align-horizontal-distribute-center', 'Distribute horizontally', () =>
          this._actions.distribute('horizontal')),
        'distribute-v': entry('align', 'align-vertical-distribute-center', 'Distribute vertically', () =>
          this._actions.distribute('vertical'))
      } : {}),
      copy: entry('edit', 'copy', 'Copy (Ctrl+C)', () => this._actions.run('copy')),
      remove: entry('edit', 'trash-2', 'Delete (Del)', () => this._actions.run('delete'))
    };
  }

  _trace() {
    return { trace: entry('edit', 'route', 'Show what is before and after (H)', () => this._actions.run('trace')) };
  }

  _open(name, element) {
    this._actions.openMenu(name, element);
  }
}

function entry(group, icon, title, click, dragstart = click) {
  return {
    group, title,
    html: `<button type="button" class="entry" tabindex="-1" aria-label="${title}" draggable="true">${iconText(icon)}</button>`,
    action: { click, dragstart }
  };
}
