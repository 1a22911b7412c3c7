// @ts-check
/**
 * The drawing scrolls while something is held at its edge. A piece that comes from the palette crosses that edge on its
 * way in, and must not push away what it is carried to: for it, scrolling begins once it has been well inside.
 */

const EDGE = 20; // px from the border of the drawing
const AT_EDGE = [EDGE, EDGE, EDGE, EDGE];
const NEVER = [0, 0, 0, 0];

export default class EdgeScrolling {
  static $inject = ['eventBus', 'canvas', 'autoScroll'];

  constructor(eventBus, canvas, autoScroll) {
    const scrollAt = (/** @type {number[]} */ edge) => autoScroll.setOptions({ scrollThresholdIn: edge });
    eventBus.on('create.init', () => scrollAt(NEVER));
    eventBus.on('create.move', ({ originalEvent }) => {
      const { left, top, right, bottom } = canvas.getContainer().getBoundingClientRect();
      const { clientX: x, clientY: y } = originalEvent;
      if (Math.min(x - left, right - x, y - top, bottom - y) > EDGE) scrollAt(AT_EDGE);
    });
    eventBus.on('create.cleanup', () => scrollAt(AT_EDGE));
  }
}
