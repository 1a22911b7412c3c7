// @ts-check
// Starts the editor of a definition on its page: the module of its kind says what the form looks like.

import { html, render } from 'preact';
import { ask } from '../designer/server.js';
import { openDraft } from './draft.js';
import { Editor } from './Editor.js';
import { loadIcons } from './fields/icon.js';

const options = JSON.parse(/** @type {HTMLElement} */ (document.getElementById('start')).textContent ?? '');
const place = /** @type {HTMLElement} */ (document.getElementById('editor'));

try {
  const [loaded, names, { editor }] = await Promise.all([
    ask(`${options.address}/draft`), ask(`${options.address}/names`), import(options.editor), loadIcons()
  ]);
  const { draft, begin } = openDraft(options, loaded, names);
  place.replaceChildren();
  render(html`<${Editor} draft=${draft} editor=${editor} />`, place);
  await begin();
  place.dataset.ready = 'true';
} catch (error) {
  const message = place.querySelector('[role=status]');
  if (message) message.textContent = `It could not be opened: ${/** @type {Error} */ (error).message}. Reload the page to try again.`;
  throw error;
}
