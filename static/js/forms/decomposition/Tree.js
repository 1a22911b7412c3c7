// @ts-check
/** The decomposition at one look: the source, what is made of it, and what the other decompositions make of that. */

import { html } from 'preact';
import { Icon } from '../fields/icon.js';
import { goTo } from '../Problems.js';
import { Further } from './Further.js';

/** What there is to say of a target in few words. @param {any} target @param {any} made its specification @returns {string[]} */
export function factsOf({ key, per, condition, quantity, action, attributes }, made) {
  const wanted = made?.attributes ?? [];
  const set = Object.keys(attributes).length;
  return [
    per !== 'line' && `per ${per}`, condition && `if ${condition}`, quantity && `× ${quantity}`, action && 'an action of its own', key && `key ${key}`,
    wanted.length ? `${set} of ${wanted.length} attributes` : set && `${set} ${set === 1 ? 'attribute' : 'attributes'}`
  ].filter(Boolean);
}

/** @param {{ source: any, place: import('../place.js').Place, names: any }} props */
export function Tree({ source, place, names }) {
  return html`
    <div class="split-tree">
      <p><${Icon} name="tag" /><strong>${source.name}</strong> <span class="faint small">${source.domain}</span></p>
      <ul aria-label=${`What ${source.name} is made of`}>${place.value.map((target, n) => {
        const made = names.specifications.find((one) => one.key === target.specification);
        const row = place.row(target);
        const errors = row.within.filter((one) => one.severity === 'error').length;
        const warnings = row.within.length - errors;
        return html`
          <li key=${n}>
            <button type="button" class="plain tiny" onClick=${() => goTo(row.pointer)} title="Go to this target">
              <strong>${made?.name ?? (target.specification || 'Nothing chosen yet')}</strong> <span class="quiet small cut">${factsOf(target, made).join(' · ')}</span>
              ${row.within.length > 0 && html`<span class=${errors ? 'word-bad' : 'word-waits'}><${Icon} name=${errors ? 'circle-x' : 'triangle-alert'} /><span class="hidden">${errors} errors, ${warnings} warnings</span></span>`}
            </button>
            ${made && html`<${Further} names=${names} of=${made.key} />`}
          </li>`;
      })}</ul>
    </div>`;
}
