// @ts-check
/** What something is made of by the other decompositions, all the way down: to read, with ways to them. */

import { html } from 'preact';
import { Icon } from '../fields/icon.js';
import { editorOf } from '../fields/Reference.js';

/** @param {{ names: any, of: string, seen?: string[] }} props `seen` are those above, because drafts may go in circles */
export function Further({ names, of, seen = [] }) {
  const found = names.decompositions.filter(({ source }) => source === of);
  const scenarios = names.scenarios.filter(({ specification, category }) => specification === of
    || (specification === null && category && category === names.specifications.find((one) => one.key === of)?.category));
  const parts = found.flatMap((one) => one.targets.map((target) => ({ target, by: one })));
  if (!parts.length && !scenarios.length) return seen.length ? null : html`<p class="further quiet small"><${Icon} name="corner-down-right" />It is not taken apart further, and no scenario chooses a plan for it.</p>`;
  return html`
    <div class="further">
      ${scenarios.map((one) => html`<p class="quiet small" key=${one.key}><${Icon} name="route" /><a href=${editorOf('scenario', one.key)} target="_blank">${one.name}</a> fulfils it by
        <a href=${editorOf('plan', one.plan)} target="_blank">${names.definitions.plan.find((plan) => plan.key === one.plan)?.name ?? one.plan}</a></p>`)}
      ${parts.length > 0 && html`<ul>${parts.map(({ target, by }, n) => {
        const round = seen.includes(target.specification) || target.specification === of;
        return html`
          <li key=${n}><p class="small"><${Icon} name="corner-down-right" /><span>${names.specifications.find((one) => one.key === target.specification)?.name ?? target.specification}</span>
            <span class="faint">${[target.per !== 'line' && `per ${target.per}`, target.condition && `if ${target.condition}`].filter(Boolean).join(', ')}</span>
            <a class="quiet" href=${editorOf('decomposition', by.key)} target="_blank" title=${`By the decomposition “${by.name}”, in a new tab`}>${by.name}</a></p>
            ${round ? html`<p class="small word-bad">goes round in circles</p>` : html`<${Further} names=${names} of=${target.specification} seen=${[...seen, of]} />`}
          </li>`;
      })}</ul>`}
    </div>`;
}
