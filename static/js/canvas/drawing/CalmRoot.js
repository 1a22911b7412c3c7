// @ts-check
/** Keeps marks of a gesture off the root. */

const OF_A_GESTURE = new Set(['hover', 'drop-ok', 'drop-not-ok', 'new-parent', 'connect-ok', 'connect-not-ok']);

/**
 * Every class that is set on the root makes the browser look at the style of everything below it: with 500 cards
 * that costs 25 ms for each move of the mouse. Nothing is drawn for these marks, so they are not set there.
 */
export default class CalmRoot {
  static $inject = ['canvas'];

  constructor(canvas) {
    for (const name of ['addMarker', 'removeMarker']) {
      const original = canvas[name].bind(canvas);
      canvas[name] = (element, marker) => {
        if (!OF_A_GESTURE.has(marker) || element.parent || element !== canvas.getRootElement()) original(element, marker);
      };
    }
  }
}
