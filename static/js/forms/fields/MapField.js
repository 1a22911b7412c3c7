// @ts-check
/** Names and expressions: the request of a call, the result of an item, the inputs of a decision. */

import { html, useEffect, useRef, useState } from 'preact';
import { Icon } from './icon.js';
import { FeelField } from './FeelField.js';
import { Findings } from './fields.js';

/** What is done where a value is empty, for the fields of a request and of a result. */
export const REQUEST_EMPTIES = [['stop', 'If empty: stop the item'], ['null', 'If empty: send null'], ['omit', 'If empty: leave it out']];
export const RESULT_EMPTIES = [['stop', 'If empty: the item fails'], ['null', 'If empty: keep null']];

/** @typedef {string | { value: string, empty?: string }} Entry an expression, or one that says what an empty value means */

/**
 * @param {{ label: string, value: Record<string, Entry> | undefined, commit: (value: Record<string, Entry>) => void,
 *   variables: () => any[], problems: any[], at: string, help?: string, names?: string[], pattern?: RegExp, wanted?: string,
 *   empties?: string[][] }} props
 *   `names` are those that the other side asks for; `at` is where in the item the map stands
 */
export function MapField({ label, value = {}, commit, variables, problems, at, help = '', names = [], wanted = 'name', empties = [], pointer }) {
  const [rows, setRows] = useState(() => rowsOf(value));
  const own = useRef(JSON.stringify(value));
  useEffect(() => {
    const now = JSON.stringify(value);
    if (now !== own.current) {
      own.current = now;
      setRows(rowsOf(value));
    }
  }, [value]);

  const put = (next) => {
    setRows(next);
    const complete = Object.fromEntries(next.filter(([name]) => name.trim()).map(([name, text, empty]) =>
      [name.trim(), empty === 'stop' ? text : { value: text, empty }]));
    own.current = JSON.stringify(complete);
    commit(complete);
  };
  const change = (n, name, text, empty) => put(rows.map((row, at_) => (at_ === n ? [name, text, empty] : row)));
  const missing = names.filter((name) => !rows.some(([has]) => has === name));
  const general = problems.filter((one) => one.at === at);
  const given = rows.map(([name]) => name.trim());
  const of = (name) => problems.filter((one) => one.at === `${at}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`);

  return html`
    <div class="field map" data-at=${pointer}><span class="label">${label}</span>
      ${rows.length > 0 && html`<div class="rows">${rows.map(([name, text, empty], n) => html`
        <div class="row" key=${n}>
          <input type="text" aria-label=${`${label}: ${wanted} ${n + 1}`} value=${name} placeholder=${wanted} autocomplete="off"
            onChange=${(event) => change(n, event.target.value, text, empty)} />
          <${FeelField} bare=${true} label=${`${label}: ${name || wanted}`} value=${text} hint="expression" variables=${variables}
            problems=${[...of(name), ...unsaid(given, n, text, wanted)]} commit=${(now) => change(n, name, now, empty)} />
          <button type="button" class="plain square" aria-label=${`Remove ${name || 'this row'}`} onClick=${() => put(rows.filter((_, at_) => at_ !== n))}>
            <${Icon} name="x" /></button>
          ${empties.length > 0 && text.trim() && html`<select class="empty" aria-label=${`${label}: ${name || wanted}, if empty`} value=${empty}
            onChange=${(event) => change(n, name, text, event.target.value)}>
            ${empties.map(([choice, words]) => html`<option key=${choice} value=${choice}>${words}</option>`)}</select>`}
        </div>`)}</div>`}
      <${Findings} problems=${general} />
      <div class="adds">
        ${missing.map((name) => html`<button type="button" class="tiny" key=${name} onClick=${() => put([...rows, [name, '', 'stop']])}><${Icon} name="plus" />${name}</button>`)}
        <button type="button" class="plain tiny" onClick=${() => setRows([...rows, ['', '', 'stop']])}><${Icon} name="plus" />${rows.length ? 'Another' : `Add ${/^[aeiou]/.test(wanted) ? 'an' : 'a'} ${wanted}`}</button>
      </div>
      ${help && html`<p class="help">${help}</p>`}
    </div>`;
}

/** Name, expression, and what an empty value means. @param {Record<string, Entry>} value @returns {string[][]} */
function rowsOf(value) {
  return Object.entries(value).map(([name, entry]) =>
    typeof entry === 'string' ? [name, entry, 'stop'] : [name, entry.value, entry.empty ?? 'stop']);
}

/** Why a row is not saved, where it is not. @param {string[]} given the names of all rows */
function unsaid(given, n, text, wanted) {
  const problem = (/** @type {string} */ message) => [{ severity: 'error', message }];
  if (!given[n]) return text.trim() ? problem(`Name the ${wanted}; without a name it is not saved.`) : [];
  return given.indexOf(given[n], n + 1) === -1 ? [] : problem(`${given[n]} stands here twice; the last one is saved.`);
}
