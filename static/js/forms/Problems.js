// @ts-check
/** What the checks of the server find, worst first; a click goes to the field. */

import { html } from 'preact';
import { Icon } from './fields/icon.js';

const FIELD = 'input, select, textarea, button.feel-text, .feel-host, button, a';

/** Brings the field of a JSON pointer into view and puts the focus there. @param {string} pointer */
export function goTo(pointer) {
  for (let rest = pointer; ; rest = rest.slice(0, rest.lastIndexOf('/'))) {
    const found = /** @type {HTMLElement | null} */ (document.querySelector(`.editor-form [data-at="${CSS.escape(rest)}"]`));
    if (!found && rest) continue;
    const place = found ?? /** @type {HTMLElement} */ (document.querySelector('.editor-form'));
    for (let fold = place.closest('details'); fold; fold = fold.parentElement?.closest('details') ?? null) fold.open = true;
    place.scrollIntoView({ block: 'center' });
    const field = place.matches(FIELD) ? place : place.querySelector(FIELD);
    const inside = field?.shadowRoot?.querySelector('[contenteditable]');
    return /** @type {HTMLElement | null} */ (inside ?? field)?.focus({ preventScroll: true });
  }
}

/** @param {{ draft: any }} props */
export function Problems({ draft }) {
  const { problems, document: { kind } } = draft;
  if (!problems.length) {
    return html`<div class="panel-empty"><${Icon} name="circle-check" /><strong>No problems</strong><p>The checks find nothing wrong with this ${kind}.</p></div>`;
  }
  return html`
    <ul class="findings" aria-label="Problems">${problems.map((problem, n) => html`
      <li key=${n}><button type="button" class="finding" onClick=${() => goTo(problem.pointer)}>
        <span class="finding-text"><span class=${problem.severity === 'error' ? 'word-bad' : 'word-waits'}><${Icon} name=${problem.severity === 'error' ? 'circle-x' : 'triangle-alert'} />
          <span class="hidden">${problem.severity === 'error' ? 'Error: ' : 'Warning: '}</span></span> <span class="message">${problem.message}</span></span>
        ${where(draft.document, problem.pointer) && html`<span class="faint small">${where(draft.document, problem.pointer)}</span>`}
      </button></li>`)}</ul>
    <p class="panel-hint">Errors keep it from being published, never from being saved. <kbd>F8</kbd> goes to the next.</p>`;
}

/** A pointer as people read it: the names of rows instead of their numbers. @param {any} document @param {string} pointer */
export function where(document, pointer) {
  let value = document;
  return pointer.split('/').slice(1).map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~')).map((part) => {
    const inList = Array.isArray(value);
    value = value?.[part];
    if (!inList) return part.replaceAll('_', ' ');
    return typeof value === 'string' ? value : value?.name || value?.key || value?.specification || `no. ${Number(part) + 1}`;
  }).join(' › ');
}
