// @ts-check
// A dialog that stands at once, so that the next key goes into it.

import { render } from 'preact';

/** Opens a dialog with what `content` draws; `content` gets a function that closes it with an answer. */
export function asked(label, looks, content) {
  return new Promise((resolve) => {
    const before = /** @type {HTMLElement | null} */ (document.activeElement);
    const dialog = document.createElement('dialog');
    dialog.className = `designer-dialog ${looks}`;
    dialog.setAttribute('aria-label', label);
    let answer = null;
    const close = (value) => {
      answer = value;
      dialog.close();
    };
    dialog.addEventListener('close', () => {
      render(null, dialog);
      dialog.remove();
      before?.focus({ preventScroll: true });
      resolve(answer);
    });
    dialog.addEventListener('pointerdown', (event) => { if (event.target === dialog) close(null); });
    document.body.append(dialog);
    render(content(close), dialog);
    dialog.showModal();
  });
}
