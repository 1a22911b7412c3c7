// @ts-check
/** The page of one definition: its head, the form of its kind, and beside it what is wrong and whatever else the kind shows. */

import { html, useEffect, useReducer, useRef, useState } from 'preact';
import { showPeople, toneOf } from '../designer/presence.js';
import { WORDS } from '../designer/saving.js';
import { Choices } from './Choices.js';
import { Desk } from './desk.js';
import { Icon } from './fields/icon.js';
import { Epoch } from './fields/typed.js';
import { placeOf } from './place.js';
import { goTo, Problems } from './Problems.js';

/**
 * @typedef {object} KindOfEditor
 * @property {string} kind
 * @property {string} kinds what several of it are called
 * @property {string} icon
 * @property {(props: { place: import('./place.js').Place, names: any, draft: any }) => any} Form
 * @property {{ name: string, icon: string, title: string, Side: (props: any) => any }[]} [sides] what can be looked at beside the form
 */

/** @param {{ draft: any, editor: KindOfEditor }} props */
export function Editor({ draft, editor }) {
  const [, again] = useReducer((count) => count + 1, 0);
  useEffect(() => draft.listen(() => again(null)), []);
  useEffect(() => listenToKeys(draft), []);
  const wide = innerWidth > 900;
  const sides = [...editor.sides ?? [], { name: 'problems', icon: 'circle-alert', title: 'Problems', Side: Problems }];
  const [side, setSide] = useState(wide ? sides[0].name : '');
  const shown = sides.find((one) => one.name === side);
  const place = placeOf(draft);
  const press = (name) => setSide(side === name ? '' : name);

  return html`
    <${Desk.Provider} value=${draft}><${Epoch.Provider} value=${draft.epoch}>
      <${Head} draft=${draft} editor=${editor} sides=${sides} side=${side} press=${press} />
      <div class="editor-body">
        <div class="editor-form form" onFocusOut=${draft.pause}><${editor.Form} place=${place} names=${draft.names} draft=${draft} /></div>
        ${shown && html`<aside class="side-panel" aria-label=${shown.title}>
          <div class="panel-tabs"><h2>${shown.title}</h2><button type="button" class="plain tiny square panel-close" aria-label=${`Close ${shown.title}`} onClick=${() => setSide('')}><${Icon} name="x" /></button></div>
          <div class="panel-body" tabindex="-1"><${shown.Side} draft=${draft} place=${place} names=${draft.names} /></div>
        </aside>`}
      </div>
      <${Said} said=${draft.said} />
      ${draft.choice && html`<${Choices} choice=${draft.choice} draft=${draft} />`}
    <//><//>`;
}

function Head({ draft, editor, sides, side, press }) {
  const { document: { name, key, kind }, options: { links, kinds } } = draft;
  const leave = async (event) => {
    const to = event.currentTarget.href;
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    if (await draft.settle()) location.assign(to);
    else draft.say('Not everything is saved yet; what is not stays here.');
  };
  return html`
    <header class="designer-head">
      <a class="button plain square tiny" href=${links.definitions} aria-label=${`All ${kinds}`} title=${`All ${kinds}`}><${Icon} name="arrow-left" /></a>
      <span class="tile"><${Icon} name=${editor.icon} /></span>
      <h1>${name || key}</h1>
      <span class="faint mono wide-only cut">${key}</span>
      <${State} draft=${draft} />
      <${People} draft=${draft} />
      <div class="designer-acts">
        <button type="button" class="plain tiny square" aria-label="Undo" title="Undo (Ctrl+Z)" disabled=${!draft.canUndo} onClick=${draft.undo}><${Icon} name="undo-2" /></button>
        <button type="button" class="plain tiny square" aria-label="Redo" title="Redo (Ctrl+Shift+Z)" disabled=${!draft.canRedo} onClick=${draft.redo}><${Icon} name="redo-2" /></button>
        ${sides.map((one) => html`<${Toggle} key=${one.name} side=${one} on=${side === one.name} press=${press} draft=${draft} />`)}
        <a class="button plain tiny" href=${links.history} title="History" onClick=${leave}><${Icon} name="history" /><span class="word">History</span></a>
        <a class="button plain tiny" href=${links.text} title="As text" onClick=${leave}><${Icon} name="code" /><span class="word">As text</span></a>
        <a class="button plain tiny" href=${links.rehearse} title="Rehearse" onClick=${leave}><${Icon} name="flask-conical" /><span class="word">Rehearse</span></a>
        <a class="button main tiny" href=${links.publish} onClick=${leave}><${Icon} name="rocket" />Publish …</a>
      </div>
    </header>`;
}

