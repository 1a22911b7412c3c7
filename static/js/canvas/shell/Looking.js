// @ts-check
/** What stands around any plan that is only read: tools for the view, the finder and the list of keys. */

import { html, useEffect, useState } from 'preact';
import { Finder } from '../finder/Finder.js';
import { Icon } from '../../forms/fields/icon.js';
import { Help } from './Help.js';
import { Toasts } from './Toasts.js';

const TOOLS = ['find', 'zoom-out', 'zoom-in', 'fit', 'help'];

export function ViewTools({ diagram, children }) {
  const actions = diagram.get('actions');
  return html`<div class="floating-tools" role="toolbar" aria-label="View">${TOOLS.map((name) => {
    const { title, icon } = actions.commands.find((one) => one.name === name);
    return html`<button type="button" key=${name} class="plain square" data-command=${name} aria-label=${title} title=${title}
      onClick=${() => actions.run(name)}><${Icon} name=${icon} /></button>`;
  })}${children}</div>`;
}

/** The dialogs that commands ask for, and what is said in passing. */
export function Dialogs({ diagram }) {
  const [dialog, setDialog] = useState(/** @type {any} */ (null));
  useEffect(() => {
    const bus = diagram.get('eventBus');
    const open = ({ what, mode }) => (what === 'finder' || what === 'help') && setDialog({ what, mode });
    bus.on('shell.open', open);
    return () => bus.off('shell.open', open);
  }, [diagram]);
  const close = () => {
    /** @type {HTMLDialogElement | null} */ (document.querySelector('dialog.designer-dialog[open]'))?.close();
    setDialog(null);
    diagram.get('canvas').focus();
  };
  return html`
    ${dialog?.what === 'finder' && html`<${Finder} diagram=${diagram} mode=${dialog.mode} close=${close} />`}
    ${dialog?.what === 'help' && html`<${Help} diagram=${diagram} close=${close} />`}
    <${Toasts} diagram=${diagram} />`;
}
