// @ts-check
/** Leaves out of the picture what lies well outside of the view: painting costs by what there is, not by what is seen. */

import { getBBox } from 'diagram-js';
import { overlaps } from '../modeling/PlanModeling.js';

const AWAY = 'away';
/** So much of the view's size around it stays drawn, so that nothing is seen to appear while the view moves. */
const MARGIN = 0.3;

export default class InView {
  static $inject = ['eventBus', 'canvas', 'elementRegistry'];

  constructor(eventBus, canvas, elementRegistry) {
    Object.assign(this, { _canvas: canvas, _registry: elementRegistry });
    this._asked = 0;
    const events = ['canvas.viewbox.changed', 'canvas.resized', 'elements.changed', 'commandStack.changed', 'plan.opened'];
    eventBus.on(events, 200, () => {
      this._asked ||= requestAnimationFrame(() => this._look());
    });
    // What stands beside the selected card asks where that is, which a card that is not drawn cannot say.
    eventBus.on('selection.changed', 2000, ({ newSelection }) => {
      for (const element of newSelection) canvas.getGraphics(element)?.classList.remove(AWAY);
    });
    eventBus.on('diagram.destroy', () => cancelAnimationFrame(this._asked));
  }

  _look() {
    this._asked = 0;
    const { x, y, width, height } = this._canvas.viewbox();
    const near = {
      x: x - width * MARGIN, y: y - height * MARGIN, width: width * (1 + 2 * MARGIN), height: height * (1 + 2 * MARGIN)
    };
    this._registry.forEach((/** @type {any} */ element, /** @type {SVGElement} */ graphics) => {
      if (!element.parent) return;
      const away = !overlaps(boundsOf(element), near) && !graphics.classList.contains('selected');
      if (graphics.classList.contains(AWAY) !== away) graphics.classList.toggle(AWAY, away);
    });
  }

  /** Does something that needs everything drawn, such as making a picture of it. @param {() => any} act */
  withAll(act) {
    const away = this._registry.filter(() => true).map((element) => this._registry.getGraphics(element))
      .filter((graphics) => graphics?.classList.contains(AWAY));
    for (const graphics of away) graphics.classList.remove(AWAY);
    try {
      return act();
    } finally {
      for (const graphics of away) graphics.classList.add(AWAY);
    }
  }
}

const boundsOf = (element) => (element.waypoints ? getBBox(element) : element);
