// @ts-check
/** The bar on top: what is open, whether it is saved, and the commands one needs most. */

import { html, useEffect, useRef, useState } from 'preact';
import { showPeople } from '../../designer/presence.js';
import { WORDS } from '../../designer/saving.js';
import { shownKey } from '../keys/Keys.js';
import { Icon } from '../../forms/fields/icon.js';
import { useDiagram } from './useDiagram.js';

export function Bar({ diagram, home, title, side, setSide }) {
  return html`
    <header class="designer-bar">
      <a class="home" href=${home.href} aria-label="Back to the definition" title="Back to the definition"
        dangerouslySetInnerHTML=${{ __html: home.mark }}></a>
      ${diagram ? html`<${Tools} diagram=${diagram} side=${side} setSide=${setSide} />` : html`<h1>${title}</h1>`}
    </header>`;
}

function Tools({ diagram, side, setSide }) {
  useDiagram(diagram, ['commandStack.changed', 'plan.opened']);
  const { plan } = diagram.get('planElements').root();
  // Whoever clicks goes on with the plan, and so with its keys.
  const back = (/** @type {MouseEvent} */ event) => event.detail > 0 && diagram.get('canvas').focus();
  return html`
    <h1 class="cut" title=${plan.name}>${plan.name}</h1>
    <span class="tag">plan</span>
    <${SaveState} diagram=${diagram} />
    <${People} diagram=${diagram} />
    <div class="tools" role="toolbar" aria-label="Commands" onClick=${back}>
      <${Command} diagram=${diagram} name="undo" />
      <${Command} diagram=${diagram} name="redo" />
      <span class="gap"></span>
      <${Command} diagram=${diagram} name="find" />
      <${Command} diagram=${diagram} name="tidy" />
      <${Command} diagram=${diagram} name="lanes" />
      <span class="gap"></span>
      <${Zoom} diagram=${diagram} />
      <span class="gap"></span>
      <${Toggle} icon="list-tree" text="Outline" on=${side === 'outline'} press=${() => setSide(side === 'outline' ? 'form' : 'outline')} />
      <${Toggle} icon="flask-conical" text="Preview" on=${side === 'scope'} press=${() => setSide(side === 'scope' ? 'form' : 'scope')} />
      <span class="gap"></span>
      <${Command} diagram=${diagram} name="palette" />
      <${Command} diagram=${diagram} name="help" />
      <span class="gap"></span>
      <${Publish} diagram=${diagram} name=${`plan/${plan.key}`} />
    </div>`;
}

function Command({ diagram, name }) {
  const actions = diagram.get('actions');
  const command = actions.commands.find((one) => one.name === name);
  const keys = command.keys[0] ? ` (${shownKey(command.keys[0]).join('+')})` : '';
  return html`<button type="button" class="plain square" data-command=${name} disabled=${!actions.can(command)}
    aria-label=${command.title} title=${command.title + keys} onClick=${() => actions.run(name)}><${Icon} name=${command.icon} /></button>`;
}

function Toggle({ icon, text, on, press }) {
  return html`<button type="button" class="plain" aria-pressed=${String(on)} onClick=${press}><${Icon} name=${icon} />${text}</button>`;
}

function Zoom({ diagram }) {
  useDiagram(diagram, ['view.changed']);
  const scale = Math.round(diagram.get('canvas').zoom() * 100);
  const actions = diagram.get('actions');
  return html`
    <${Command} diagram=${diagram} name="zoom-out" />
    <button type="button" class="plain scale" title="Actual size (1)" aria-label=${`Zoom ${scale} %, set to actual size`}
      onClick=${() => actions.run('actual')}>${scale} %</button>
    <${Command} diagram=${diagram} name="zoom-in" />
    <${Command} diagram=${diagram} name="fit" />`;
}

/** What is saved is what gets published, so the way there opens when it is. */
function Publish({ diagram, name }) {
  const { state } = useSaving(diagram);
  const to = state === 'saved' ? `/releases/publish?name=${encodeURIComponent(name)}` : undefined;
  return html`<a class="button main tiny" role="link" href=${to} aria-disabled=${to ? undefined : 'true'}
    title=${to ? 'See what publishing the draft would change' : 'Publish when everything is saved'}><${Icon} name="rocket" />Publish …</a>`;
}

function useSaving(diagram) {
  const [told, set] = useState(() => ({ state: diagram.get('saving').state, why: '' }));
  useEffect(() => {
    const bus = diagram.get('eventBus');
    const listener = ({ state: now, why: reason }) => set({ state: now, why: reason });
    bus.on('saving.changed', listener);
    return () => bus.off('saving.changed', listener);
  }, [diagram]);
  return told;
}

function SaveState({ diagram }) {
  const { state, why } = useSaving(diagram);
  const [icon, text, tone] = WORDS[state];
  return html`<span class=${`save-state word-${tone}`} role="status" data-state=${state} title=${why || text}>
    <${Icon} name=${icon} />${text}${state === 'refused' && html`<span class="why">: ${why}</span>`}</span>`;
}

function People({ diagram }) {
  const host = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => {
    const bus = diagram.get('eventBus');
    const people = diagram.get('people');
    const show = () => host.current && showPeople(host.current, people.others, (other) => people.goTo(other));
    show();
    bus.on('people.changed', show);
    return () => bus.off('people.changed', show);
  }, [diagram]);
  return html`<span class="people" ref=${host} hidden></span>`;
}
