// @ts-check
/** What each attribute of a target is given: on the left what the source has, on the right what the target wants. */

import { html, useState } from 'preact';
import { valueAt } from '../documents.js';
import { FeelField } from '../fields/FeelField.js';
import { Findings } from '../fields/fields.js';
import { Icon } from '../fields/icon.js';
import { TYPES } from '../words.js';
import { member } from '../variables.js';

const FEW = 6; // attributes that are all shown, mapped or not

const word = (type) => TYPES.find((one) => one.value === type)?.text ?? type;
const escaped = (name) => name.replaceAll('~', '~0').replaceAll('/', '~1');
const pathTo = (name) => (member(name) === name ? `source.attributes.${name}` : `get value(source.attributes, ${JSON.stringify(name)})`);

/** @param {{ place: import('../place.js').Place, source: any, made: any, variables: () => any[], draft: any }} props */
export function Mapping({ place, source, made, variables, draft }) {
  const [all, setAll] = useState(false);
  const [extra, setExtra] = useState('');
  const given = place.value;
  const wanted = made?.attributes ?? [];
  const known = new Map(wanted.map((one) => [one.name, one]));
  const others = Object.keys(given).filter((name) => !known.has(name)).map((name) => ({ name, type: '', unknown: known.size > 0 }));
  const rows = [...wanted, ...others];
  const shown = all || rows.length <= FEW ? rows : rows.filter(({ name, required }) => required || name in given);
  const hidden = rows.length - shown.length;
  const offered = source?.attributes ?? [];
  const same = wanted.filter(({ name }) => !given[name] && offered.some((one) => one.name === name));
  const within = place.within;

  /** An empty expression is no mapping at all. */
  const put = (name, text, typing = false) => {
    const next = { ...valueAt(draft.document, place.path) };
    if (text.trim()) next[name] = text.trim();
    else delete next[name];
    draft.set(place.path, next, typing ? `${place.pointer}/${name}` : '');
  };
  const drop = (event, name) => {
    const text = event.dataTransfer?.getData('text/plain');
    if (!text) return;
    event.preventDefault();
    put(name, text);
  };

  return html`
    <div class="mapping" data-at=${place.pointer}>
      <div class="mapping-from">
        <h3>From ${source?.name ?? 'the source'}</h3>
        ${offered.length
          ? html`<ul aria-label=${`Attributes of ${source.name}`}>${offered.map(({ name, type, label }) => html`
              <li key=${name}><button type="button" class="plain" draggable=${true} title=${`${label || name}: ${word(type)}. Drag it to an attribute, or click to copy ${pathTo(name)}`}
                onDragStart=${(event) => event.dataTransfer?.setData('text/plain', pathTo(name))} onClick=${() => copy(pathTo(name), draft)}>
                <code class="cut">${name}</code><span class="faint small">${word(type)}</span></button></li>`)}</ul>`
          : html`<p class="quiet small">${source ? 'It has no attributes.' : 'Choose what is taken apart.'}</p>`}
      </div>
      <div class="mapping-to">
        <h3>To ${made?.name ?? 'the target'}
          ${same.length > 0 && html`<button type="button" class="plain tiny" onClick=${() => place.commit({ ...given, ...Object.fromEntries(same.map(({ name }) => [name, pathTo(name)])) })}>
            <${Icon} name="arrow-right" />Take over ${same.length === 1 ? same[0].name : `${same.length} of the same name`}</button>`}</h3>
        <${Findings} problems=${within.filter((one) => one.at === place.pointer && one.code !== 'missing-attribute')} />
        ${shown.map(({ name, type, required, label, unknown }) => {
          const pointer = `${place.pointer}/${escaped(name)}`;
          const problems = within.filter((one) => one.at === pointer);
          const missing = required && !given[name];
          const troubles = (draft.example?.troubles ?? []).filter((one) => one.pointer === pointer && !problems.length);
          return html`
            <div class="mapping-row" key=${name} onDragOver=${(event) => event.preventDefault()} onDrop=${(event) => drop(event, name)}>
              <div class="mapping-name"><code class="cut" title=${label || name}>${name}</code>
                <span class="faint small">${unknown ? 'not in the catalog' : word(type)}${required && html` <span class=${missing ? 'tag missing' : 'tag'}>required</span>`}</span></div>
              <${FeelField} bare=${true} label=${name} value=${given[name] ?? ''} hint=${missing ? 'not set, but required' : 'not set'} variables=${variables} pointer=${pointer}
                problems=${[...problems, ...missing ? [{ severity: 'warning', message: `${made.name} requires it; say where it comes from` }] : [],
                  ...troubles.slice(0, 1).map(({ message }) => ({ severity: 'warning', message: `In the example: ${message}` }))]}
                commit=${(text, typing) => put(name, text, typing)} />
              ${name in given
                ? html`<button type="button" class="plain square remove" aria-label=${`Set ${name} no more`} title=${`Set ${name} no more`} onClick=${() => put(name, '')}><${Icon} name="x" /></button>`
                : html`<span></span>`}
            </div>`;
        })}
        ${!rows.length && html`<p class="quiet small">${made ? 'The catalog names no attributes of it; anything may be set.' : 'Choose the target first.'}</p>`}
        <div class="adds">
          ${hidden > 0 && html`<button type="button" class="plain tiny" onClick=${() => setAll(true)}><${Icon} name="chevron-down" />${hidden} more that ${hidden === 1 ? 'is' : 'are'} not set</button>`}
          ${all && rows.length > FEW && html`<button type="button" class="plain tiny" onClick=${() => setAll(false)}><${Icon} name="chevron-up" />Only what is set or required</button>`}
          ${made && !known.size && html`<form class="row" onSubmit=${(event) => { event.preventDefault(); if (extra.trim() && !(extra.trim() in given)) put(extra.trim(), 'null'); setExtra(''); }}>
            <input type="text" class="code" aria-label="Name of another attribute" placeholder="attribute" value=${extra} onInput=${(event) => setExtra(event.target.value)} />
            <button class="tiny"><${Icon} name="plus" />Set it</button></form>`}
        </div>
      </div>
    </div>`;
}

async function copy(text, draft) {
  try {
    await navigator.clipboard.writeText(text);
    draft.say(`${text} is copied; paste it where it is wanted.`);
  } catch {
    draft.say(`Drag it to an attribute, or write ${text}.`);
  }
}