function Toggle({ side, on, press, draft }) {
  const errors = draft.problems.filter((one) => one.severity === 'error').length;
  const count = draft.problems.length;
  const problems = side.name === 'problems';
  const words = !count ? 'No problems' : errors ? `${errors} ${errors === 1 ? 'error' : 'errors'}${count > errors ? `, ${count - errors} ${count - errors === 1 ? 'warning' : 'warnings'}` : ''}`
    : `${count} ${count === 1 ? 'warning' : 'warnings'}`;
  return html`<button type="button" class=${`plain tiny${problems ? ' problem-count' : ''}`} data-side=${side.name} aria-pressed=${String(on)} onClick=${() => press(side.name)}>
    ${problems
      ? html`<span class=${errors ? 'word-bad' : count ? 'word-waits' : 'word-good'}><${Icon} name=${errors ? 'circle-x' : count ? 'triangle-alert' : 'circle-check'} /></span>${words}`
      : html`<${Icon} name=${side.icon} />${side.title}`}</button>`;
}

function State({ draft }) {
  const { state, message } = draft.saved;
  const [icon, words, tone] = WORDS[state];
  return html`
    <span class=${`saving ${tone}`} data-state=${state} role="status" title=${message}><${Icon} name=${icon} /><span>${words}${state === 'refused' ? `: ${message}` : ''}</span></span>`;
}

/** Who else is here, and, in the form, which field each of them is at. */
function People({ draft }) {
  const host = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => { if (host.current) showPeople(host.current, draft.others, ({ place }) => goTo(place)); }, [draft.others]);
  useEffect(() => {
    document.querySelectorAll('.editor-form [data-person]').forEach((field) => field.removeAttribute('data-person'));
    for (const { by, place, me } of draft.others) {
      if (!me && place) document.querySelector(`.editor-form [data-at="${CSS.escape(place)}"]`)?.setAttribute('data-person', String(toneOf(by)));
    }
  });
  return html`<div class="people" ref=${host} hidden></div>`;
}

function Said({ said }) {
  const [shown, setShown] = useState(false);
  useEffect(() => {
    if (!said.n) return undefined;
    setShown(true);
    const timer = setTimeout(() => setShown(false), 5000);
    return () => clearTimeout(timer);
  }, [said.n]);
  return html`<div class=${`said${shown ? ' shown' : ''}`} role="status">${said.text}</div>`;
}

/** Undo is for the whole document; only an expression that is being written has an undo of its own. */
function listenToKeys(draft) {
  const listener = (/** @type {KeyboardEvent} */ event) => {
    const target = /** @type {HTMLElement} */ (event.composedPath()[0]);
    if (event.defaultPrevented || event.altKey || target.closest?.('dialog')) return;
    if (event.key === 'F8') {
      event.preventDefault();
      next(draft, event.shiftKey ? -1 : 1);
    }
    if (!(event.ctrlKey || event.metaKey)) return;
    const key = event.key.toLowerCase();
    const act = key === 'z' ? (event.shiftKey ? draft.redo : draft.undo) : key === 'y' ? draft.redo : key === 's' ? () => draft.settle() : null;
    if (!act) return;
    event.preventDefault();
    act();
  };
  addEventListener('keydown', listener);
  return () => removeEventListener('keydown', listener);
}

let at = -1;
function next(draft, step) {
  const { problems } = draft;
  if (!problems.length) return draft.say('There are no problems.');
  at = (at + step + problems.length) % problems.length;
  draft.say(`${at + 1} of ${problems.length}: ${problems[at].message}`);
  goTo(problems[at].pointer);
}
