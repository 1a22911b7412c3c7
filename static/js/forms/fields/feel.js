// @ts-check
/** The expression editor itself; loaded when an expression is first touched. */

import {
  EditorState, EditorView, HighlightStyle, acceptCompletion, autocompletion, bracketMatching, closeBrackets, closeBracketsKeymap,
  completionKeymap, completionStatus, defaultKeymap, feel, history, historyKeymap, keymap, placeholder, startCompletion,
  syntaxHighlighting, tags
} from 'codemirror';
import { functionCompletions } from '../../designer/functions.js';

const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword, tags.controlKeyword], color: 'var(--feel-keyword)' },
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--feel-string)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--feel-number)' },
  { tag: [tags.function(tags.variableName), tags.function(tags.special(tags.variableName))], color: 'var(--feel-function)' },
  { tag: tags.comment, color: 'var(--faint)', fontStyle: 'italic' }
]);

const look = EditorView.theme({
  '&': { fontSize: '12.5px', color: 'var(--text)', backgroundColor: 'transparent' },
  '&.cm-focused': { outline: 'none' },
  '.cm-content': { fontFamily: 'var(--mono)', padding: '5px 0', caretColor: 'var(--text)', minHeight: '20px' },
  '.cm-line': { padding: '0 8px' },
  '.cm-scroller': { lineHeight: '20px', overflow: 'auto', maxHeight: '160px' },
  '.cm-placeholder': { color: 'var(--faint)' },
  '.cm-tooltip': {
    border: '1px solid var(--line-strong)', borderRadius: '6px', backgroundColor: 'var(--raised)', color: 'var(--text)',
    boxShadow: 'var(--shadow-l)'
  },
  '.cm-tooltip-autocomplete ul': { fontFamily: 'var(--mono)', fontSize: '12px', maxHeight: '180px' },
  '.cm-tooltip-autocomplete ul li': { padding: '2px 8px !important' },
  '.cm-tooltip-autocomplete ul li[aria-selected]': { background: 'var(--accent) !important', color: 'var(--on-accent) !important' },
  '.cm-completionDetail': { color: 'inherit', opacity: '.75', fontStyle: 'normal', marginLeft: '10px' },
  '.cm-tooltip.cm-completionInfo': { padding: '6px 10px', maxWidth: '280px', fontFamily: 'var(--face)', fontSize: '12px' },
  '.cm-call': { display: 'block', fontFamily: 'var(--mono)', fontSize: '11px', color: 'var(--quiet)', marginTop: '4px' },
  '.cm-completionIcon': { display: 'none' },
  '.cm-matchingBracket': { backgroundColor: 'var(--accent-soft) !important' }
});

/**
 * Puts an editor into the host. It lives in a shadow tree: there its styles need no exception from the security policy.
 * @param {HTMLElement} host
 * @param {{ text: string, label: string, hint: string, dialect: 'expression' | 'unaryTests', variables: () => any[],
 *   type: (text: string) => void, leave: () => void }} options
 */
export function mount(host, { text, label, hint, dialect, variables, type, leave }) {
  const root = host.shadowRoot ?? host.attachShadow({ mode: 'open', delegatesFocus: true });
  const names = completion(variables);
  const view = new EditorView({
    root, parent: /** @type {any} */ (root),
    state: EditorState.create({
      doc: text,
      extensions: [
        history(), bracketMatching(), closeBrackets(), EditorView.lineWrapping, placeholder(hint),
        feel({ dialect, completions: [names, functionCompletions] }),
        autocompletion({ activateOnTyping: true, icons: false, interactionDelay: 30 }),
        syntaxHighlighting(colours), look,
        keymap.of([
          { key: 'Tab', run: (one) => completionStatus(one.state) === 'active' && acceptCompletion(one) },
          ...closeBracketsKeymap, ...completionKeymap, ...historyKeymap, ...defaultKeymap
        ]),
        EditorView.contentAttributes.of({ 'aria-label': label, 'aria-multiline': 'true', spellcheck: 'false' }),
        EditorView.updateListener.of((update) => update.docChanged && type(update.state.doc.toString())),
        EditorView.domEventHandlers({ blur: () => leave() })
      ]
    })
  });
  return {
    focus: () => view.focus(),
    destroy: () => view.destroy(),
    put(/** @type {string} */ now) {
      if (view.state.doc.toString() !== now) view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: now } });
    }
  };
}

/** Takes a name and a dot, and offers at once what may follow. @param {string} text */
const goOn = (text) => (/** @type {any} */ view, /** @type {any} */ _, /** @type {number} */ from, /** @type {number} */ to) => {
  view.dispatch({ changes: { from, to, insert: text }, selection: { anchor: from + text.length } });
  startCompletion(view);
};

/**
 * Completes names and the members of contexts: after "order." come the members of order.
 * @param {() => Variable[]} variables
 * @typedef {{ name: string, detail?: string, info?: string, entries?: Variable[] }} Variable
 */
function completion(variables) {
  return (/** @type {any} */ context) => {
    const before = context.matchBefore(/[\p{L}_][\p{L}\p{N}_]*(?:\.[\p{L}_]?[\p{L}\p{N}_]*)*/u);
    if (!before && !context.explicit) return null;
    const path = (before?.text ?? '').split('.');
    const word = path.pop() ?? '';
    let level = variables();
    for (const part of path) level = level.find((one) => one.name === part)?.entries ?? [];
    if (path.length && !level.length) return null;
    return {
      from: context.pos - word.length, validFor: /^[\p{L}\p{N}_]*$/u,
      options: level.map(({ name, detail, info, entries }) => ({
        label: name, detail, info, type: 'variable', boost: 50, apply: entries?.length ? goOn(`${name}.`) : name
      }))
    };
  };
}
