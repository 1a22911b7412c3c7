// Everything an expression editor needs, in one module, so that only one copy of the editor state exists.
export { EditorState, Compartment, StateEffect, StateField } from '@codemirror/state';
export {
  EditorView, Decoration, drawSelection, hoverTooltip, keymap, lineNumbers, placeholder, showTooltip, tooltips
} from '@codemirror/view';
export { defaultKeymap, history, historyKeymap, insertNewline } from '@codemirror/commands';
export { bracketMatching, HighlightStyle, LanguageSupport, syntaxHighlighting, syntaxTree } from '@codemirror/language';
export {
  autocompletion, acceptCompletion, closeBrackets, closeBracketsKeymap, closeCompletion, completionKeymap,
  completionStatus, startCompletion
} from '@codemirror/autocomplete';
export { tags } from '@lezer/highlight';
export { feel, feelLanguage, unaryTestsLanguage, expressionLanguage, snippets } from '@bpmn-io/lang-feel';
