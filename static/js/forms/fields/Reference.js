// @ts-check
/** The choice of another definition, with a way to it, or to making it where it is missing. */

import { html, useContext } from 'preact';
import { Desk } from '../desk.js';
import { Choice } from './fields.js';
import { Icon } from './icon.js';

/** Where a definition is changed; the server knows by which editor. @param {string} kind @param {string} [key] */
export const editorOf = (kind, key) => (key === undefined ? `/edit/${kind}` : `/edit/${kind}/${encodeURIComponent(key)}`);

/** @param {{ label: string, of: string, value: string | null, commit: (key: any) => void, problems?: any[], pointer?: string, help?: string,
 *   empty?: string | null, none?: any, bare?: boolean, only?: (one: { key: string, name: string }) => boolean }} props `of` is the kind that is
 *   chosen from, `none` what the document says where nothing is chosen */
export function Reference({ label, of, value, commit, problems = [], pointer, help = '', empty = null, none = '', bare = false, only = () => true }) {
  const { names } = useContext(Desk);
  const known = names.definitions[of].filter(only).sort((a, b) => a.name.localeCompare(b.name));
  const there = names.definitions[of].some((one) => one.key === value);
  const to = value && there ? editorOf(of, value) : `${editorOf(of)}${value ? `?key=${encodeURIComponent(value)}` : ''}`;
  return html`
    <div class="reference">
      <${Choice} label=${label} value=${value ?? ''} options=${known.map(({ key, name }) => ({ value: key, text: name === key ? name : `${name} (${key})` }))}
        empty=${empty} problems=${problems} pointer=${pointer} help=${help} bare=${bare} commit=${(key) => commit(key || none)}>
        ${value && there
          ? html`<a class="button plain square" href=${to} target="_blank" aria-label=${`Open ${of} ${value} in a new tab`} title=${`Open this ${of} in a new tab`}><${Icon} name="external-link" /></a>`
          : html`<a class="button plain" href=${to} target="_blank" title=${`Opens in a new tab; come back when it is made`}><${Icon} name="plus" />${value ? 'Make it' : 'New'}<span class="hidden"> ${of} in a new tab</span></a>`}
      <//>
    </div>`;
}
