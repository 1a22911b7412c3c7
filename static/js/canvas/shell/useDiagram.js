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
    // Drawn before the next thing a hand does, not with the next picture: what is filled in next is put beside what is
    // drawn, and must not take back what was filled in just before.
    const listener = () => again(null);
    bus.on(events, 100, listener);
    return () => bus.off(events, listener);
  }, [diagram]);
}
