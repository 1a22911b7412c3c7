// @ts-check
/** What may be done on the canvas; asked before every gesture, so that nothing has to be taken back. */

import { RuleProvider } from 'diagram-js';
import { loopOf } from '../loops/loops.js';

export default class PlanRules extends RuleProvider {
  static $inject = ['eventBus', 'injector', 'editing'];

  constructor(eventBus, injector, editing) {
    super(eventBus);
    this._injector = injector;
    this._editing = editing;
  }

  init() {
    const may = (rule) => (context) => (this._editing.allowed ? rule(context) : false);

    this.addRule('connection.start', may(({ source }) => ['item', 'foreign', 'note'].includes(source.type)));
    this.addRule('connection.create', may(({ source, target }) =>
      this._isReversed(target) ? false : canConnect(source, target)));
    this.addRule('connection.reconnect', may(({ connection, source, target }) => {
      // One end stays where it is: a refused end is not tried as the other one, which would say the opposite.
      if (source !== connection.source && target !== connection.target) return false;
      const asked = canConnect(source, target, connection);
      return asked && asked.type === connection.type ? asked : false;
    }));
    this.addRule('connection.updateWaypoints', may(({ connection }) => connection.type === 'dependency'));
    this.addRule('shape.create', may(({ shape, target }) => canPlace([shape], target)));
    this.addRule('elements.create', may(({ elements, target }) => canPlace(elements, target)));
    this.addRule('elements.move', may(({ shapes, target }) => !target || canPlace(shapes, target)));
    this.addRule('shape.resize', may(({ shape }) => shape.type === 'note'));
    this.addRule('elements.delete', may(({ elements }) => elements));
    this.addRule('elements.align', may(({ elements }) => elements.filter((one) => !one.waypoints)));
    this.addRule('elements.distribute', may(({ elements }) => elements.filter((one) => !one.waypoints)));
  }

  /** A refused connection is not tried the other way round: it would say the opposite of what was drawn. */
  _isReversed(target) {
    const active = this._injector.get('dragging').context();
    return active?.prefix === 'connect' && active.data.context.start === target;
  }
}

/**
 * What a connection between two elements would be; false where it may not be, null where there is nothing to say.
 * @param {any} source @param {any} target @param {any} [instead] the connection that would be moved there
 */
export function canConnect(source, target, instead = null) {
  if (![source, target].every((one) => one && one.type !== 'plan' && !one.waypoints)) return null;
  if (source === target) return false;
  if (source.type === 'note' || target.type === 'note') {
    const [note, card] = source.type === 'note' ? [source, target] : [target, source];
    if (card.type !== 'item' || source.type !== 'note') return false;
    return note.outgoing.every((line) => line === instead) ? { type: 'pin' } : false;
  }
  if (target.type !== 'item') return false;
  const twice = source.outgoing.some((line) => line !== instead && line.target === target);
  return !twice && !loopOf(source, target, instead) ? { type: 'dependency', dependency: {} } : false;
}

/** Cards stand on the plan; one alone may also be dropped on a dependency, to stand between its ends. */
function canPlace(elements, target) {
  if (!target || target.type === 'plan') return true;
  return elements.length === 1 && canSplice(elements[0], target);
}

/** Only a card that waits for nothing and for which nothing waits is put between two others by dropping it there. */
export function canSplice(card, line) {
  if (line.type !== 'dependency' || card.type !== 'item') return false;
  return [...card.incoming, ...card.outgoing].every((own) => own.type !== 'dependency');
}
