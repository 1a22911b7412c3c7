// @ts-check
/** The kinds of items to drag onto the plan, and the tools for selecting and making room. */

import { html } from 'preact';
import { KINDS } from '../plan/kinds.js';
import { Icon } from '../../forms/fields/icon.js';

const TOOLS = [
  ['connect', 'spline', 'Connect: from the item that comes first to the one that waits'],
  ['lasso', 'lasso-select', 'Lasso: select what a frame encloses (Shift+S)'],
  ['hand', 'hand', 'Hand: move the view (Space)'],
  ['space', 'move', 'Space: push everything aside (Shift+D)'],
  ['note', 'sticky-note', 'Note (T)']
];

export function Toolbox({ diagram }) {
  return html`
    <nav class="toolbox" aria-label="Items and tools">
      ${KINDS.map(({ kind, label, icon, hint }) => html`
        <button type="button" class=${`piece kind-${kind}`} key=${kind} title=${`${hint}. Drag it onto the plan, or onto a dependency.`}
          data-kind=${kind} onPointerDown=${(event) => diagram && drag(diagram, kind, event)}
          onClick=${(event) => diagram && event.detail === 0 && diagram.get('actions').create(kind)}>
          <span class="tile"><${Icon} name=${icon} /></span><span>${label}</span>
        </button>`)}
      <hr />
      ${TOOLS.map(([name, icon, title]) => html`
        <button type="button" class="plain square" key=${name} title=${title} aria-label=${title} data-command=${name}
          onClick=${(event) => use(diagram, name, event)}><${Icon} name=${icon} /></button>`)}
    </nav>`;
}

/** A short press makes the item where there is room; moving drags it to where it is let go. */
function drag(diagram, kind, down) {
  if (down.button !== 0) return;
  const start = { x: down.clientX, y: down.clientY };
  const stop = () => {
    document.removeEventListener('pointermove', move);
    document.removeEventListener('pointerup', up);
  };
  const move = (event) => {
    if (Math.hypot(event.clientX - start.x, event.clientY - start.y) < 5) return;
    stop();
    diagram.get('create').start(event, diagram.get('planElements').freshCard(kind));
  };
  const up = () => {
    stop();
    diagram.get('actions').create(kind);
  };
  document.addEventListener('pointermove', move);
  document.addEventListener('pointerup', up);
}

function use(diagram, name, event) {
  if (!diagram) return;
  if (name === 'connect') diagram.get('globalConnect').start(event);
  else if (name === 'lasso') diagram.get('lassoTool').activateSelection(event);
  else if (name === 'hand') diagram.get('handTool').activateHand(event);
  else if (name === 'space') diagram.get('spaceTool').activateSelection(event);
  else diagram.get('actions').run(name);
}
