// @ts-check
/** What an empty plan says. */

import { html } from 'preact';
import { Icon } from '../../forms/fields/icon.js';
import { useDiagram } from './useDiagram.js';

export function Welcome({ diagram }) {
  useDiagram(diagram, ['commandStack.changed']);
  if (diagram.get('planElements').root().children.length) return null;
  const make = () => diagram.get('actions').run('create');
  return html`
    <div class="blank-plan">
      <${Icon} name="workflow" />
      <h2>Nothing here yet</h2>
      <p>Drag an item from the left, or press <kbd>N</kbd>. With an item selected, <kbd>A</kbd> appends the next one.</p>
      <button type="button" class="main" onClick=${make}><${Icon} name="plus" />New item</button>
      <p class="small quiet"><kbd>?</kbd> lists all keys, <kbd>Ctrl</kbd> <kbd>K</kbd> does anything.</p>
    </div>`;
}
