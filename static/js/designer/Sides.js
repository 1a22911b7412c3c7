// @ts-check
/** Two people changed the same thing: both sides of each, to choose from. Ours is kept where nothing is chosen. */

import { html, useState } from 'preact';

/**
 * @param {{ conflicts: { mine: any, theirs: any }[], by: string, nameOf: (conflict: any) => any, done: (theirs: Set<number>) => void }} props
 *   `done` gets the numbers of those conflicts at which the other side stands
 */
export function Sides({ conflicts, by, nameOf, done }) {
  const [chosen, setChosen] = useState(/** @type {Set<number>} */ (new Set()));
  const choose = (n, other) => setChosen((now) => new Set(other ? [...now, n] : [...now].filter((one) => one !== n)));
  return html`
    <ul class="conflicts">${conflicts.map((conflict, n) => html`
      <li key=${n}><fieldset><legend>${nameOf(conflict)}</legend>
        <div class="sides">${[[false, 'Yours', conflict.mine], [true, `Of ${by}`, conflict.theirs]].map(([side, title, value]) => html`
          <label key=${title} class=${chosen.has(n) === side ? 'chosen' : ''}><input type="radio" name=${`conflict-${n}`} checked=${chosen.has(n) === side}
            onChange=${() => choose(n, side)} /> ${title}<code>${shown(value)}</code></label>`)}</div>
      </fieldset></li>`)}</ul>
    <div class="actions"><button type="button" class="main" onClick=${() => done(chosen)}>Go on</button></div>`;
}

function shown(value) {
  if (value === undefined) return 'removed';
  if (typeof value === 'string') return value || '(empty)';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return value === null ? '(nothing)' : JSON.stringify(value, null, 1).replace(/[{}"[\]\n]/g, ' ').replace(/ +/g, ' ').trim() || '(empty)';
}
