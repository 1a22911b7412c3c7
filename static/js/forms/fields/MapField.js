// @ts-check
/** Names and expressions: the request of a call, the result of an item, the inputs of a decision. */

import { html, useEffect, useRef, useState } from 'preact';
import { Icon } from './icon.js';
import { FeelField } from './FeelField.js';
import { Findings } from './fields.js';

/**
 * @param {{ label: string, value: Record<string, string> | undefined, commit: (value: Record<string, string>) => void,
 *   variables: () => any[], problems: any[], at: string, help?: string, names?: string[], pattern?: RegExp, wanted?: string }} props
 *   `names` are those that the other side asks for; `at` is where in the item the map stands
 */
export function MapField({ label, value = {}, commit, variables, problems, at, help = '', names = [], wanted = 'name', pointer }) {
  const [rows, setRows] = useState(() => Object.entries(value));
  const own = useRef(JSON.stringify(value));
  useEffect(() => {
    const now = JSON.stringify(value);
    if (now !== own.current) {
      own.current = now;
      setRows(Object.entries(value));
    }
  }, [value]);

  const put = (next) => {
    setRows(next);
    const complete = Object.fromEntries(next.filter(([name]) => name.trim()).map(([name, text]) => [name.trim(), text]));
    own.current = JSON.stringify(complete);
    commit(complete);
  };
  const change = (n, name, text) => put(rows.map((row, at_) => (at_ === n ? [name, text] : row)));
  const missing = names.filter((name) => !rows.some(([has]) => has === name));
  const general = problems.filter((one) => one.at === at);
  const given = rows.map(([name]) => name.trim());
  const of = (name) => problems.filter((one) => one.at === `${at}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`);

  return html`
    <div class="field map" data-at=${pointer}><span class="label">${label}</span>
      ${rows.length > 0 && html`<div class="rows">${rows.map(([name, text], n) => html`
        <div class="row" key=${n}>
          <input type="text" aria-label=${`${label}: ${wanted} ${n + 1}`} value=${name} placeholder=${wanted} autocomplete="off"
            onChange=${(event) => change(n, event.target.value, text)} />
          <${FeelField} bare=${true} label=${`${label}: ${name || wanted}`} value=${text} hint="expression" variables=${variables}
            problems=${[...of(name), ...unsaid(given, n, text, wanted)]} commit=${(now) => change(n, name, now)} />
          <button type="button" class="plain square" aria-label=${`Remove ${name || 'this row'}`} onClick=${() => put(rows.filter((_, at_) => at_ !== n))}>
            <${Icon} name="x" /></button>
        </div>`)}</div>`}
      <${Findings} problems=${general} />
      <div class="adds">
        ${missing.map((name) => html`<button type="button" class="tiny" key=${name} onClick=${() => put([...rows, [name, '']])}><${Icon} name="plus" />${name}</button>`)}
        <button type="button" class="plain tiny" onClick=${() => setRows([...rows, ['', '']])}><${Icon} name="plus" />${rows.length ? 'Another' : `Add ${/^[aeiou]/.test(wanted) ? 'an' : 'a'} ${wanted}`}</button>
      </div>
      ${help && html`<p class="help">${help}</p>`}
    </div>`;
}

/** Why a row is not saved, where it is not. @param {string[]} given the names of all rows */
function unsaid(given, n, text, wanted) {
  const problem = (/** @type {string} */ message) => [{ severity: 'error', message }];
  if (!given[n]) return text.trim() ? problem(`Name the ${wanted}; without a name it is not saved.`) : [];
  return given.indexOf(given[n], n + 1) === -1 ? [] : problem(`${given[n]} stands here twice; the last one is saved.`);
}
