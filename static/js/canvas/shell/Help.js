// @ts-check
/** All keys, made from the list of commands itself. */

import { html } from 'preact';
import { shownKey } from '../keys/Keys.js';
import { Dialog } from './Dialog.js';

const GROUPS = { Make: 'Making', Change: 'Changing', Move: 'Moving', Go: 'Going about', Look: 'Looking', All: 'The whole' };

export function Help({ diagram, close }) {
  const { commands } = diagram.get('actions');
  return html`
    <${Dialog} title="Keys" close=${close} class="help">
      <div class="key-groups">
        ${Object.entries(GROUPS).map(([group, title]) => html`
          <section key=${group}>
            <h3>${title}</h3>
            <dl>${commands.filter((one) => one.group === group && one.keys.length).map((one) => html`
              <div key=${one.name}><dt>${one.title}</dt><dd>${one.keys.map((key, n) => html`${n > 0 && html`<span class="or">or</span>`}
                ${shownKey(key).map((part) => html`<kbd>${part}</kbd>`)}`)}</dd></div>`)}
            </dl>
          </section>`)}
      </div>
    <//>`;
}
