// @ts-check
// Trying the table out, and its test cases; the server evaluates.

import { ask, newestOnly, Offline } from '../designer/server.js';
import { address, asOf, drawing, editable, overlay, say, sheet, start, state } from './desk.js';
import { saving } from './drafting.js';
import { drawPanel } from './surroundings.js';

const newestTrial = newestOnly();

export async function evaluate() {
  if (state.tab !== 'test') return;
  state.whyRow = sheet.rule(sheet.focus.row)?.id ?? '';
  if (editable && saving.state !== 'saved' && !(await saving.settle())) {
    state.trialError = 'The table can be tried out once it is saved; there is no connection.';
    return drawPanel();
  }
  try {
    const trial = await newestTrial((signal) => ask(`${address}/trial${asOf}`, { method: 'POST', signal, body: { given: state.given, why: state.whyRow } }));
    if (!trial || state.tab !== 'test') return;
    state.trial = trial;
    state.trialError = '';
    state.trialFaults = {};
    overlay.matched = new Set(trial.matched);
    overlay.chosen = new Set(trial.chosen);
    overlay.refused = new Map((trial.why ?? []).map((each) => [`${state.whyRow} ${each.column}`, each.message]));
  } catch (error) {
    state.trialError = error instanceof Offline ? 'No connection: the server decides what a table says.' : error.message;
    state.trialFaults = Object.fromEntries((error.problem?.errors ?? []).map((fault) => [fault.pointer.slice(1), fault.message]));
    if (Object.keys(state.trialFaults).length && state.fields.some((field) => field.name in state.trialFaults)) state.trialError = '';
    clearTrial();
  }
  drawing.draw();
  drawPanel();
}

export function clearTrial() {
  overlay.matched = overlay.chosen = null;
  overlay.refused = new Map();
  state.trial = null;
}

const newestRun = newestOnly();

export async function runCases() {
  try {
    const coverage = await newestRun((signal) => ask(`${address}/cases/run${asOf}`, { signal }));
    if (!coverage) return;
    state.coverage = coverage;
    overlay.hits = state.tab === 'cases' ? new Map(Object.entries(coverage.hits)) : null;
    drawing.draw();
    drawPanel();
  } catch { state.coverage = null; }
}

/** What the form says, without what is not given. */
export const given = () => Object.fromEntries(Object.entries(state.given).filter(([, text]) => text !== ''));

/** The form filled with a literal for each input column, as far as a field is what the column looks at. */
export function fromExample(example) {
  const filled = {};
  sheet.table.inputs.forEach((column, at) => {
    const field = state.fields.find((each) => each.name === column.expression.trim());
    const text = example[at] ?? '';
    if (!field || text === '' || text === 'null') return;
    const inner = text.match(/^(?:date|time|date and time|duration)\("([^"]*)"\)$/)?.[1];
    filled[field.name] = inner ?? (field.type === 'string' ? text.replace(/^"|"$/g, '').replaceAll('\\"', '"') : text);
  });
  return filled;
}

export async function keptCase(one) {
  try {
    const kept = await ask(`${address}/cases`, { method: 'POST', body: one });
    state.cases = [...state.cases.filter((each) => each.id !== kept.id), kept].sort((a, b) => a.id - b.id);
    await runCases();
    drawPanel();
  } catch (error) { say(error.message); }
}

/** @type {{fields: any, names: any[]} | null} */
let known = null;

/** What expressions of the table can speak of, as the last check found it. */
export function knownNames() {
  if (known?.fields !== state.fields) known = { fields: state.fields, names: namesOf() };
  return known.names;
}

function namesOf() {
  const entries = (typed) => Object.entries(typed).map(([name, detail]) => ({ name, detail, entries: [] }));
  const roots = new Map(Object.entries(start.scope).map(([name, typed]) => [name, { name, detail: 'context', entries: entries(typed) }]));
  for (const field of state.fields) {
    const [first, ...rest] = field.name.split('.');
    const root = roots.get(first) ?? { name: first, detail: rest.length ? 'context' : field.type, entries: [] };
    let at = root;
    rest.forEach((part, depth) => {
      let next = at.entries.find((each) => each.name === part);
      if (!next) at.entries.push((next = { name: part, detail: depth === rest.length - 1 ? field.type : 'context', entries: [] }));
      at = next;
    });
    roots.set(first, root);
  }
  return [...roots.values()];
}
