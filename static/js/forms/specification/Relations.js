// @ts-check
/** What a specification is made of, what it is part of, and which plans fulfil it: to read, with ways to all of it. */

import { html } from 'preact';
import { Icon } from '../fields/icon.js';
import { editorOf } from '../fields/Reference.js';

/** @param {{ draft: any, names: any }} props */
export function Relations({ draft, names }) {
  const { key, category } = draft.document;
  const nameOf = (kind, of) => names.definitions[kind].find((one) => one.key === of)?.name ?? of;
  const specification = (of) => html`<a href=${editorOf('specification', of)} target="_blank">${nameOf('specification', of)}</a>`;
  const meant = (one) => one.specification === key || (one.specification === null && (!one.category || one.category === category));
  const splits = names.decompositions.filter((one) => one.source === key);
  const makers = names.decompositions.filter((one) => one.targets.some((target) => target.specification === key));
  const scenarios = names.scenarios.filter(meant);
  const policies = names.policies.filter(meant);
  const join = (links) => links.map((link, n) => html`${n > 0 && ', '}${link}`);

  return html`
    <${Group} title="Made of" none="Nothing: no decomposition takes it apart." make=${`${editorOf('decomposition')}?name=${encodeURIComponent(draft.document.name)}&key=${key}`} wanted="decomposition"
      rows=${splits.map((one) => html`<${Row} icon="split" kind="decomposition" one=${one}>${join(one.targets.map((target) => specification(target.specification)))}<//>`)} />
    <${Group} title="Part of" none="Nothing: no decomposition makes it."
      rows=${makers.map((one) => html`<${Row} icon="split" kind="decomposition" one=${one}>${specification(one.source)}<//>`)} />
    <${Group} title="Fulfilled by" none="No scenario chooses a plan for it." make=${`${editorOf('scenario')}?name=${encodeURIComponent(draft.document.name)}`} wanted="scenario"
      rows=${scenarios.map((one) => html`<${Row} icon="route" kind="scenario" one=${one}>${one.actions.join(', ')} → <a href=${editorOf('plan', one.plan)} target="_blank">${nameOf('plan', one.plan)}</a><//>`)} />
    <${Group} title="Approved by" none="Nobody: no policy asks for an approval." make=${`${editorOf('policy')}?name=${encodeURIComponent(draft.document.name)}`} wanted="policy"
      rows=${policies.map((one) => html`<${Row} icon="shield-check" kind="policy" one=${one}>${one.condition ? `only if ${one.condition}` : 'always'} → <a href=${editorOf('queue', one.queue)} target="_blank">${nameOf('queue', one.queue)}</a><//>`)} />
    <p class="panel-hint"><a href=${draft.options.links.uses}>Everything around it</a>, with what orders and tables say.</p>`;
}

function Group({ title, rows, none, make = '', wanted = '' }) {
  return html`
    <section class="relations"><h3>${title}</h3>
      ${rows.length ? html`<ul>${rows}</ul>` : html`<p class="quiet small">${none}</p>`}
      ${make && !rows.length && html`<a class="button plain tiny" href=${make} target="_blank"><${Icon} name="plus" />New ${wanted}</a>`}
    </section>`;
}

function Row({ icon, kind, one, children }) {
  return html`<li><${Icon} name=${icon} /><div><a href=${editorOf(kind, one.key)} target="_blank">${one.name}</a><p class="quiet small">${children}</p></div></li>`;
}
