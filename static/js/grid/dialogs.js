// @ts-check
// The questions that need room of their own: a column, a conflict, the list of keys.

import { html, useEffect, useRef, useState } from 'preact';
import { feelEditor } from '../designer/feel_editor.js';
import { ask, newestOnly } from '../designer/server.js';
import { asked } from './asking.js';
import { SHORTCUTS } from './keys.js';
import { TYPES } from './table.js';

function FeelField({ label, text, dialect, placeholder, onChange, fault, names = [] }) {
  const host = useRef(null);
  const editor = useRef(/** @type {any} */ (null));
  useEffect(() => {
    editor.current = feelEditor(/** @type {any} */ (host.current), { label, text, dialect, placeholder, onChange, names });
    return () => editor.current.destroy();
  }, []);
  useEffect(() => editor.current?.wrong(fault ?? null), [fault]);
  return html`<div class="feel-field" aria-invalid=${fault ? 'true' : undefined} ref=${host}></div>`;
}

// --- a column

const WHAT = { inputs: 'input column', outputs: 'output column', annotations: 'annotation' };

/** @returns {Promise<any>} the column as it should be, or null
 * @param {{part: import('./table.js').Part, column: any, fresh: boolean, address: string, taken: string[], names: any[]}} question
 *   `names` are what expressions can speak of */
export function askForColumn({ part, column, fresh, address, taken, names }) {
  return asked(fresh ? `New ${WHAT[part]}` : `Change ${WHAT[part]}`, 'column-dialog', (close) => html`<${ColumnForm} ...${{ part, column, fresh, address, taken, names, close }} />`);
}

/** What a text of a column is checked as. */
const PART_OF = { allowed: 'inputs', default: 'outputs', expression: 'expression' };

function ColumnForm({ part, column, fresh, address, taken, names, close }) {
  const [draft, setDraft] = useState(part === 'annotations' ? { label: column } : column);
  const [faults, setFaults] = useState(/** @type {Record<string, any>} */ ({}));
  const newest = useRef({ expression: newestOnly(), allowed: newestOnly(), default: newestOnly() });
  const set = (field, value) => {
    setDraft((was) => ({ ...was, [field]: value }));
    if (!['expression', 'allowed', 'default'].includes(field)) return;
    newest.current[field]((signal) => ask(`${address}/cell`, { method: 'POST', signal, body: { part: PART_OF[field], type: draft.type ?? 'Any', text: value } }))
      .then((answer) => answer && setFaults((was) => ({ ...was, [field]: value.trim() ? answer.fault : null })))
      .catch(() => {});
  };
  const nameTaken = part === 'outputs' && taken.includes(draft.name);
  const submit = (event) => {
    event.preventDefault();
    if (nameTaken) return;
    close(part === 'annotations' ? draft.label.trim() || 'Note' : draft);
  };
  return html`<form method="dialog" onSubmit=${submit}>
    <h2>${fresh ? 'New' : 'Change'} ${WHAT[part]}</h2>
    <div class="field"><label for="column-label">${part === 'annotations' ? 'Name' : 'Title'}</label>
      <input id="column-label" autofocus value=${draft.label} onInput=${(event) => set('label', event.target.value)} placeholder=${part === 'inputs' ? 'e.g. Customer segment' : 'e.g. Discount'} /></div>
    ${part === 'inputs' && html`<div class="field"><span class="label">Looks at</span>
      <${FeelField} label="Looks at (FEEL expression)" text=${draft.expression} dialect="expression" placeholder="customer.segment" names=${names} fault=${faults.expression} onChange=${(text) => set('expression', text)} />
      ${faults.expression ? html`<p class="wrong">${faults.expression.message}</p>` : html`<p class="help">A name, or any FEEL expression; its value is what the cells test.</p>`}</div>`}
    ${part === 'outputs' && html`<div class="field"><label for="column-name">Name in the result</label>
      <input id="column-name" class="mono" value=${draft.name} onInput=${(event) => set('name', event.target.value)} aria-invalid=${nameTaken ? 'true' : undefined} placeholder="discount" />
      ${nameTaken && html`<p class="wrong">Another output has this name.</p>`}</div>`}
    ${part !== 'annotations' && html`<div class="field"><label for="column-type">Type</label>
      <select id="column-type" value=${draft.type} onChange=${(event) => set('type', event.target.value)}>${[...new Set([...TYPES, draft.type])].map((type) => html`<option value=${type}>${type === 'Any' ? 'Any: not checked' : type}</option>`)}</select></div>
      <div class="field"><span class="label">Allowed values <span class="required">optional</span></span>
      <${FeelField} label="Allowed values" text=${draft.allowed} dialect="unaryTests" placeholder=${draft.type === 'number' ? '[0..100]' : '"gold", "silver", "bronze"'} fault=${faults.allowed} onChange=${(text) => set('allowed', text)} />
      ${faults.allowed ? html`<p class="wrong">${faults.allowed.message}</p>` : html`<p class="help">${part === 'outputs' ? 'Their order is the priority, where the hit policy asks for one.' : 'They are offered in the cells, and make gaps exact.'}</p>`}</div>`}
    ${part === 'outputs' && html`<div class="field"><span class="label">Default <span class="required">optional</span></span>
      <${FeelField} label="Default" text=${draft.default} dialect="expression" placeholder="nothing" names=${names} fault=${faults.default} onChange=${(text) => set('default', text)} />
      ${faults.default && html`<p class="wrong">${faults.default.message}</p>`}</div>`}
    <div class="actions"><button type="button" class="plain" onClick=${() => close(null)}>Cancel</button><button class="main">${fresh ? 'Add column' : 'Change column'}</button></div>
  </form>`;
}

