// @ts-check
import { html, useLayoutEffect, useRef } from 'preact';
import { Icon } from '../../forms/fields/icon.js';

/**
 * A modal dialog: the browser keeps the focus in it and gives it back. In one that comes `unasked` the title has it:
 * what is just being typed presses no button.
 */
export function Dialog({ title, close, children, class: extra = '', plain = false, unasked = false }) {
  const node = useRef(/** @type {HTMLDialogElement | null} */ (null));
  // Not after the next frame: a dialog that can be seen before it is open would miss an Escape.
  const gone = useRef(false);
  useLayoutEffect(() => {
    node.current?.showModal();
    return () => { gone.current = true; };
  }, []);
  // Told a while after the fact: what has the focus by then shall keep it.
  const closed = () => gone.current || close();
  const outside = (event) => event.target === node.current && close();
  return html`
    <dialog class=${`designer-dialog ${extra}`} ref=${node} aria-label=${title} onClose=${closed} onMouseDown=${outside}>
      <div class="inside">
        ${!plain && html`<header><h2 tabindex=${unasked ? -1 : undefined} autofocus=${unasked}>${title}</h2><button type="button" class="plain square" aria-label="Close" onClick=${close}>
          <${Icon} name="x" /></button></header>`}
        ${children}
      </div>
    </dialog>`;
}
