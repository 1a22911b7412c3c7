// @ts-check
/** What stands around any plan, made or only read: tools for the view, the finder and the list of keys. */

import { html, useLayoutEffect, useState } from 'preact';
import { Finder } from '../finder/Finder.js';
import { Icon } from '../../forms/fields/icon.js';
import { Fragment } from './Fragment.js';
import { Help } from './Help.js';
import { Toasts } from './Toasts.js';

const DIALOGS = new Set(['finder', 'help', 'fragment']);
const TOOLS = ['find', 'zoom-out', 'zoom-in', 'fit', 'help'];

export function ViewTools({ diagram, children }) {
  const actions = diagram.get('actions');
  return html`<div class="floating-tools" role="toolbar" aria-label="View">${TOOLS.map((name) => {
    const { title, icon } = actions.commands.find((one) => one.name === name);
    return html`<button type="button" key=${name} class="plain square" data-command=${name} aria-label=${title} title=${title}
      onClick=${() => actions.run(name)}><${Icon} name=${icon} /></button>`;
  })}${children}</div>`;
}

/** The dialogs that commands ask for, and what is said in passing; `early` was said before there was anything to say it. */
export function Dialogs({ diagram, early = [] }) {
  const [dialog, setDialog] = useState(/** @type {any} */ (null));
  // Before the next key is heard, which may ask for one of them already.
  useLayoutEffect(() => {
    const bus = diagram.get('eventBus');
    const open = ({ what, mode }) => DIALOGS.has(what) && setDialog({ what, mode });
    bus.on('shell.open', open);
    return () => bus.off('shell.open', open);
  }, [diagram]);
  const close = () => {
    // An open modal dialog keeps the focus to itself; it must be closed before the canvas can have it.
    /** @type {HTMLDialogElement | null} */ (document.querySelector('dialog.designer-dialog[open]'))?.close();
    setDialog(null);
    diagram.get('canvas').focus();
  };
  return html`
    ${dialog?.what === 'finder' && html`<${Finder} diagram=${diagram} mode=${dialog.mode} close=${close} />`}
    ${dialog?.what === 'help' && html`<${Help} diagram=${diagram} close=${close} />`}
    ${dialog?.what === 'fragment' && html`<${Fragment} diagram=${diagram} close=${close} />`}
    <${Toasts} diagram=${diagram} early=${early} />`;
}
