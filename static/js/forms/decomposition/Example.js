// @ts-check
/** A sample or past order, taken apart by the decomposition as it is written just now; the server does it, storing nothing. */

import { html, useEffect, useRef, useState } from 'preact';
import { ask, newestOnly, Offline } from '../../designer/server.js';
import { Check, Choice, Text } from '../fields/fields.js';
import { Icon } from '../fields/icon.js';
import { goTo } from '../Problems.js';
import { ACTIONS } from '../words.js';

const FEW = 6; // values that are shown at once, of what this decomposition does not make
const PAUSE = 60; // ms; fields wait for a pause of their own before

/** @param {{ draft: any, names: any }} props */
export function Example({ draft, names }) {
  const { address } = draft.options;
  const [orders, setOrders] = useState(/** @type {any[]} */ ([]));
  const [order, setOrder] = useState('sample');
  const [given, setGiven] = useState(/** @type {any} */ ({ lines: 1, action: 'add', quantity: 1, attributes: {} }));
  const [refusal, setRefusal] = useState('');
  const newest = useRef(newestOnly());
  const source = names.specifications.find((one) => one.key === draft.document.source);

  useEffect(() => { ask(`${address}/orders`).then(setOrders, () => {}); }, []);
  // What somebody gave to one specification means nothing to another.
  useEffect(() => setGiven((now) => (Object.keys(now.attributes).length ? { ...now, attributes: {} } : now)), [source?.key]);
  useEffect(() => {
    const timer = setTimeout(async () => {
      try {
        const answer = await newest.current((signal) => ask(`${address}/example?order=${order}`, { method: 'POST', body: { document: draft.document, given }, signal }));
        if (!answer) return;
        setRefusal(answer.refusal ?? '');
        draft.show({ example: answer.refusal ? null : answer });
      } catch (error) {
        if (error instanceof Offline) return;
        setRefusal(error.message);
        draft.show({ example: null });
      }
    }, PAUSE);
    return () => clearTimeout(timer);
  }, [draft.document, names, order, given]);
  useEffect(() => () => draft.show({ example: null }), []);

  const { example } = draft;
  const asked = example?.asked[0];
  return html`
    <div class="form example-form">
      <${Choice} label="Order" value=${order} commit=${setOrder}
        options=${[{ value: 'sample', text: 'A sample order' }, ...orders.map(({ id, name, state }) => ({ value: id, text: `${name} (${state})` }))]} />
      ${order === 'sample' && source && html`<details class="section"><summary><${Icon} name="chevron-right" class="turn" />What it asks for
          <span class="mark quiet small cut">${[given.lines > 1 && `${given.lines} lines`, given.action, ...Object.values(asked?.attributes ?? {}).map(written)].filter(Boolean).join(', ')}</span></summary>
        <div class="inside">
          <div class="triple">
            <${Choice} label="Lines" value=${String(given.lines)} options=${['1', '2', '3'].map((value) => ({ value, text: value }))} commit=${(lines) => setGiven({ ...given, lines: Number(lines) })} />
            <${Choice} label="Action" value=${given.action} options=${ACTIONS} commit=${(action) => setGiven({ ...given, action })} />
            <${Text} label="Quantity" value=${String(given.quantity)} check=${(text) => (/^[1-9]\d{0,5}$/.test(text.trim()) ? '' : 'A whole number.')} commit=${(text) => setGiven({ ...given, quantity: Number(text) })} />
          </div>
          ${source.attributes.map((attribute) => html`<${Value} key=${attribute.name} attribute=${attribute} value=${asked?.attributes[attribute.name]}
            commit=${(value) => setGiven((now) => ({ ...now, attributes: { ...now.attributes, [attribute.name]: value } }))} />`)}
        </div></details>`}
    </div>
    ${refusal && html`<div class="panel-empty"><${Icon} name="circle-help" /><p>${refusal}</p></div>`}
    ${example && html`<${Tree} example=${example} draft=${draft} />`}`;
}

/** A value of the sample order, as its attribute wants it. */
function Value({ attribute: { name, type, label }, value, commit }) {
  const title = label || name;
  if (type === 'boolean') return html`<${Check} label=${title} value=${value} commit=${commit} />`;
  const check = (text) => {
    if (!text.trim()) return '';
    if (type === 'number') return Number.isFinite(Number(text)) ? '' : 'Write a number.';
    if (type !== 'list' && type !== 'context') return '';
    try {
      const data = JSON.parse(text);
      return (type === 'list') === Array.isArray(data) && typeof data === 'object' ? '' : `Write ${type === 'list' ? 'a list: ["a", "b"]' : 'a context: {"a": 1}'}.`;
    } catch {
      return 'Write it as JSON.';
    }
  };
  const read = (text) => (!text.trim() ? null : type === 'number' ? Number(text) : type === 'list' || type === 'context' ? JSON.parse(text) : text);
  return html`<${Text} label=${title} value=${value === undefined || value === null ? '' : written(value)} placeholder="not said" check=${check} commit=${(text) => commit(read(text))} />`;
}

const written = (value) => (typeof value === 'string' ? value : JSON.stringify(value));

/** @param {{ of: Record<string, any>, folded: boolean }} props */
function Values({ of, folded }) {
  const entries = Object.entries(of);
  if (!entries.length) return null;
  const list = html`<dl>${entries.map(([name, value]) => html`
    <div key=${name}><dt class="cut" title=${name}>${name}</dt><dd class=${value === null ? 'word-waits' : ''}>${value === null ? 'nothing' : written(value)}</dd></div>`)}</dl>`;
  return folded ? html`<details><summary>${entries.length} values</summary>${list}</details>` : list;
}

/** The fulfilment lines below what they are made of. */
function Tree({ example, draft }) {
  const { parts, troubles } = example;
  const below = (parent) => parts.filter((part) => part.parent === parent);
  const branch = (part) => html`
    <li key=${part.n} class=${part.target === null ? 'by-others' : 'by-this'}>
      <div class="made">
        <p><strong>${part.name}</strong>${part.quantity !== 1 && html` <span class="tag">× ${part.quantity}</span>`} <span class="faint small">${part.parent === null ? `line ${part.lines.join(', ')}, ${part.action}` : part.domain}</span>
          ${part.target !== null && html`<button type="button" class="plain tiny push" onClick=${() => goTo(`/targets/${part.target}`)} title="Go to the target that makes it">target ${part.target + 1}</button>`}</p>
        ${part.lines.length > 1 && part.parent !== null && html`<p class="quiet small">for lines ${part.lines.join(', ')}</p>`}
        <${Values} of=${part.attributes} folded=${part.target === null && Object.keys(part.attributes).length > FEW} />
        ${troubles.filter((one) => one.n === part.n).map(({ pointer, message }) => html`<button type="button" class="finding" key=${pointer + message} onClick=${() => goTo(pointer)}>
          <span class="finding-text"><span class="word-waits"><${Icon} name="triangle-alert" /></span> ${pointer.split('/').at(-1)}: ${message}</span></button>`)}
      </div>
      ${below(part.n).length > 0 && html`<ul>${below(part.n).map(branch)}</ul>`}
    </li>`;
  return html`<ul class="made-tree" aria-label="What the order is taken apart into">${below(null).map(branch)}</ul>
    ${Object.entries(example.idle).map(([n, why]) => html`<p class="small word-waits" key=${n}><${Icon} name="circle-slash" /> Target ${Number(n) + 1} makes nothing: ${why}.</p>`)}`;
}
