// @ts-check
/** One operation, really called: what is sent, and what comes back. The server calls; this page never does. */

import { html, useContext, useEffect, useId, useState } from 'preact';
import { ask } from '../../designer/server.js';
import { Desk } from '../desk.js';
import { Choice } from '../fields/fields.js';
import { Icon } from '../fields/icon.js';

/** @param {string} text @returns {string} what is wrong with it as the fields of a request */
const wrong = (text) => {
  try {
    const value = JSON.parse(text || '{}');
    return value && typeof value === 'object' && !Array.isArray(value) ? '' : 'Write an object: {"name": "value"}.';
  } catch (error) {
    return `This is no JSON: ${/** @type {Error} */ (error).message}.`;
  }
};

/** @param {{ draft: any }} props */
export function Try({ draft }) {
  const desk = useContext(Desk);
  const { key, operations } = draft.document;
  const [reach, setReach] = useState(/** @type {any} */ (null));
  const [chosen, setChosen] = useState('');
  const [body, setBody] = useState('{}');
  const [busy, setBusy] = useState(false);
  const [outcome, setOutcome] = useState(/** @type {any} */ (null));
  const operation = operations.find((one) => one.key === chosen) ?? operations[0];
  useEffect(() => { ask(`/systems/${key}/reach`).then(setReach, (error) => setReach({ url: '', source: error.message })); }, []);

  const send = async () => {
    setBusy(true);
    try {
      if (!await desk.settle()) return setOutcome({ refused: 'The draft is not saved yet; try again in a moment.' });
      setOutcome(await ask(`/systems/${key}/try`, { method: 'POST', body: { operation: operation.key, body: JSON.parse(body || '{}') } }));
    } catch (error) {
      setOutcome({ refused: /** @type {Error} */ (error).message });
    } finally {
      setBusy(false);
    }
  };

  if (!operations.length) return html`<p class="quiet">Add an operation first; then it can be tried out here.</p>`;
  return html`
    <div class="form try">
      <${Choice} label="Operation" value=${operation.key} commit=${setChosen} options=${operations.map((one) => ({ value: one.key, text: one.name }))} />
      ${operation.method !== 'GET' && html`<${Request} body=${body} change=${setBody} />`}
      ${reach && !reach.url && html`<p class="wrong mild"><${Icon} name="unplug" /><span>It cannot be tried yet: ${reach.source}.</span></p>`}
      ${reach?.url && html`
        <p class="wrong mild"><${Icon} name="triangle-alert" /><span>This really calls ${operation.method} <code>${reach.url.replace(/\/$/, '')}${operation.path}</code>, ${reach.source}.
          Whatever it does there is done. The draft's own address is not used.</span></p>
        ${operation.reply === 'callback' && html`<p class="quiet small">It is given no address to call back, so only its first answer is seen.</p>`}
        <button type="button" class="main" disabled=${busy || Boolean(wrong(body))} onClick=${send}><${Icon} name="send" />${busy ? 'Waiting for the answer …' : 'Send for real'}</button>`}
      <div aria-live="polite">${outcome && html`<${Outcome} ...${outcome} />`}</div>
    </div>`;
}

/** Read at every stroke, so that nothing moves away from under the mouse that goes to the button. */
function Request({ body, change }) {
  const id = useId();
  const reason = wrong(body);
  return html`<div class="field"><label for=${id}>Request</label>
    <textarea id=${id} class="code" rows="6" value=${body} aria-invalid=${reason ? 'true' : undefined} aria-describedby=${`${id}-note`} onInput=${(event) => change(event.target.value)}></textarea>
    <p id=${`${id}-note`} class=${reason ? 'wrong' : 'help'}>${reason || 'The fields of the request, as JSON.'}</p></div>`;
}

function Outcome({ refused, status, reason, told, took, call, key, headers = {}, body, cut }) {
  if (refused) return html`<p class="wrong"><${Icon} name="circle-x" /><span>${refused}</span></p>`;
  const tone = !status ? 'bad' : status < 300 ? 'good' : status < 500 && status >= 400 ? 'waits' : 'bad';
  return html`
    <section class="outcome" aria-label="What came back">
      <p class="row"><span class=${`state tone-${tone}`}><${Icon} name=${tone === 'good' ? 'circle-check' : 'circle-x'} />${status ? `${status} ${reason}` : 'No answer'}</span><span class="quiet small">after ${took} ms</span></p>
      <p>${told}</p>
      ${body && html`<pre tabindex="0" aria-label="Body">${body}</pre>`}
      ${cut && html`<p class="quiet small">Only its beginning is shown.</p>`}
      <details class="section"><summary><${Icon} name="chevron-right" class="turn" />Call and headers</summary><div class="inside">
        <dl class="facts"><dt>Called</dt><dd class="mono">${call}</dd><dt>Key</dt><dd class="mono">${key}</dd>
          ${Object.entries(headers).map(([name, value]) => html`<dt key=${name}>${name}</dt><dd class="mono">${value}</dd>`)}</dl></div></details>
    </section>`;
}
