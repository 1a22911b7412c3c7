// @ts-check
// A field for one FEEL expression, with highlighting and completion; whether it is right only the server says.
//
// CodeMirror writes its styles into the document it lives in, which the content security policy forbids. In a shadow
// root it uses constructed style sheets instead, which need no permission; our custom properties reach in there.

import {
  acceptCompletion, autocompletion, bracketMatching, closeBrackets, closeBracketsKeymap, closeCompletion, Compartment,
  completionKeymap, completionStatus, Decoration, defaultKeymap, drawSelection, EditorState, EditorView, feel,
  HighlightStyle, history, historyKeymap, keymap, placeholder as hint, startCompletion, StateEffect, StateField, syntaxHighlighting, tags, tooltips
} from 'codemirror';
import { functionCompletions } from './functions.js';

const looks = EditorView.theme({
  '&': { font: 'inherit', color: 'var(--text)', background: 'transparent' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--mono)', fontSize: 'var(--feel-size, .78125rem)', lineHeight: 'var(--feel-line, 1.45)', overflow: 'auto', maxHeight: 'var(--feel-height, 12rem)' },
  '.cm-content': { padding: 'var(--feel-padding, .35rem 0)', caretColor: 'var(--text)' },
  '.cm-line': { padding: '0 .5rem' },
  '.cm-cursor': { borderLeftColor: 'var(--text)' },
  '.cm-selectionBackground, &.cm-focused .cm-selectionBackground': { background: 'light-dark(#d8d7fb, #3b3a86) !important' },
  '.cm-placeholder': { color: 'var(--faint)' },
  '.cm-matchingBracket': { background: 'var(--accent-soft) !important', color: 'inherit' },
  // No text decoration: Chromium gives that to what is typed over it, as an inline style.
  '.cm-wrong': { borderBottom: '2px dotted var(--bad)' },
  '.cm-tooltip': { border: '1px solid var(--line-strong)', borderRadius: 'var(--round)', background: 'var(--raised)', boxShadow: 'var(--shadow-l)', zIndex: '40' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': { fontFamily: 'var(--mono)', fontSize: '.78125rem', maxHeight: '13rem', borderRadius: 'calc(var(--round) - 1px)' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li': { padding: '.2rem .5rem' },
  '.cm-tooltip-autocomplete ul li[aria-selected]': { background: 'var(--accent-soft) !important', color: 'var(--text) !important' },
  '.cm-completionDetail': { color: 'var(--quiet)', fontStyle: 'normal', marginLeft: '.75rem' },
  '.cm-tooltip.cm-completionInfo': { width: 'max-content', padding: '.5rem .7rem', maxWidth: '22rem', fontFamily: 'var(--face)', fontSize: 'var(--text-s)' },
  '.cm-call': { display: 'block', fontFamily: 'var(--mono)', fontSize: '.71875rem', color: 'var(--quiet)', marginTop: '.25rem' }
});

const colours = HighlightStyle.define([
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--feel-string)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--feel-number)' },
  { tag: [tags.keyword, tags.controlKeyword, tags.definitionKeyword, tags.operatorKeyword], color: 'var(--feel-keyword)' },
  { tag: [tags.function(tags.variableName), tags.function(tags.special(tags.variableName))], color: 'var(--feel-function)' },
  { tag: tags.comment, color: 'var(--faint)' }
]);

/** @type {import('codemirror').StateEffectType<{from: number, to: number} | null>} */
const markWrong = StateEffect.define();
const wrong = StateField.define({
  create: () => Decoration.none,
  update(marks, transaction) {
    let next = marks.map(transaction.changes);
    for (const effect of transaction.effects) {
      if (!effect.is(markWrong)) continue;
      next = effect.value && effect.value.to > effect.value.from
        ? Decoration.set([Decoration.mark({ class: 'cm-wrong' }).range(effect.value.from, effect.value.to)])
        : Decoration.none;
    }
    return next;
  },
  provide: (field) => EditorView.decorations.from(field)
});

/** @typedef {{name: string, detail?: string, info?: string, entries?: Variable[]}} Variable */

