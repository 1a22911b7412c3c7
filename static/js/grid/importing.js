// @ts-check
// What a file would change in the table, and which column of a plain spreadsheet is which: shown before anything is done.

import { html, useRef, useState } from 'preact';
import { same } from '../designer/merging.js';
import { ask, newestOnly, Offline } from '../designer/server.js';
import { asked } from './asking.js';
import { summary } from './merging.js';
import { completed, PARTS } from './table.js';

/** @returns {Promise<any>} the table to have, or null
 * @param {{address: string, table: any}} question */
export function askForImport({ address, table }) {
  return asked('Import into this table', 'import-dialog', (close) => html`<${Import} ...${{ address, table, close }} />`);
}

function Import({ address, table, close }) {
  const [state, setState] = useState(/** @type {any} */ ({}));
  const newest = useRef(newestOnly());
  /** Asks what the table would be; `wanted` says which column of a plain spreadsheet is which. */
  const send = async (file, wanted = null) => {
    if (!file) return;
    setState((was) => (wanted ? { ...was, sheet: { ...was.sheet, ...wanted.sheet }, wrong: '' } : { reading: file.name, chosen: file }));
    const body = new FormData();
    body.append('file', file);
    if (wanted) body.append('wanted', JSON.stringify({ columns: wanted.sheet.columns.map((each) => each.goes), keep: wanted.sheet.keep }));
    try {
      const answer = await newest.current((signal) => ask(`${address}/import`, { method: 'POST', body, signal }));
      if (answer) setState({ ...answer, table: answer.table, file: file.name, chosen: file });
    } catch (error) {
      const wrong = error instanceof Offline ? 'No connection: try again when it is back.' : error.message;
      setState((was) => ({ ...(wanted ? was : {}), table: null, wrong, faults: error.problem?.errors ?? [] }));
    }
  };
  const mapped = (sheet) => send(state.chosen, { sheet });
  const next = state.table && completed(state.table);
  const changes = next ? differences(table, next) : [];
  return html`<div class="import">
    <h2>Import into this table</h2>
    <label class="drop-file" onDragOver=${(event) => event.preventDefault()} onDrop=${(event) => { event.preventDefault(); send(event.dataTransfer.files[0]); }}>
      <input type="file" class="file-input" accept=".csv,.tsv,.xlsx,.dmn,.xml" onChange=${(event) => send(event.target.files[0])} />
      <span>${state.file ?? state.reading ?? 'Choose a CSV, Excel or DMN file, or drop it here'}</span>
    </label>
    ${state.reading && !state.wrong && html`<p class="panel-hint">Reading …</p>`}
    ${state.wrong && html`<div class="note tone-bad" role="alert"><div><p>${state.wrong}</p>${state.faults.length > 0 && html`<ul>${state.faults.slice(0, 8).map((fault) => html`<li><code>${fault.pointer}</code> ${fault.message}</li>`)}</ul>`}</div></div>`}
    ${state.sheet && html`<${Mapping} sheet=${state.sheet} become=${mapped} />`}
    ${next && html`
      ${(state.notes ?? []).map((note) => html`<p class="panel-hint">${note}</p>`)}
      <p class="import-summary"><strong>${summary(table, next)}</strong></p>
      ${changes.length > 0 && html`<div class="changes" tabindex="0" role="region" aria-label="Differences"><table><thead><tr><th>Where</th><th>Now</th><th>From the file</th></tr></thead>
        <tbody>${changes.slice(0, 200).map((change) => html`<tr class=${change.kind}><th scope="row">${change.where}</th><td><code>${change.before}</code></td><td><code>${change.after}</code></td></tr>`)}</tbody></table></div>`}
      ${changes.length > 200 && html`<p class="panel-hint">and ${changes.length - 200} more</p>`}`}
    <div class="actions"><button type="button" class="plain" onClick=${() => close(null)}>Cancel</button>
      <button type="button" class="main" disabled=${!changes.length} onClick=${() => close(next)}>Take over</button></div>
  </div>`;
}

