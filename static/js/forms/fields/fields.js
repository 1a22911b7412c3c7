// @ts-check
/** The fields that forms are made of. Each takes over what is typed after a short pause, so that nothing is ever unsaved. */

import { html, useEffect, useId, useRef, useState } from 'preact';
import { parsed, spoken } from './durations.js';
import { Icon } from './icon.js';

const PAUSE = 250;

/**
 * A text that follows the outside while nobody types in it.
 * @param {string} value @param {(text: string) => void} commit
 */
export function useTyped(value, commit) {
  const [text, setText] = useState(value);
  const typing = useRef(false);
  const timer = useRef(0);
  const latest = useRef({ text, commit });
  latest.current.commit = commit;
  useEffect(() => {
    if (!typing.current) setText(value);
  }, [value]);
  useEffect(() => () => flush(), []);
  const flush = () => {
    if (!timer.current) return;
    clearTimeout(timer.current);
    timer.current = 0;
    latest.current.commit(latest.current.text);
  };
  const type = (/** @type {string} */ now) => {
    typing.current = true;
    latest.current.text = now;
    setText(now);
    clearTimeout(timer.current);
    timer.current = window.setTimeout(flush, PAUSE);
  };
  const leave = () => {
    flush();
    typing.current = false;
    setText(latest.current.text === value ? value : latest.current.text);
  };
  return { text, type, leave };
}

/** The frame of a field: label, content, what is wrong, help. */
export function Field({ label, problems = [], help = '', optional = false, id, children }) {
  return html`
    <div class="field"><label for=${id}>${label}${optional && html` <span class="required">optional</span>`}</label>
      ${children}
      ${problems.map((problem) => html`<p class=${problem.severity === 'warning' ? 'wrong mild' : 'wrong'} key=${problem.message}>
        <${Icon} name=${problem.severity === 'warning' ? 'triangle-alert' : 'circle-alert'} /><span>${problem.message}</span></p>`)}
      ${help && !problems.length && html`<p class="help">${help}</p>`}
    </div>`;
}

const invalid = (problems) => (problems?.some((one) => one.severity === 'error') ? 'true' : undefined);

export function Text({ label, value, commit, problems = [], help = '', optional = false, rows = 1, check, placeholder = '', mono = false }) {
  const id = useId();
  const [wrong, setWrong] = useState('');
  const { text, type, leave } = useTyped(value ?? '', (now) => {
    const reason = check?.(now) ?? '';
    setWrong(reason);
    if (!reason) commit(now);
  });
  const all = wrong ? [{ severity: 'error', message: wrong }] : problems;
  const common = {
    id, value: text, placeholder, class: mono ? 'code' : '', 'aria-invalid': invalid(all),
    onInput: (event) => type(event.target.value), onBlur: leave
  };
  return html`<${Field} label=${label} problems=${all} help=${help} optional=${optional} id=${id}>
    ${rows > 1 ? html`<textarea rows=${rows} ...${common}></textarea>` : html`<input type="text" autocomplete="off" ...${common} />`}<//>`;
}

/** @param {{ options: { value: string, text: string }[], [more: string]: any }} props */
export function Choice({ label, value, options, commit, problems = [], help = '', empty = null }) {
  const id = useId();
  const known = options.some((one) => one.value === value);
  return html`<${Field} label=${label} problems=${problems} help=${help} id=${id}>
    <select id=${id} value=${value ?? ''} aria-invalid=${invalid(problems)} onChange=${(event) => commit(event.target.value)}>
      ${(empty !== null || !value) && html`<option value="">${empty ?? 'Choose …'}</option>`}
      ${value && !known && html`<option value=${value}>${value} (does not exist)</option>`}
      ${options.map((one) => html`<option key=${one.value} value=${one.value}>${one.text}</option>`)}
    </select><//>`;
}

export function Check({ label, value, commit, help = '' }) {
  const id = useId();
  return html`<div class="field"><label class="check" for=${id}><input id=${id} type="checkbox" checked=${Boolean(value)}
    onChange=${(event) => commit(event.target.checked)} /> ${label}</label>${help && html`<p class="help">${help}</p>`}</div>`;
}

export function DurationField({ label, value, commit, problems = [], help = '', optional = false }) {
  return html`<${Text} label=${label} value=${spoken(value)} problems=${problems} optional=${optional} placeholder="2 d 4 h 30 min"
    help=${help} check=${(text) => (parsed(text) === null ? 'Write a duration such as 30 min, 4 h or 2 d.' : '')}
    commit=${(text) => commit(parsed(text))} />`;
}

/** A part of a form that can be folded away. */
export function Section({ title, icon, open = false, mark = '', children }) {
  return html`<details class="section" open=${open}><summary><${Icon} name="chevron-right" class="turn" /><${Icon} name=${icon} />${title}
    ${mark && html`<span class="mark quiet small cut">${mark}</span>`}</summary><div class="inside">${children}</div></details>`;
}