/**
 * @param {HTMLElement} host gets the editor as its shadow root
 * @param {{
 *   label: string,
 *   dialect?: 'expression' | 'unaryTests',
 *   text?: string,
 *   names?: Variable[] | (() => Variable[]),
 *   values?: string[],
 *   placeholder?: string,
 *   within?: Element,
 *   lines?: boolean,
 *   closed?: boolean,
 *   onChange?: (text: string) => void,
 *   onKey?: (event: KeyboardEvent) => boolean,
 *   onBlur?: () => void
 * }} options `names` exist at this place, besides the built-in functions; `values` are whole texts to offer first, such as what a column allows; with
 *   `lines` Enter makes a new line, else it is left to `onKey`, which answers true for a key it has dealt with; with
 *   `closed` Enter and Tab take the first that is offered, else they keep what was written until one is chosen;
 *   what is offered stays `within` an element that would cut it off
 */
export function feelEditor(host, { label, dialect = 'expression', text = '', names = [], values = [], placeholder = '', within, lines = false, closed = false, onChange, onKey, onBlur }) {
  const root = host.shadowRoot ?? host.attachShadow({ mode: 'open', delegatesFocus: true });
  root.replaceChildren();
  const language = new Compartment();
  const meaning = (of) => {
    // Made once, because a source is known by its identity while its answers are awaited.
    const sources = [{ autocomplete: offering(of.values) }, { autocomplete: naming(of.names) }, { autocomplete: functionCompletions }];
    return [
      feel({ dialect: of.dialect, context: context(given(of.names)) }),
      EditorState.languageData.of(() => sources),
      autocompletion({ icons: false, activateOnTypingDelay: 60, interactionDelay: 0, closeOnBlur: true, selectOnOpen: of.closed, positionInfo: belowOrAbove })
    ];
  };
  const described = new Compartment();
  const describe = (of) => EditorView.contentAttributes.of({ 'aria-label': of, 'aria-multiline': String(lines), spellcheck: 'false', autocorrect: 'off' });
  let meant = { dialect, names, values, closed };
  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      doc: text,
      extensions: [
        // First, so that keys mean the same whether or not completions are shown, but for Enter, Tab and the arrows.
        EditorView.domEventHandlers({
          keydown: (event, editor) => {
            const choosing = completionStatus(editor.state) === 'active';
            if (choosing && event.key === 'Escape') return closeCompletion(editor);
            if (choosing && (event.key === 'Enter' || event.key === 'Tab') && acceptCompletion(editor)) {
              event.preventDefault();
              return true;
            }
            if (choosing && event.key.startsWith('Arrow')) return false;
            if (event.isComposing || !onKey?.(event)) return false;
            event.preventDefault();
            return true;
          },
          blur: () => { onBlur?.(); }
        }),
        history(),
        drawSelection(),
        closeBrackets(),
        bracketMatching(),
        keymap.of([...closeBracketsKeymap, ...completionKeymap, ...historyKeymap, ...(lines ? defaultKeymap : defaultKeymap.filter((each) => each.key !== 'Enter'))]),
        language.of(meaning(meant)),
        syntaxHighlighting(colours),
        EditorView.lineWrapping,
        looks,
        wrong,
        within ? tooltips({ tooltipSpace: () => within.getBoundingClientRect() }) : [],
        hint(placeholder),
        described.of(describe(label)),
        EditorView.updateListener.of((update) => { if (update.docChanged) onChange?.(update.state.doc.toString()); })
      ]
    })
  });
  return {
    view,
    /** @returns {string} */
    get text() { return view.state.doc.toString(); },
    set text(next) {
      if (next !== view.state.doc.toString()) view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: next } });
    },
    /** Makes it an editor for another place, as cells of a grid share one. */
    become({ label: of, dialect: speaks = dialect, names: known = names, values: offered = values, closed: shut = false, text: says = '' }) {
      const means = { dialect: speaks, names: known, values: offered, closed: shut };
      // The next cell of a column means the same; to set up the language again takes longer than all the rest.
      const same = Object.keys(means).every((each) => means[each] === meant[each]);
      meant = means;
      view.dispatch({
        changes: { from: 0, to: view.state.doc.length, insert: says },
        selection: { anchor: says.length },
        effects: [
          ...(same ? [] : [language.reconfigure(meaning(means))]),
          described.reconfigure(describe(of)),
          markWrong.of(null)
        ]
      });
    },
    /** @param {{start: number, end: number} | null} fault offsets into the text */
    wrong(fault) {
      const length = view.state.doc.length;
      view.dispatch({ effects: markWrong.of(fault && { from: Math.min(fault.start, Math.max(0, length - 1)), to: Math.min(Math.max(fault.end, fault.start + 1), length) }) });
    },
    /** Shows what could stand here. */
    offer() { startCompletion(view); },
    select() { view.dispatch({ selection: { anchor: 0, head: view.state.doc.length } }); },
    toEnd() { view.dispatch({ selection: { anchor: view.state.doc.length } }); },
    focus() { view.focus(); },
    destroy() { view.destroy(); }
  };
}

