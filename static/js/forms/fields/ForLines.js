// @ts-check
/** For which lines something is: of which specification or category, and what is asked of them. */

import { html } from 'preact';
import { Text } from './fields.js';
import { Icon } from './icon.js';
import { Options } from './Options.js';
import { Reference } from './Reference.js';
import { ACTIONS } from '../words.js';

/** The specifications that are meant. @param {any} document @param {any} names */
export const meantBy = ({ specification, category }, names) => names.specifications.filter((one) => (specification === null || one.key === specification)
  && (!category || one.category === category));

/** @param {{ place: import('../place.js').Place, names: any }} props */
export function ForLines({ place, names }) {
  const { specification, category } = place.value;
  const categories = [...new Set(names.specifications.map((one) => one.category).filter(Boolean))].sort();
  const meant = meantBy(place.value, names).map((one) => one.name);
  const more = meant.length > 8 ? ` and ${meant.length - 8} more` : '';
  return html`
    <div class="pair">
      <${Reference} label="Is of the specification" of="specification" none=${null} empty="Any" ...${place.at('specification')} />
      <${Text} label="Belongs to the category" optional=${true} suggestions=${categories} placeholder="any" ...${place.at('category')} />
    </div>
    <p class="quiet small meant"><${Icon} name="tag" />${specification === null && !category ? 'Every specification is meant.'
      : meant.length ? `Meant: ${meant.slice(0, 8).join(', ')}${more}.` : 'No specification is meant.'}</p>
    <${Options} label="And shall" options=${ACTIONS} ...${place.at('actions')} />`;
}
