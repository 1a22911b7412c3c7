// @ts-check
/** The fields that forms are made of. `pointer` is where in the document a field stands, so that a finding leads to it. */

import { html, useEffect, useId, useRef, useState } from 'preact';
import { parsed, spoken } from './durations.js';
import { Icon } from './icon.js';
import { useTyped } from './typed.js';

/** The frame of a field: label, content, what is wrong, help. */
export function Field({ label, problems = [], help = '', optional = false, bare = false, id, pointer, children }) {
  return html`
    <div class=${`field${bare ? ' bare' : ''}`} data-at=${pointer}>
      <label for=${id} class=${bare ? 'hidden' : undefined}>${label}${optional && html` <span class="required">optional</span>`}</label>
      ${children}
      <${Findings} problems=${problems} />
      ${help && !problems.length && html`<p class="help">${help}</p>`}
    </div>`;
}

/** What is wrong, below the field that is meant. */
export function Findings({ problems }) {
  return problems.map((problem) => html`<p class=${problem.severity === 'warning' ? 'wrong mild' : 'wrong'} key=${problem.message}>
    <${Icon} name=${problem.severity === 'warning' ? 'triangle-alert' : 'circle-alert'} /><span>${problem.message}</span></p>`);
}

export const invalid = (problems) => (problems?.some((one) => one.severity === 'error') ? 'true' : undefined);

/** @param {{ suggestions?: string[], check?: (text: string) => string, [more: string]: any }} props `check` says what is
 *   wrong with a text; only what is right is taken over */
export function Text({
  label, value, commit, problems = [], help = '', optional = false, bare = false, rows = 1, check, placeholder = '', mono = false,
  suggestions, pointer
}) {
  const id = useId();
  const [wrong, setWrong] = useState('');
  const { text, type, leave } = useTyped(value ?? '', (now, typing) => {
    const reason = check?.(now) ?? '';
    setWrong(reason);
    if (!reason) commit(now, typing);
  });
  const all = wrong ? [{ severity: 'error', message: wrong }] : problems;
  const common = {
    id, value: text, placeholder, class: mono ? 'code' : '', 'aria-invalid': invalid(all),
    onInput: (event) => type(event.target.value), onBlur: leave
  };
  return html`<${Field} label=${label} problems=${all} help=${help} optional=${optional} bare=${bare} id=${id} pointer=${pointer}>
    ${rows > 1 ? html`<textarea rows=${rows} ...${common}></textarea>`
      : html`<input type="text" autocomplete="off" list=${suggestions && `${id}-list`} ...${common} />`}
    ${suggestions && html`<datalist id=${`${id}-list`}>${suggestions.map((one) => html`<option key=${one} value=${one} />`)}</datalist>`}<//>`;
}

/** @param {{ options: { value: string, text: string }[], [more: string]: any }} props */
export function Choice({ label, value, options, commit, problems = [], help = '', empty = null, bare = false, pointer, children = null }) {
  const id = useId();
  const known = options.some((one) => one.value === value);
  return html`<${Field} label=${label} problems=${problems} help=${help} bare=${bare} id=${id} pointer=${pointer}>
    <select id=${id} value=${value ?? ''} aria-invalid=${invalid(problems)} onChange=${(event) => commit(event.target.value)}>
      ${(empty !== null || !value) && html`<option value="">${empty ?? 'Choose …'}</option>`}
      ${value && !known && html`<option value=${value}>${value} (does not exist)</option>`}
      ${options.map((one) => html`<option key=${one.value} value=${one.value}>${one.text}</option>`)}
    </select>${children}<//>`;
}

export function Check({ label, value, commit, help = '', pointer }) {
  const id = useId();
  return html`<div class="field" data-at=${pointer}><label class="check" for=${id}><input id=${id} type="checkbox" checked=${Boolean(value)}
    onChange=${(event) => commit(event.target.checked)} /> ${label}</label>${help && html`<p class="help">${help}</p>`}</div>`;
}

export function DurationField({ label, value, commit, problems = [], help = '', optional = false, bare = false, pointer }) {
  return html`<${Text} label=${label} value=${spoken(value)} problems=${problems} optional=${optional} bare=${bare} pointer=${pointer} placeholder="2 d 4 h 30 min"
    help=${help} check=${(text) => (parsed(text) === null || (!optional && !text.trim()) ? 'Write a duration such as 30 min, 4 h or 2 d.' : '')}
    commit=${(text, typing) => commit(parsed(text), typing)} />`;
}

/** A part of a form that can be folded away. What `open` stands for unfolds it and never folds it: somebody may be typing there. */
export function Section({ title, icon, open = false, mark = '', children }) {
  const node = useRef(/** @type {HTMLDetailsElement | null} */ (null));
  const [first] = useState(open);
  useEffect(() => { if (open && node.current) node.current.open = true; }, [open]);
  return html`<details class="section" ref=${node} open=${first}><summary><${Icon} name="chevron-right" class="turn" /><${Icon} name=${icon} />${title}
    ${mark && html`<span class="mark quiet small cut">${mark}</span>`}</summary><div class="inside">${children}</div></details>`;
}
