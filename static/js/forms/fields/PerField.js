// @ts-check
/** A grouping key: one of the usual ones, or an expression. */

import { html, useEffect, useState } from 'preact';
import { Choice } from './fields.js';
import { FeelField } from './FeelField.js';

const PLAIN = [
  { value: 'order', text: 'Order: one for all of it' },
  { value: 'root line', text: 'Root line: one for each product ordered' },
  { value: 'line', text: 'Line: one for each order line' },
  { value: 'fulfilment line', text: 'Fulfilment line: one for each part' },
  { value: '', text: 'Something else: an expression' }
];

export function PerField({ label, value, commit, variables, problems = [], help = '', words = PLAIN, pointer }) {
  const plain = words.some((one) => one.value === value && value);
  const [own, setOwn] = useState(!plain);
  useEffect(() => setOwn(!plain), [value]);
  return html`
    <${Choice} label=${label} value=${own ? '' : value} options=${words.filter((one) => one.value)} empty="Something else: an expression" help=${help} pointer=${pointer}
      problems=${own ? [] : problems} commit=${(choice) => { setOwn(!choice); if (choice) commit(choice); }} />
    ${own && html`<${FeelField} label="One for each value of" value=${plain ? '' : value} hint="such as: target.attributes.site" variables=${variables}
      problems=${problems} commit=${(text, typing) => text.trim() && commit(text.trim(), typing)} />`}`;
}
