// @ts-check
import { html } from 'preact';

/** A part of the form, under a heading. @param {{ title: string, count?: number, note?: string, actions?: any, children?: any, class?: string }} props */
export function Part({ title, count, note = '', actions = null, children, class: extra = '' }) {
  return html`
    <section class=${`panel part ${extra}`} aria-label=${title}>
      <header><h2>${title}</h2>${count !== undefined && html`<span class="count">${count}</span>`}${note && html`<span class="quiet small">${note}</span>`}${actions}</header>
      <div class="body">${children}</div>
    </section>`;
}
