// @ts-check
/** Starts the plan designer on its page. */

import { html, render } from 'preact';
import { loadIcons } from '../../forms/fields/icon.js';
import { ask } from '../../designer/server.js';
import { prepare } from '../tidy/elk.js';
import { Shell } from './Shell.js';

const options = JSON.parse(/** @type {HTMLElement} */ (document.getElementById('start')).textContent ?? '');
const place = /** @type {HTMLElement} */ (document.getElementById('designer'));
const home = /** @type {HTMLElement} */ (place.querySelector('.designer-bar a'));

if (!options.drawn) prepare();

try {
  const [loaded, names] = await Promise.all([
    ask(options.addresses.draft), ask(options.addresses.known_names), loadIcons()
  ]);
  const mark = home.innerHTML;
  place.replaceChildren();
  render(html`<${Shell} options=${options} loaded=${loaded} names=${names} home=${{ href: home.getAttribute('href'), mark }} />`, place);
} catch (error) {
  const message = place.querySelector('[role=status]');
  if (message) message.textContent = `The plan could not be opened: ${/** @type {Error} */ (error).message}. Reload the page to try again.`;
  throw error;
}
