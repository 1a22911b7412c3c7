// @ts-check
// Fields of a form that asks for attributes of a line.

import { nameOf } from '../fields/AskedField.js';

const TYPES = /** @type {Record<string, string>} */ (Object.fromEntries(
  ['number', 'boolean', 'date', 'time', 'date and time', 'days and time duration', 'years and months duration'].map((type) => [type, type])
));
const TEXTS = /^\s*"[^"\\]*"(\s*,\s*"[^"\\]*")*\s*$/; // unary tests that only list texts

/** A field that asks for an attribute of the catalog, with what the catalog says of it. @param {any} attribute @param {string[]} taken */
export function questionFor({ name, label, type, allowed }, taken) {
  const words = label || spaced(name);
  const choices = TEXTS.test(allowed) ? [...allowed.matchAll(/"([^"]*)"/g)].map(([, text]) => text) : [];
  return {
    name: nameOf(spaced(name), taken), label: words, type: choices.length ? 'choice' : TYPES[type] ?? 'string', required: type !== 'boolean', choices, help: ''
  };
}

/** Expressions that read the answer under its new name. @param {Record<string, string>} expressions @param {string} before @param {string} after */
export function withRenamedAnswer(expressions, before, after) {
  return Object.fromEntries(Object.entries(expressions).map(([name, text]) =>
    [name, text.replace(/\banswered\.([a-z][a-z0-9_]*)/g, (all, read) => (read === before ? `answered.${after}` : all))]));
}

/** "downloadSpeed" and "download_speed" as words. @param {string} name */
function spaced(name) {
  const words = name.replace(/([a-z0-9])([A-Z])/g, '$1 $2').replaceAll('_', ' ').toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