/** Which column of a plain spreadsheet is which column of the table. */
function Mapping({ sheet, become }) {
  const taken = new Set(sheet.columns.map((each) => each.goes));
  const goes = (at, value) => become({ ...sheet, columns: sheet.columns.map((each, n) => (n === at ? { ...each, goes: value } : each)) });
  const free = ({ value }, mine) => value === mine || value === '' || value.startsWith('new ') || !taken.has(value);
  const left = sheet.columns.filter((each) => !each.goes).length;
  return html`<section class="mapping" aria-label="Which column is which">
    <h3>Which column is which</h3>
    <p class="panel-hint">${left ? `${left === 1 ? 'One column of the file is' : `${left} columns of the file are`} left out so far; choose where ${left === 1 ? 'it goes' : 'they go'}.` : 'Every column of the file has its place.'}</p>
    <div class="changes" tabindex="0" role="region" aria-label="Columns of the file"><table><thead><tr><th>In the file</th><th>First cells</th><th>Goes to</th></tr></thead>
      <tbody>${sheet.columns.map((column, at) => html`<tr key=${at} class=${column.goes ? '' : 'left-out'}>
        <th scope="row">${column.title || `column ${at + 1}`}</th><td>${column.samples.map((text) => html`<code>${text}</code> `)}</td>
        <td><select aria-label=${`${column.title || `column ${at + 1}`} goes to`} value=${column.goes} onChange=${(event) => goes(at, event.target.value)}>
          ${sheet.choices.filter((choice) => free(choice, column.goes)).map(({ value, label }) => html`<option value=${value} selected=${value === column.goes}>${label}</option>`)}</select></td></tr>`)}</tbody></table></div>
    <label class="check"><input type="checkbox" checked=${sheet.keep} onChange=${(event) => become({ ...sheet, keep: event.target.checked })} />Keep the rows that are not in the file</label>
  </section>`;
}

/** Cell by cell what differs, in the order of the new table. */
export function differences(before, after) {
  const found = [];
  const was = new Map(before.rules.map((rule, row) => [rule.id, { rule, row }]));
  const ids = new Set(after.rules.map((rule) => rule.id));
  for (const field of ['name', 'description', 'hit_policy', 'aggregation']) {
    if (before[field] !== after[field]) found.push({ kind: 'changed', where: field.replace('_', ' '), before: before[field], after: after[field] });
  }
  const columns = (table) => PARTS.flatMap((part) => table[part].map((column, index) => ({ part, index, key: `${part} ${column.id ?? column}`, column, name: column.label || column.expression || column.name || column })));
  const old = new Map(columns(before).map((each) => [each.key, each]));
  const now = columns(after);
  for (const each of now) {
    const known = old.get(each.key);
    if (!known) found.push({ kind: 'added', where: `column ${each.name}`, before: '', after: 'new' });
    else if (!same(known.column, each.column)) {
      for (const field of Object.keys(each.column)) if (known.column[field] !== each.column[field]) found.push({ kind: 'changed', where: `column ${each.name}: ${field}`, before: known.column[field], after: each.column[field] });
    }
  }
  for (const each of old.values()) if (!now.some((other) => other.key === each.key)) found.push({ kind: 'removed', where: `column ${each.name}`, before: 'there', after: '' });
  after.rules.forEach((rule, row) => {
    const known = was.get(rule.id);
    if (!known) return found.push({ kind: 'added', where: `row ${row + 1}`, before: '', after: [...rule.inputs, '→', ...rule.outputs].join('  ') });
    for (const each of now) {
      const place = old.get(each.key);
      const [one, other] = [place ? known.rule[each.part][place.index] ?? '' : '', rule[each.part][each.index] ?? ''];
      if (place && one !== other) found.push({ kind: 'changed', where: `row ${row + 1}, ${each.name}`, before: one, after: other });
    }
  });
  before.rules.forEach((rule, row) => {
    if (!ids.has(rule.id)) found.push({ kind: 'removed', where: `row ${row + 1}`, before: [...rule.inputs, '→', ...rule.outputs].join('  '), after: '' });
  });
  return found;
}