/** The line of help stands below the list, or above it: beside it the edge of a grid or panel would cut it off. */
function belowOrAbove(_view, list, _option, info, space) {
  const below = info.bottom - info.top + list.bottom + 4 < space.bottom || list.top < info.bottom - info.top;
  const left = Math.min(-1, space.right - list.left - (info.right - info.left) - 2);
  const away = list.bottom - list.top + 2;
  return { style: `left: ${left}px; ${below ? `top: ${away}px` : `bottom: ${away}px; top: auto`}`, class: '' };
}

/** Names may be asked for anew with every completion. @param {Variable[] | (() => Variable[])} names */
const given = (names) => (typeof names === 'function' ? names() : names);

/** What the parser has to know to read names with blanks in them. */
function context(names) {
  return Object.fromEntries(names.map(({ name, entries = [] }) => [name, entries.length ? context(entries) : null]));
}

/** The names that exist at this place: after a dot the entries of what stands before it. */
function naming(names) {
  return (at) => {
    const path = at.matchBefore(/[\p{L}_][\p{L}\p{N}_]*(\.[\p{L}\p{N}_]*)*\.?/u);
    if (!path && !at.explicit) return null;
    const parts = path ? path.text.split('.') : [''];
    let known = given(names);
    for (const part of parts.slice(0, -1)) known = known.find((each) => each.name === part)?.entries ?? [];
    if (!known.length) return null;
    const options = known.map(({ name, detail, info, entries }) => ({
      label: name, detail, info, type: 'variable', boost: 10, apply: entries?.length ? goOn(`${name}.`) : name
    }));
    return { from: path ? path.to - parts[parts.length - 1].length : at.pos, options, validFor: /^[\p{L}\p{N}_ ]*$/u };
  };
}

/** Takes a name and a dot, and offers at once what may follow. @param {string} text */
const goOn = (text) => (view, _completion, from, to) => {
  view.dispatch({ changes: { from, to, insert: text }, selection: { anchor: from + text.length } });
  startCompletion(view);
};

/** Whole cells to choose from: shown at once, and narrowed while typing. */
function offering(values) {
  return (context) => {
    const before = context.state.sliceDoc(0, context.pos);
    const start = before.search(/[^,]*$/) + (before.match(/[^,]*$/)?.[0].match(/^\s*/)?.[0].length ?? 0);
    const typed = before.slice(start).toLowerCase();
    const options = values
      .filter((value) => value.toLowerCase().includes(typed.replace(/^"/, '')))
      .map((value) => ({ label: value, type: 'constant', boost: 50, apply: (view, _completion, _from, to) => replaceWhole(view, value, start, to) }));
    return options.length && (context.explicit || typed) ? { from: start, options, filter: false } : null;
  };
}

/** A value brings its own quotes, so a closing one that was typed ahead has to go. */
function replaceWhole(view, value, from, to) {
  const end = value.endsWith('"') && view.state.sliceDoc(to, to + 1) === '"' ? to + 1 : to;
  view.dispatch({ changes: { from, to: end, insert: value }, selection: { anchor: from + value.length } });
}