// --- two people, one cell; this comes unasked: the title has the focus, and what is just being typed presses no button

/** @returns {Promise<'mine' | 'theirs' | 'discard'>}
 * @param {{by: string, conflicts: import('./merging.js').Conflict[]}} question */
export async function askAboutConflict({ by, conflicts }) {
  return (await asked('Somebody else changed the same cells', 'conflict-dialog', (close) => html`<div class="conflict">
    <h2 tabindex="-1" autofocus>${by} changed the same ${conflicts.length === 1 ? 'cell' : 'cells'}</h2>
    <p>Everything else that you both did is kept. For ${conflicts.length === 1 ? 'this one' : 'these'}, choose:</p>
    <div class="changes" tabindex="0" role="region" aria-label="Conflicts"><table><thead><tr><th>Where</th><th>Before</th><th>Yours</th><th>${by}</th></tr></thead>
      <tbody>${conflicts.slice(0, 100).map((each) => html`<tr><th scope="row">${each.where}</th><td><code>${each.base}</code></td><td><code>${each.mine}</code></td><td><code>${each.theirs}</code></td></tr>`)}</tbody></table></div>
    <div class="actions"><button type="button" class="plain" onClick=${() => close('discard')}>Drop all my unsaved changes</button>
      <button type="button" onClick=${() => close('theirs')}>Take theirs here</button><button type="button" class="main" onClick=${() => close('mine')}>Keep mine here</button></div>
  </div>`)) ?? 'mine';
}

/** The draft was published or discarded elsewhere. @returns {Promise<'again' | 'reload'>} */
export async function askAboutGone() {
  return (await asked('The draft is gone', 'conflict-dialog', (close) => html`<div class="conflict">
    <h2 tabindex="-1" autofocus>The draft was published or discarded meanwhile</h2>
    <p>Your changes are still here. Start a new draft with them, or drop them and see what is there now.</p>
    <div class="actions"><button type="button" class="plain" onClick=${() => close('reload')}>Drop my changes</button><button type="button" class="main" onClick=${() => close('again')}>Start a new draft</button></div>
  </div>`)) ?? 'again';
}

/** What cannot be undone by a key is said before it is done. @returns {Promise<boolean>} */
export async function confirmed(title, text, yes) {
  return (await asked(title, 'confirm-dialog', (close) => html`<div class="conflict"><h2>${title}</h2><p>${text}</p>
    <div class="actions"><button type="button" class="plain" onClick=${() => close(false)}>Cancel</button><button type="button" class="main" autofocus onClick=${() => close(true)}>${yes}</button></div></div>`)) === true;
}

export function showKeys() {
  return asked('Keys', 'keys-dialog', (close) => html`<div class="keys"><h2>Keys</h2>
    <div class="keys-groups" tabindex="0" role="region" aria-label="List of keys">${SHORTCUTS.map(([title, keys]) => html`<section><h3>${title}</h3><dl>${keys.map(([key, what]) => html`<div><dt><kbd>${key}</kbd></dt><dd>${what}</dd></div>`)}</dl></section>`)}</div>
    <div class="actions"><button type="button" class="main" autofocus onClick=${() => close(null)}>Close</button></div></div>`);
}
