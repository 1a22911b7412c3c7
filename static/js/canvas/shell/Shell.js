// @ts-check
/** The page around the canvas: bar, tools, panel, problems, dialogs. */

import { html, useEffect, useRef, useState } from 'preact';
import { ask } from '../../designer/server.js';
import { openPlan } from '../index.js';
import { Panel } from '../panel/Panel.js';
import { Bar } from './Bar.js';
import { Conflict } from './Conflict.js';
import { Ended } from './Ended.js';
import { Dialogs } from './Looking.js';
import { Outline } from './Outline.js';
import { Problems } from './Problems.js';
import { Scope } from './Scope.js';
import { Toolbox } from './Toolbox.js';
import { Welcome } from './Welcome.js';

/** Whatever stands around the plan: Escape leads back from there. */
const AROUND = '.designer-bar, .toolbox, .problems, .designer-side';

/** @param {{ options: any, loaded: any, names: any, home: any }} props */
export function Shell({ options, loaded, names, home }) {
  const holder = useRef(/** @type {HTMLElement | null} */ (null));
  const [diagram, setDiagram] = useState(/** @type {any} */ (null));
  const [side, setSide] = useState('form');
  const [problems, setProblems] = useState(false);
  const [conflict, setConflict] = useState(/** @type {any} */ (null));
  const [ended, setEnded] = useState(/** @type {any} */ (null));
  const early = useRef(/** @type {any[]} */ ([]));

  useEffect(() => {
    let made = /** @type {any} */ (null);
    let gone = false;
    openPlan(/** @type {HTMLElement} */ (holder.current), {
      plan: loaded.document, layout: loaded.layout, names, author: options.author,
      saving: { ...options.addresses, key: options.key }, checking: options.addresses.check,
      presence: options.addresses.presence, fragments: options.addresses.fragments
    }).then((opened) => {
      if (gone) return opened.destroy();
      made = opened;
      opened.get('eventBus').on('shell.open', ({ what }) => {
        if (what === 'problems') setProblems((shown) => !shown);
        else if (what === 'outline') setSide((now) => (now === 'outline' ? 'form' : 'outline'));
        else if (what === 'scope') setSide((now) => (now === 'scope' ? 'form' : 'scope'));
        else if (what === 'panel') focusPanel(setSide);
      });
      opened.get('eventBus').on('conflict.found', setConflict);
      opened.get('eventBus').on('draft.ended', setEnded);
      // What is brought back at the beginning is told before the page around the plan is drawn.
      opened.get('eventBus').on('said', (said) => { early.current.push(said); });
      opened.get('saving').begin(loaded);
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
    if (!diagram) return undefined;
    const refresh = async () => {
      const answer = await ask(options.addresses.known_names).catch(() => null);
      if (answer) diagram.get('planNames').set(answer);
    };
    // Systems, queues and tables are made in other tabs; coming back here shows them.
    window.addEventListener('focus', refresh);
    return () => window.removeEventListener('focus', refresh);
  }, [diagram]);

  useEffect(() => {
    const back = (/** @type {KeyboardEvent} */ event) => {
      const from = /** @type {HTMLElement} */ (event.target);
      // An expression and a menu have their own use for Escape.
      if (event.key !== 'Escape' || event.defaultPrevented || from.closest('.feel-host') || !from.closest(AROUND)) return;
      diagram?.get('canvas').focus();
    };
    document.addEventListener('keydown', back);
    return () => document.removeEventListener('keydown', back);
  }, [diagram]);

  return html`
    <${Bar} diagram=${diagram} home=${home} title=${loaded.document.name} side=${side} setSide=${setSide} />
    <${Toolbox} diagram=${diagram} />
    <main class="designer-canvas" id="main" aria-label="Plan">
      <div class="plan-canvas" ref=${holder}></div>
      ${diagram && html`<${Welcome} diagram=${diagram} />`}
      ${diagram && html`<${Problems} diagram=${diagram} open=${problems} setOpen=${setProblems} />`}
    </main>
    <aside class="designer-side" id="designer-side" aria-label=${side === 'outline' ? 'Outline' : side === 'scope' ? 'Preview' : 'Form'}>
      ${diagram && side === 'form' && html`<${Panel} diagram=${diagram} />`}
      ${diagram && side === 'outline' && html`<${Outline} diagram=${diagram} close=${() => setSide('form')} />`}
      ${diagram && side === 'scope' && html`<${Scope} diagram=${diagram} addresses=${options.addresses} close=${() => setSide('form')} />`}
    </aside>
    ${ended && html`<${Ended} ended=${ended} list=${options.addresses.definitions} close=${() => setEnded(null)} />`}
    ${conflict && html`<${Conflict} diagram=${diagram} conflict=${conflict} close=${() => setConflict(null)} />`}
    ${diagram && html`<${Dialogs} diagram=${diagram} early=${early.current} />`}`;
}

function focusPanel(setSide) {
  setSide('form');
  requestAnimationFrame(() => {
    const field = /** @type {HTMLElement | null} */ (document.querySelector('#designer-side :is(input, select, textarea, button.feel-text)'));
    field?.focus();
  });
}
