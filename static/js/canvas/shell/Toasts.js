// @ts-check
/** Says shortly what happened, where it would otherwise go unseen. */

import { html, useEffect, useState } from 'preact';
import { Icon } from '../../forms/fields/icon.js';

let made = 0;

/** @param {{ diagram: any, early?: any[] }} props `early`: what was said before this could listen */
export function Toasts({ diagram, early = [] }) {
  const [shown, set] = useState(/** @type {any[]} */ ([]));
  useEffect(() => {
    const bus = diagram.get('eventBus');
    const listener = ({ text, tone, stays }) => {
      if (tone !== 'warning' && !stays) return;
      const id = (made += 1);
      set((all) => [...all.slice(-2), { id, text, tone }]);
      setTimeout(() => set((all) => all.filter((one) => one.id !== id)), 7000);
    };
    for (const said of early) listener(said);
    bus.on('said', listener);
    return () => bus.off('said', listener);
  }, [diagram]);
  // The live region of the canvas reads these out; being read twice helps nobody.
  return html`<div class="toasts" aria-hidden="true">${shown.map(({ id, text, tone }) => html`
    <div class=${`toast ${tone}`} key=${id}><${Icon} name=${tone === 'warning' ? 'triangle-alert' : 'info'} />${text}</div>`)}</div>`;
}
