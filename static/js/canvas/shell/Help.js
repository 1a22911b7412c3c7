// @ts-check
/** All keys, made from the list of commands itself. */

import { html } from 'preact';
import { shownKey } from '../keys/Keys.js';
import { Dialog } from './Dialog.js';

const GROUPS = { Make: 'Making', Change: 'Changing', Move: 'Moving', Go: 'Going about', Look: 'Looking', All: 'The whole' };

/** What the mouse does that nothing on the page shows: anywhere, and where a plan is made. */
const TO_LOOK = [
  ['Move the view', 'drag the plan, or anything with Ctrl'], ['Scroll; sideways', 'wheel; Shift and wheel'],
  ['Zoom at the pointer', 'Ctrl and wheel, or two fingers'], ['Select several', 'Shift and click, Shift and drag a frame']
];
const TO_MAKE = [
  ['New item there', 'double click on the plan'], ['Name, condition, note', 'double click on it'],
  ['Append where it goes', 'drag a sign beside the card'], ['Insert into a dependency', 'drop an item on it'],
  ['Wait for another item', 'drag an end of the dependency'], ['Lead it another way', 'drag a stretch of the dependency'],
  ['Give a gesture up', 'Esc']
];

/** What is told of a group: title and keys of each command, once for those that differ in direction alone. */
function rows(commands, group) {
  const found = new Map();
  for (const { group: of, title, keys, told } of commands) {
    if (of === group && keys.length) found.set(told?.[0] ?? title, told ? [told[1]] : keys);
  }
  return [...found];
}

export function Help({ diagram, close }) {
  const { commands, editing } = diagram.get('actions');
  const groups = Object.entries(GROUPS).map(([group, title]) => ({ title, keys: rows(commands, group) })).filter(({ keys }) => keys.length);
  return html`
    <${Dialog} title="Keys" close=${close} class="help">
      <div class="key-groups">
        ${groups.map(({ title, keys: told }) => html`
          <section key=${title}>
            <h3>${title}</h3>
            <dl>${told.map(([title, keys]) => html`
              <div key=${title}><dt>${title}</dt><dd>${keys.map((key, n) => html`${n > 0 && html`<span class="or">or</span>`}
                ${shownKey(key).map((part) => html`<kbd>${part}</kbd>`)}`)}</dd></div>`)}
            </dl>
          </section>`)}
        <section>
          <h3>By mouse</h3>
          <dl>${[...TO_LOOK, ...(editing.allowed ? TO_MAKE : [])].map(([what, how]) => html`<div key=${what}><dt>${what}</dt><dd>${how}</dd></div>`)}</dl>
        </section>
      </div>
    <//>`;
}
