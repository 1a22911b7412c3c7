// @ts-check
/** Tries the plan with an order: how many of each item it would make, and how they would be paired. */

import { html, useEffect, useState } from 'preact';
import { labelSize } from '../drawing/CardRenderer.js';
import { edgeName } from '../plan/document.js';
import { labelled } from '../routing/labelling.js';
import { ask } from '../../designer/server.js';
import { Icon } from '../../forms/fields/icon.js';

export function Scope({ diagram, addresses, close }) {
  const [orders, setOrders] = useState(/** @type {any[]} */ ([]));
  const [order, setOrder] = useState('sample');
  const [answer, setAnswer] = useState(/** @type {any} */ (null));
  const [trouble, setTrouble] = useState('');

  useEffect(() => {
    ask(addresses.orders).then(setOrders, () => setOrders([]));
  }, []);

  useEffect(() => {
    const bus = diagram.get('eventBus');
    const elements = diagram.get('planElements');
    let timer = 0;
    let newest = 0;
    const look = async () => {
      const mine = (newest += 1);
      try {
        const found = await ask(`${addresses.scope}?order=${encodeURIComponent(order)}`, { method: 'POST', body: elements.plan() });
        if (mine !== newest) return;
        setAnswer(found.refusal ? null : found);
        setTrouble(found.refusal ?? '');
        diagram.get('marks').set('scope', found.refusal ? new Map() : marksOf(elements, found));
      } catch (error) {
        if (mine !== newest) return;
        setTrouble(/** @type {Error} */ (error).message);
        diagram.get('marks').set('scope', new Map());
      }
    };
    const soon = () => {
      clearTimeout(timer);
      timer = setTimeout(look, 150);
    };
    look();
    bus.on('commandStack.changed', soon);
    return () => {
      newest += 1;
      clearTimeout(timer);
      bus.off('commandStack.changed', soon);
      diagram.get('marks').set('scope', new Map());
    };
  }, [order]);

  const total = answer ? Object.values(answer.items).reduce((sum, instances) => sum + instances.length, 0) : 0;
  return html`
    <header class="side-title"><${Icon} name="flask-conical" /><h2>Preview</h2>
      <button type="button" class="plain square" aria-label="Close the preview" onClick=${close}><${Icon} name="x" /></button></header>
    <div class="form">
      <div class="field"><label for="scope-order">Order</label>
        <select id="scope-order" value=${order} onChange=${(event) => setOrder(event.target.value)}>
          <option value="sample">A sample: 2 root lines with 2 lines each</option>
          ${orders.map(({ id, name, state }) => html`<option key=${id} value=${id}>${name} (${state})</option>`)}
        </select>
        <p class="help">Nothing is stored. Each card shows how many items it would become, each dependency how they pair.</p></div>
      <p class="small"><a href=${addresses.rehearse}>Rehearse a whole order</a> with all drafts: its decomposition, the rules that fire, when it would end.</p>
      ${trouble && html`<p class="wrong" role="alert"><${Icon} name="circle-alert" /><span>${trouble}</span></p>`}
      ${answer && !trouble && html`
        ${!answer.chosen && html`<p class="note tone-waits"><${Icon} name="triangle-alert" /><span>No scenario sends a line of this order to the plan;
          all its lines are shown as if one did.</span></p>`}
        <p><strong>${total} ${total === 1 ? 'item' : 'items'}</strong> for ${Object.keys(answer.lines).length} fulfilment lines</p>
        <ul class="scope-lines">${Object.entries(answer.lines).map(([n, text]) => html`<li key=${n}><span class="tag">${n}</span>${text}</li>`)}</ul>`}
    </div>`;
}

function marksOf(elements, { items, dependencies }) {
  const marks = new Map();
  for (const [key, instances] of Object.entries(items)) {
    const card = elements.byKey(key);
    if (card) marks.set(card.id, { instances: instances.length });
  }
  for (const line of elements.dependencies()) {
    if (!line.source.item) continue;
    const [source, target] = [line.source.item.key, line.target.item.key];
    const pairs = dependencies[edgeName({ source, target })];
    if (pairs) marks.set(line.id, { pairs: pairing(pairs, items[source].length, items[target].length) });
  }
  const lines = elements.dependencies().map(({ id, waypoints }) => {
    const { pairs } = marks.get(id) ?? {};
    return { id, points: waypoints, size: pairs ? labelSize(pairs, true) : null };
  });
  for (const [id, at] of labelled(lines, elements.all().filter((one) => !one.waypoints))) marks.get(id).pairsAt = at;
  return marks;
}

/** How instances are paired, in as few words as will do. */
function pairing(pairs, sources, targets) {
  if (!pairs.length) return 'no pair';
  if (pairs.length === sources * targets) return sources > 1 && targets > 1 ? `all ${sources} : all ${targets}` : `${sources} : ${targets}`;
  if (pairs.length === sources && pairs.length === targets) return `${pairs.length} × 1 : 1`;
  if (pairs.length === targets) return `1 : ${ratio(targets, sources)}`;
  if (pairs.length === sources) return `${ratio(sources, targets)} : 1`;
  return `${pairs.length} pairs`;
}

const ratio = (many, few) => (many % few ? 'n' : many / few);
