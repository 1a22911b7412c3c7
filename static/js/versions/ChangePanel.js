// @ts-check
/** All changes as a list to walk through, what each is in detail, and the whole in words. */

import { html, useEffect, useRef, useState } from 'preact';
import { LOOKS, asNotes } from './words.js';

const MOST = 300; // entries drawn at once, around the chosen one

/**
 * @param {{ parts: import('./words.js').Part[], shown: import('./words.js').Part[], chosen: any, kinds: Set<string>, summary: string[],
 *   heading: string, Icon: any, show: (part: any) => void, step: (by: 1 | -1) => void, toggle: (kind: string) => void,
 *   children?: any }} props `children` are more switches of the page
 */
export function ChangePanel({ parts, shown, chosen, kinds, summary, heading, Icon, show, step, toggle, children }) {
  const [tab, setTab] = useState('changes');
  const list = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => {
    list.current?.querySelector('[aria-current=true]')?.scrollIntoView({ block: 'nearest' });
  }, [chosen]);
  const at = chosen ? shown.indexOf(chosen) + 1 : 0;
  const first = Math.max(0, Math.min(at - MOST / 2, shown.length - MOST));
  const rest = shown.length - first - MOST;
  return html`
    <div class="change-tabs">
      <div class="change-tablist" role="tablist" aria-label="The difference">
      <button type="button" role="tab" class="plain" aria-selected=${String(tab === 'changes')} onClick=${() => setTab('changes')}>Changes<span class="count">${parts.length}</span></button>
      <button type="button" role="tab" class="plain" aria-selected=${String(tab === 'words')} onClick=${() => setTab('words')}>In words</button></div>
      <span class="change-steps"><span class="small quiet" role="status">${at ? `${at} of ${shown.length}` : ''}</span>
        <button type="button" class="plain square" aria-label="Previous change" title="Previous change (P or Shift+F7)" disabled=${!shown.length} onClick=${() => step(-1)}><${Icon} name="chevron-up" /></button>
        <button type="button" class="plain square" aria-label="Next change" title="Next change (N or F7)" disabled=${!shown.length} onClick=${() => step(1)}><${Icon} name="chevron-down" /></button></span>
    </div>
    ${tab === 'words' ? html`<${Words} summary=${summary} heading=${heading} Icon=${Icon} />` : html`
      <div class="change-kinds" role="group" aria-label="Which changes are marked">
        ${Object.entries(LOOKS).map(([kind, { icon, word, tone }]) => {
          const many = parts.filter((part) => part.kind === kind).length;
          return html`<button type="button" key=${kind} class=${`state tone-${tone}`} aria-pressed=${String(kinds.has(kind))} disabled=${!many}
            title=${kinds.has(kind) ? 'Do not mark these' : 'Mark these'} onClick=${() => toggle(kind)}><${Icon} name=${icon} />${word} ${many}</button>`;
        })}
      </div>
      ${children}
      <ul class="change-list" ref=${list} aria-label="Changes" tabindex="0">
        ${!parts.length && html`<li class="none quiet">Nothing differs: both say the same.</li>`}
        ${first > 0 && html`<li class="none quiet">${first.toLocaleString('en')} before these</li>`}
        ${shown.slice(first, first + MOST).map((part) => html`<${Entry} key=${`${part.part} ${part.name}`} part=${part} open=${part === chosen} Icon=${Icon} show=${show} />`)}
        ${rest > 0 && html`<li class="none quiet">${rest.toLocaleString('en')} more; the next change goes on to them.</li>`}
      </ul>`}`;
}

function Entry({ part, open, Icon, show }) {
  const { icon, word, tone } = LOOKS[/** @type {keyof typeof LOOKS} */ (part.kind)];
  return html`
    <li class=${open ? 'open' : ''}>
      <button type="button" class="plain" aria-current=${String(open)} aria-expanded=${String(open)} onClick=${() => show(part)}>
        <span class=${`sign tone-${tone}`} title=${word}><${Icon} name=${icon} /><span class="hidden">${word}: </span></span>
        <span class="cut">${part.title}</span><small class="quiet">${part.part}</small></button>
      ${open && html`<${Fields} part=${part} />`}
    </li>`;
}

function Fields({ part }) {
  return html`
    <dl class="change-fields">
      ${part.fields.map(({ label, before, after }, n) => html`
        <div key=${n}><dt>${label}</dt><dd>${before && html`<del>${before}</del>`}${before && after && ' '}${after && html`<ins>${after}</ins>`}</dd></div>`)}
      ${!part.fields.length && html`<div><dd class="quiet">It says nothing else.</dd></div>`}
    </dl>`;
}

function Words({ summary, heading, Icon }) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(asNotes(heading, summary));
    setCopied(true);
    setTimeout(() => setCopied(false), 2000);
  };
  return html`
    <div class="change-words" tabindex="0" role="region" aria-label="In words">
      ${summary.length ? html`<ul class="notes">${summary.map((line, n) => html`<li key=${n}>${line}</li>`)}</ul>`
        : html`<p class="quiet">Nothing differs: both say the same.</p>`}
      <button type="button" disabled=${!summary.length} onClick=${copy}><${Icon} name=${copied ? 'check' : 'copy'} />${copied ? 'Copied' : 'Copy for release notes'}</button>
    </div>`;
}

/** Next and previous change by key, wherever nothing is being typed. @param {(by: 1 | -1) => void} step @returns {() => void} stops it */
export function listenForSteps(step) {
  const pressed = (/** @type {KeyboardEvent} */ event) => {
    const target = /** @type {HTMLElement} */ (event.target);
    if (event.ctrlKey || event.metaKey || event.altKey || target.closest('input, textarea, select, dialog')) return;
    const by = event.key === 'F7' ? (event.shiftKey ? -1 : 1) : event.shiftKey ? 0 : { n: 1, p: -1 }[event.key] ?? 0;
    if (!by) return;
    event.preventDefault();
    event.stopPropagation();
    step(/** @type {1 | -1} */ (by));
  };
  document.addEventListener('keydown', pressed, true);
  return () => document.removeEventListener('keydown', pressed, true);
}
