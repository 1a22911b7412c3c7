// @ts-check
/** The editor of a system: where it is, and the operations it offers, which can be tried out beside the form. */

import { html } from 'preact';
import { Choice, DurationField, Section, Text } from '../fields/fields.js';
import { FeelField } from '../fields/FeelField.js';
import { Head } from '../fields/Head.js';
import { keyFor, nameFor } from '../fields/keys.js';
import { Part } from '../fields/Part.js';
import { RetryField } from '../fields/RetryField.js';
import { Rows } from '../fields/Rows.js';
import { Try } from '../systems/Try.js';

export const editor = {
  kind: 'system', icon: 'server', Form,
  sides: [{ name: 'try', icon: 'flask-conical', title: 'Try it', Side: Try }]
};

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].map((value) => ({ value, text: value }));
const REPLIES = [{ value: 'answer', text: 'At once, in its answer' }, { value: 'callback', text: 'Later, by a callback' }];
const RETRIES = /** @type {Record<string, string>} */ ({
  none: 'never again', fixed: 'the same delay', 'fixed for ever': 'without end', staggered: 'a list of delays', exponential: 'growing delays'
});

const KEYS = [{ value: 'run', text: 'One for all attempts' }, { value: 'attempt', text: 'One for each attempt' }];
const answer = () => [{ name: 'status', detail: 'number', info: 'of an answer; null in a callback' }, { name: 'response', detail: 'what the system says' }];

/** @param {{ place: import('../place.js').Place }} props */
function Form({ place }) {
  const { operations } = place.value;
  const fresh = (rows) => {
    const name = nameFor('New operation', rows.map((one) => one.name));
    const key = keyFor(name, rows.map((one) => one.key), 'operation');
    return { key, name, path: `/${key.replaceAll('_', '-')}`, method: 'POST', reply: 'answer', timeout: 'PT10S', success: '', error_code: '', idempotency: 'run', retry: { policy: 'none' } };
  };
  return html`
    <${Part} title="System">
      <${Head} place=${place} />
      <${Text} label="Address" mono=${true} ...${place.at('url')} check=${(url) => (/^https?:\/\/[^\s]+$/.test(url) ? '' : 'An address begins with http:// or https:// and has no blanks.')}
        help="Where it is reached, unless this installation is set up to reach it elsewhere." />
    <//>
    <${Part} class="operations" title="Operations" count=${operations.length}>
      <${Rows} place=${place.at('operations')} label="Operations" wanted="operation" fresh=${fresh} empty="What can be asked of it? Plans call its operations.">
        ${(row) => html`<${OperationRow} row=${row} operations=${operations} />`}
      <//>
    <//>`;
}

function OperationRow({ row, operations }) {
  const { key, reply, retry } = row.value;
  const check = (text) => (!/^[a-z][a-z0-9_]{0,63}$/.test(text) ? 'Small letters, digits and _; a letter first.'
    : operations.filter((one) => one.key === text && one !== row.value).length ? 'Another operation has this key.' : '');
  return html`<div class="operation">
    <div class="operation-call">
      <${Text} label="Name" ...${row.at('name')} check=${(name) => (name.trim() ? '' : 'Give it a name.')} />
      <${Choice} label="Method" options=${METHODS} ...${row.at('method')} />
      <${Text} label="Path" mono=${true} ...${row.at('path')} />
      <${Choice} label="It answers" options=${REPLIES} ...${row.at('reply')} />
    </div>
    <${Section} title="Key, times and retries" icon="timer" mark=${`${key}, ${RETRIES[retry.policy]}`}>
      <${Text} label="Key" mono=${true} ...${row.at('key')} check=${check} help="Plans call it by this; change it in them, too." />
      <div class="pair">
        <${DurationField} label="Waits for the answer at most" ...${row.at('timeout')} commit=${(value) => value && row.at('timeout').commit(value)} />
        ${reply === 'callback' && html`<${DurationField} label="Waits for the callback at most" optional=${true} ...${row.at('callback_within')}
          commit=${(value) => row.at('callback_within').commit(value || null)} />`}
      </div>
      <${FeelField} label="Success" ...${row.at('success')} hint="status is 200 to 299" variables=${answer}
        help=${reply === 'callback' ? 'Evaluated for the callback: true is a success. Without it, every callback is.' : 'Evaluated for each answer: true is a success. Without it, a status of 200 to 299 is.'} />
      <${FeelField} label="Error code" ...${row.at('error_code')} hint="the status" variables=${answer} help="Groups failures, e.g. response.error.code. Without it, the status is the code." />
      <${Choice} label="Idempotency key" options=${KEYS} ...${row.at('idempotency')} help="Attempts that share a key are one request to the system." />
      <${RetryField} own=${true} ...${row.at('retry')} problems=${row.at('retry').within} />
    <//>
  </div>`;
}
