// @ts-check
/** The plan that a rehearsal generates, within its page: what becomes of a card is told beside it. */

import { html, useEffect, useRef, useState } from 'preact';
import { Icon } from '../../forms/fields/icon.js';
import { kindOf, whoOf } from '../plan/kinds.js';
import { Dialogs, ViewTools } from './Looking.js';
import { openToRead } from './reading.js';
import { useDiagram } from './useDiagram.js';

/** @typedef {import('../outcomes/Outcomes.js').Fate} Fate */

/** @param {{ start: { plan: any, names: any, parts: any[], fates: Record<string, Fate>, critical: string[] }, place: HTMLElement }} props */
export function Generated({ start, place }) {
  const holder = useRef(/** @type {HTMLElement | null} */ (null));
  const [diagram, setDiagram] = useState(/** @type {any} */ (null));
  const [whole, setWhole] = useState(false);

  useEffect(() => {
    const canvas = /** @type {HTMLElement} */ (holder.current);
    const { plan, names, parts: changes, ...outcomes } = start;
    openToRead(canvas, { plan, names, changes, outcomes }, ['outline', 'edit', 'svg', 'png']).then((opened) => {
      setDiagram(opened);
      place.dataset.ready = 'yes';
    });
    // The page scrolls on below a plan that nobody has clicked: a wheel that stops there would hold its reader up.
    canvas.addEventListener('wheel', (event) => {
      if (!event.ctrlKey && !document.fullscreenElement && !canvas.contains(document.activeElement)) event.stopPropagation();
    }, { capture: true });
  }, []);

  useEffect(() => {
    if (!diagram) return undefined;
    const shown = (/** @type {MouseEvent} */ event) => {
      const link = /** @type {HTMLElement} */ (event.target).closest('a[data-item]');
      const card = link && diagram.get('planElements').byKey(`i${/** @type {HTMLElement} */ (link).dataset.item}`);
      if (!card) return;
      event.preventDefault();
      place.scrollIntoView({ block: 'nearest' });
      diagram.get('actions').select(card);
      diagram.get('canvas').focus();
    };
    const resized = () => {
      setWhole(document.fullscreenElement === place);
      document.documentElement.classList.toggle('designing', document.fullscreenElement === place);
      diagram.get('canvas').resized();
      diagram.get('view').fit();
    };
    document.addEventListener('click', shown);
    document.addEventListener('fullscreenchange', resized);
    return () => {
      document.removeEventListener('click', shown);
      document.removeEventListener('fullscreenchange', resized);
    };
  }, [diagram]);

  const enlarge = () => void (whole ? document.exitFullscreen() : place.requestFullscreen());

  return html`
    <div class="plan-canvas" ref=${holder}></div>
    ${diagram && html`
      <${ViewTools} diagram=${diagram}><button type="button" class="plain square" aria-label=${whole ? 'Back to the page' : 'Fill the screen'}
        title=${whole ? 'Back to the page' : 'Fill the screen'} onClick=${enlarge}><${Icon} name=${whole ? 'minimize-2' : 'fullscreen'} /></button><//>
      <${Told} diagram=${diagram} />
      <${Dialogs} diagram=${diagram} />`}`;
}

/** What becomes of the one selected card. */
function Told({ diagram }) {
  useDiagram(diagram, ['selection.changed']);
  const card = diagram.get('actions').selected('item');
  const fate = /** @type {Fate} */ (card && diagram.get('outcomes').of(card));
  const { name, kind, key } = card?.item ?? {};
  const view = diagram.get('canvas').viewbox();
  const side = card && card.x + card.width / 2 > view.x + view.width / 2 ? 'left' : 'right'; // never over what it is about
  const who = card && whoOf(card.item, diagram.get('planNames').current);
  return html`
    <aside class=${`fate ${side}`} aria-live="polite" aria-label="What becomes of the item" hidden=${!card}>${card && html`
    <header class=${`kind-${kind}`}><span class="tile"><${Icon} name=${kindOf(kind).icon} /></span><h3>${name}</h3>
      <button type="button" class="plain square" aria-label="Close" title="Close (Esc)" onClick=${() => diagram.get('selection').select(null)}><${Icon} name="x" /></button></header>
    <p><span class=${`state tone-${fate.look.tone}`}><${Icon} name=${fate.look.icon} />${fate.verdict}</span></p>
    ${fate.reason && html`<p>${fate.reason}</p>`}
    ${fate.changes.length > 0 && html`<ul class="notes">${fate.changes.map((change) => html`<li key=${change}>${change}</li>`)}</ul>`}
    <dl>
      ${who && html`<div><dt>Done by</dt><dd>${who}</dd></div>`}
      ${fate.facts.map(([label, text]) => html`<div key=${label}><dt>${label}</dt><dd>${text}</dd></div>`)}
      <div><dt>Of plan</dt><dd><a href=${fate.plan[1]}>${fate.plan[0]}</a></dd></div>
    </dl>
    <a href=${`#row-${key.slice(1)}`}>Show in the table</a>`}</aside>`;
}
