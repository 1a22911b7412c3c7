// @ts-check
/** An expression in a form: plain text until it is touched, then an editor that knows the names. */

import { html, useEffect, useId, useRef, useState } from 'preact';
import { Findings } from './fields.js';
import { useTyped } from './typed.js';

/**
 * @param {{ label: string, value: string, commit: (text: string) => void, variables: () => any[], problems?: any[], help?: string,
 *   hint?: string, bare?: boolean, dialect?: 'expression' | 'unaryTests', pointer?: string }} props `bare` leaves out the
 *   label, for tables of expressions
 */
export function FeelField({
  label, value, commit, variables, problems = [], help = '', hint = '', bare = false, dialect = 'expression', pointer
}) {
  const id = useId();
  const host = useRef(/** @type {HTMLElement | null} */ (null));
  const plain = useRef(/** @type {HTMLElement | null} */ (null));
  const editor = useRef(/** @type {any} */ (null));
  const [editing, setEditing] = useState(false);
  const [ready, setReady] = useState(false);
  const { text, type, leave, newest } = useTyped(value ?? '', commit);
  const live = useRef({ type, leave, variables });
  live.current = { type, leave, variables };

  useEffect(() => {
    if (!editing || !host.current) return undefined;
    let gone = false;
    import('../../designer/feel_editor.js').then(({ feelEditor }) => {
      if (gone || !host.current) return;
      editor.current = feelEditor(host.current, {
        text: newest(), label, dialect, placeholder: hint, names: () => live.current.variables(), lines: true, closed: true,
        onChange: (now) => live.current.type(now), onBlur: () => live.current.leave()
      });
      host.current.hidden = false;
      if (document.activeElement === plain.current) {
        editor.current.toEnd();
        editor.current.focus();
      }
      setReady(true);
    });
    return () => {
      gone = true;
      editor.current?.destroy();
      editor.current = null;
    };
  }, [editing]);
  useEffect(() => { if (editor.current) editor.current.text = newest(); }, [text]);
  // The first that says where in the text it is; while more is typed the mark moves with it, until the checks answer.
  const marked = problems.find((one) => one.end);
  useEffect(() => editor.current?.wrong(marked ?? null), [marked?.start, marked?.end, ready]);

  /** The first strokes may be faster than the editor is loaded. */
  const typeAhead = (/** @type {KeyboardEvent} */ event) => {
    if (event.key.length > 1 || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    type(newest() + event.key);
  };
  const wrong = problems.some((one) => one.severity === 'error');
  return html`
    <div class=${`field feel${bare ? ' bare' : ''}`} data-at=${pointer}>
      ${!bare && html`<span class="label" id=${id}>${label}</span>`}
      ${editing && html`<div class=${`feel-host${wrong ? ' invalid' : ''}`} ref=${host} hidden=${!ready}></div>`}
      ${!ready && html`<button type="button" class=${`feel-text${wrong ? ' invalid' : ''}${text ? '' : ' none'}`} ref=${plain}
        aria-label=${`${label}: ${text || hint || 'empty'}`} onKeyDown=${typeAhead} onBlur=${leave} onFocus=${() => setEditing(true)}
        onClick=${() => setEditing(true)}>${text ? breakable(text) : hint || ' '}</button>`}
      <${Findings} problems=${problems} />
      ${help && !problems.length && html`<p class="help">${help}</p>`}
    </div>`;
}

/** A long path is broken after a dot rather than within a name. @param {string} text */
const breakable = (text) => text.split(/(?<=\.)(?=[^\d\s.])/).flatMap((part, n) => (n ? [html`<wbr />`, part] : [part]));
