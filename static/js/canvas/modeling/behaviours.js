// @ts-check
/** What follows from a change by itself, as part of the same undo step. */

import { CommandInterceptor } from 'diagram-js';
import { canConnect, canSplice } from '../rules/PlanRules.js';
import { overlaps } from './PlanModeling.js';

/** A card dropped on a dependency stands between its two ends. */
export class Splice extends CommandInterceptor {
  static $inject = ['eventBus', 'modeling', 'planElements'];

  constructor(eventBus, modeling, planElements) {
    super(eventBus);
    const insert = (card, line) => {
      if (!line.parent || !canSplice(card, line)) return;
      const { source, target, dependency } = line;
      modeling.removeConnection(line);
      if (canConnect(source, card)) modeling.connect(source, card, { type: 'dependency', dependency });
      if (canConnect(card, target)) modeling.connect(card, target, { type: 'dependency', dependency: per(dependency) });
    };
    const per = (dependency) => (dependency.per ? { per: dependency.per } : {});

    this.preExecute(['shape.create', 'elements.create'], 2000, ({ context }) => {
      if (context.parent?.waypoints) {
        context.line = context.parent;
        context.parent = planElements.root();
      }
    });
    this.postExecuted('shape.create', ({ context }) => context.line && insert(context.shape, context.line));
    this.postExecuted('elements.create', ({ context }) => context.line && insert(context.elements[0], context.line));
    this.preExecute('elements.move', 2000, ({ context }) => {
      if (context.newParent?.waypoints) {
        context.line = context.newParent;
        context.newParent = planElements.root();
      }
    });
    this.postExecuted('elements.move', ({ context }) => context.line && insert(context.shapes[0], context.line));
  }
}

/**
 * A line that takes no card, and another card, are no places to drop one: it lands on the plan as if they were not there,
 * and makes way for the card it was dropped on.
 */
export class DropBeside extends CommandInterceptor {
  static $inject = ['eventBus', 'canvas', 'modeling', 'planElements'];

  constructor(eventBus, canvas, modeling, planElements) {
    super(eventBus);
    /** @type {any} the card that one is being dropped on */
    let under = null;
    const moments = ['hover', 'move', 'end'];
    eventBus.on([...moments.map((name) => `create.${name}`), ...moments.map((name) => `shape.move.${name}`)], 2000, (event) => {
      const { hover, context } = event;
      const cards = context.shapes ?? context.elements ?? [context.shape];
      under = null;
      // What is appended by dragging has its place in the order of things already.
      const splices = cards.length === 1 && !context.source && canSplice(cards[0], hover ?? {});
      if (!hover?.parent || splices) return;
      if (!hover.waypoints && cards.length === 1 && cards[0] !== hover) under = hover;
      event.hover = canvas.getRootElement();
      event.hoverGfx = canvas.getGraphics(event.hover);
    });
    const makeWay = (card) => {
      const other = under;
      under = null;
      if (other?.parent && overlaps(card, other)) modeling.moveElements([card], wayOut(card, other, planElements));
    };
    this.postExecuted('shape.create', ({ context }) => makeWay(context.shape));
    this.postExecuted('elements.move', ({ context }) => makeWay(context.shapes[0]));
    eventBus.on(['create.cleanup', 'shape.move.cleanup'], () => { under = null; });
  }
}

const ASIDE = 28;

/** The shortest way to a place beside another card where nothing is covered; beside it in any case. */
function wayOut(card, other, elements) {
  const { width, height } = card;
  const ways = [
    { x: other.x + other.width + ASIDE - card.x, y: 0 }, { x: other.x - ASIDE - card.width - card.x, y: 0 },
    { x: 0, y: other.y + other.height + ASIDE - card.y }, { x: 0, y: other.y - ASIDE - card.height - card.y }
  ].sort((a, b) => Math.abs(a.x + a.y) - Math.abs(b.x + b.y));
  const all = [...elements.items(), ...elements.notes()].filter((one) => one !== card);
  const free = ({ x, y }) => !all.some((one) => overlaps({ x: card.x + x, y: card.y + y, width, height }, one));
  return ways.find(free) ?? ways[0];
}

/** A card that stood between exactly two others leaves them connected. */
export class Heal extends CommandInterceptor {
  static $inject = ['eventBus', 'modeling'];

  constructor(eventBus, modeling) {
    super(eventBus);
    this.preExecute('shape.delete', ({ context }) => {
      const { shape } = context;
      const [before, ...more] = shape.incoming.filter((line) => line.type === 'dependency');
      const [after, ...others] = shape.outgoing.filter((line) => line.type === 'dependency');
      if (before && after && !more.length && !others.length) context.heal = [before.source, after.target, before.dependency];
    });
    this.postExecuted('shape.delete', ({ context }) => {
      if (!context.heal) return;
      const [source, target, dependency] = context.heal;
      if (source.parent && target.parent && canConnect(source, target)) {
        modeling.connect(source, target, { type: 'dependency', dependency });
      }
    });
  }
}

/** The card of another plan's item goes when nothing waits for it any more. */
export class DropForeign extends CommandInterceptor {
  static $inject = ['eventBus', 'modeling'];

  constructor(eventBus, modeling) {
    super(eventBus);
    this.postExecuted(['connection.delete', 'connection.reconnect'], 100, ({ context }) => {
      const source = context.source ?? context.oldSource;
      if (source?.type === 'foreign' && source.parent && !source.outgoing.length) modeling.removeShape(source);
    });
  }
}

/** Whoever moves a card has placed it: tidying up leaves it there unless asked. */
export class RememberPlace extends CommandInterceptor {
  static $inject = ['eventBus'];

  constructor(eventBus) {
    super(eventBus);
    this.executed('shape.move', ({ context }) => {
      context.wasPlaced = context.shape.placed;
      context.shape.placed = true;
    });
    this.reverted('shape.move', ({ context }) => {
      context.shape.placed = context.wasPlaced;
    });
  }
}
