// @ts-check
/** The page around a plan that is only read: an older state, or two states compared. */

import { html, useEffect, useRef, useState } from 'preact';
import { withGhosts } from '../changes/places.js';
import { Panel } from '../panel/Panel.js';
import { ChangePanel, listenForSteps } from '../../versions/ChangePanel.js';
import { Icon } from '../../forms/fields/icon.js';
import { Dialogs, ViewTools } from './Looking.js';
import { Outline } from './Outline.js';
import { openToRead } from './reading.js';
import { useDiagram } from './useDiagram.js';

/** @param {{ start: { plan: any, layout: any, names: any, parts?: any[], summary?: string[], heading?: string } }} props */
export function Reader({ start }) {
  const holder = useRef(/** @type {HTMLElement | null} */ (null));
  const [diagram, setDiagram] = useState(/** @type {any} */ (null));
  const [side, setSide] = useState(start.parts ? 'changes' : 'form');

  useEffect(() => {
    let made = /** @type {any} */ (null);
    let gone = false;
    openToRead(/** @type {HTMLElement} */ (holder.current), {
      plan: start.plan, layout: withGhosts(start.plan, start.layout), names: start.names, changes: start.parts ?? null
    }).then((opened) => {
      if (gone) return opened.destroy();
      made = opened;
      opened.get('eventBus').on('shell.open', ({ what }) => {
        if (what === 'outline') setSide((now) => (now === 'outline' ? (start.parts ? 'changes' : 'form') : 'outline'));
        else if (what === 'panel') setSide('form');
      });
      setDiagram(opened);
      opened.get('canvas').focus();
      performance.mark('plan-open');
      document.documentElement.dataset.ready = 'yes';
    });
    return () => {
      gone = true;
      made?.destroy();
    };
  }, []);

  useEffect(() => {
    if (!diagram || !start.parts) return undefined;
    return listenForSteps((by) => {
      setSide('changes');
      diagram.get('changes').step(by);
    });
  }, [diagram]);

  const sides = [...(start.parts ? [['changes', 'git-compare-arrows', 'Changes']] : []), ['form', 'panel-right', 'Details'], ['outline', 'list-tree', 'Outline']];

  return html`
    <main class="designer-canvas" id="main" aria-label="Plan">
      <div class="plan-canvas" ref=${holder}></div>
      ${diagram && html`<${ViewTools} diagram=${diagram} />`}
    </main>
    <aside class="designer-side" aria-label=${sides.find(([name]) => name === side)?.[2]}>
      <div class="side-choice segments" role="group" aria-label="What is shown here">${sides.map(([name, icon, text]) => html`
        <button type="button" key=${name} class="plain" aria-pressed=${String(side === name)} onClick=${() => setSide(name)}><${Icon} name=${icon} />${text}</button>`)}</div>
      ${diagram && side === 'changes' && html`<${Difference} diagram=${diagram} start=${start} />`}
      ${diagram && side === 'form' && html`<${Panel} diagram=${diagram} />`}
      ${diagram && side === 'outline' && html`<${Outline} diagram=${diagram} close=${() => setSide(start.parts ? 'changes' : 'form')} />`}
    </aside>
    ${diagram && html`<${Dialogs} diagram=${diagram} />`}`;
}

function Difference({ diagram, start }) {
  useDiagram(diagram, ['changes.changed']);
  const [fading, setFading] = useState(false);
  const changes = diagram.get('changes');
  const fade = (on) => {
    setFading(on);
    changes.fade(on);
  };
  return html`
    <${ChangePanel} parts=${changes.parts} shown=${changes.shown()} chosen=${changes.chosen} kinds=${changes.kinds} summary=${start.summary}
      heading=${start.heading} Icon=${Icon} show=${(part) => changes.show(part)} step=${(by) => changes.step(by)} toggle=${(kind) => changes.toggle(kind)}>
      <label class="check change-switch"><input type="checkbox" checked=${fading} onChange=${(event) => fade(event.target.checked)} />Fade what did not change</label>
    <//>`;
}
