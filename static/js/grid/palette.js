// @ts-check
// Ctrl+K on the page of a table: does anything, and goes to any row, column or test case.

import { html } from 'preact';
import { Palette } from '../designer/palette.js';
import { acts } from './acts.js';
import { asked } from './asking.js';
import { editable, sheet, sprite, state } from './desk.js';
import { filterBy } from './menus.js';
import { showView } from './surroundings.js';
import * as tables from './table.js';

const ROWS = 20; // rows found by what they say

/** [act, icon, text, keys, whether it changes the table] @type {[string, string, string, string[], boolean][]} */
const COMMANDS = [
  ['appendRow', 'plus', 'New row at the end', [], true],
  ['insertBelow', 'arrow-down', 'New row below', ['Ctrl', 'Enter'], true],
  ['insertAbove', 'arrow-up', 'New row above', ['Ctrl', 'Shift', 'Enter'], true],
  ['double', 'copy', 'Duplicate the selected rows', ['Ctrl', 'Shift', 'D'], true],
  ['deleteRows', 'trash-2', 'Delete the selected rows', ['Ctrl', 'Backspace'], true],
  ['moveUp', 'arrow-up', 'Move the selected rows up', ['Alt', '↑'], true],
  ['moveDown', 'arrow-down', 'Move the selected rows down', ['Alt', '↓'], true],
  ['fillDown', 'chevrons-up-down', 'Fill down', ['Ctrl', 'D'], true],
  ['newInput', 'plus', 'New input column …', [], true],
  ['newOutput', 'plus', 'New output column …', [], true],
  ['newNote', 'plus', 'New annotation column …', [], true],
  ['undo', 'undo-2', 'Undo', ['Ctrl', 'Z'], true],
  ['redo', 'redo-2', 'Redo', ['Ctrl', 'Y'], true],
  ['search', 'search', 'Search cells', ['Ctrl', 'F'], false],
  ['replace', 'repeat-2', 'Find and replace …', ['Ctrl', 'H'], true],
  ['nextProblem', 'triangle-alert', 'Go to the next problem', ['F8'], false],
  ['why', 'circle-help', 'Why does this row (not) match?', ['Ctrl', 'Shift', 'Y'], false],
  ['usage', 'chart-column', 'Show or hide hits beside the rows', [], false],
  ['runCases', 'play', 'Run all test cases', [], false],
  ['help', 'keyboard', 'Keys', ['?'], false]
];
const PANELS = [['problems', 'Problems', 'triangle-alert'], ['gaps', 'Gaps', 'square-dashed'], ['test', 'Test', 'flask-conical'], ['cases', 'Test cases', 'list-checks'], ['hits', 'Hits and dead rows', 'chart-column']];
const BUTTONS = [['import', 'Import a file …', 'file-up'], ['export', 'Export …', 'file-down'], ['publish', 'Publish …', 'rocket']];

const symbol = (name) => html`<svg class="icon" aria-hidden="true"><use href=${`${sprite}#${name}`}></use></svg>`;

/** It is there with the key: whatever is typed next goes into it. */
acts.palette = async () => {
  const all = entries();
  const chosen = await asked('Do anything', 'finder', (close) => html`<div class="inside"><${Palette} title="Do anything, or go to a row" lead="command" all=${all} more=${rowsFound} icon=${symbol} choose=${close} /></div>`);
  chosen?.run();
};

/** @returns {import('../designer/palette.js').Entry[]} */
function entries() {
  const command = ([name, icon, text, keys, changes]) => ({ id: name, icon, text, keys, words: 'command', changes, run: () => acts[name]() });
  const columns = sheet.allColumns.flatMap((column) => {
    const id = `column ${column.id}`;
    const at = { icon: 'columns-3', detail: column.note, words: `column ${column.part}` };
    return [
      { ...at, id, text: `Go to column ${column.title}`, run: () => goTo(column) },
      { ...at, id: `${id} filter`, icon: 'funnel', text: `Filter by ${column.title} …`, run: () => filterBy(column) },
      { ...at, id: `${id} sort`, icon: 'arrow-up', text: `Order by ${column.title}`, run: () => { sheet.sort(column.id); showView(); } },
      { ...at, id: `${id} hide`, icon: sheet.isHidden(column.id) ? 'eye' : 'eye-off', text: `${sheet.isHidden(column.id) ? 'Show' : 'Hide'} column ${column.title}`, run: () => { sheet.hide(column.id, !sheet.isHidden(column.id)); showView(); } },
      ...(editable ? [{ ...at, id: `${id} change`, icon: 'pencil', text: `Change column ${column.title} …`, run: () => acts.editColumn(column) }] : [])
    ];
  });
  return [
    ...COMMANDS.map(command).filter((each) => editable || !each.changes),
    ...PANELS.map(([tab, text, icon]) => ({ id: `panel ${tab}`, icon, text: `Open ${text}`, words: 'panel', run: () => acts.open(tab) })),
    ...BUTTONS.filter(([id]) => document.getElementById(id)).map(([id, text, icon]) => ({ id, icon, text, words: 'file', run: () => document.getElementById(id)?.click() })),
    ...(sheet.narrowed ? [{ id: 'all', icon: 'x', text: 'Show all rows', words: 'filter search', run: () => { sheet.showAll(); showView(); } }] : []),
    ...columns,
    ...state.cases.map((one) => ({ id: `case ${one.id}`, icon: 'flask-conical', text: `Try ${one.name}`, detail: one.expected, words: 'test case', run: () => acts.loadCase(one) }))
  ];
}

function goTo(column) {
  if (sheet.isHidden(column.id)) sheet.hide(column.id, false);
  acts.reveal('', column.id);
}

/** Rows by their number, or by what their cells say. @param {string} typed */
function rowsFound(typed) {
  const number = Number(typed.trim().match(/^(?:row )?(\d+)$/i)?.[1] ?? NaN);
  const entry = (row) => {
    const rule = sheet.table.rules[row];
    const said = [...rule.inputs, '→', ...rule.outputs].join('  ');
    return { id: `row ${row}`, icon: 'corner-down-right', text: `Row ${row + 1}`, detail: said, words: '', run: () => acts.reveal(rule.id) };
  };
  if (number >= 1 && number <= sheet.total) return [entry(number - 1)];
  const wanted = typed.trim().toLowerCase();
  if (wanted.length < 2) return [];
  const found = [];
  for (let row = 0; row < sheet.total && found.length < ROWS; row++) {
    const rule = sheet.table.rules[row];
    if (tables.PARTS.some((part) => rule[part].some((text) => text.toLowerCase().includes(wanted)))) found.push(entry(row));
  }
  return found;
}
