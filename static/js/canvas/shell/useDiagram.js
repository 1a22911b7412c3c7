// @ts-check
import { useLayoutEffect, useReducer } from 'preact';

/**
 * Draws a component again whenever the diagram fires one of these events.
 * @param {any} diagram @param {string[]} events
 */
export function useDiagram(diagram, events) {
  const [, again] = useReducer((count) => count + 1, 0);
  // Listening begins with the drawing: an event between the two would never be shown.
  useLayoutEffect(() => {
    const bus = diagram.get('eventBus');
    let asked = 0;
    const listener = () => {
      // Many changes may come in one turn; they are shown once.
      asked ||= requestAnimationFrame(() => {
        asked = 0;
        again(null);
      });
    };
    bus.on(events, 100, listener);
    return () => {
      bus.off(events, listener);
      cancelAnimationFrame(asked);
    };
  }, [diagram]);
}
