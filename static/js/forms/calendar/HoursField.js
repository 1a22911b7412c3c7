// @ts-check
import { html } from 'preact';
import { Text } from '../fields/fields.js';
import { parsed, spoken } from './hours.js';

/** The hours of a day as text. @param {{ label: string, value: any[], commit: (value: any[], typing?: boolean) => void, within?: any[], pointer?: string, bare?: boolean }} props */
export function HoursField({ label, value, commit, within = [], pointer, bare = true }) {
  return html`<${Text} label=${label} bare=${bare} value=${spoken(value)} problems=${within} pointer=${pointer} placeholder="off"
    check=${(text) => (parsed(text) ? '' : 'Write hours such as 9–12:30, 13–17.')} commit=${(text, typing) => commit(parsed(text) ?? [], typing)} />`;
}
