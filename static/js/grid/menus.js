// @ts-check
// The menus of rows and columns.

import { acts } from './acts.js';
import { $, editable, sheet } from './desk.js';
import { showView } from './surroundings.js';

export function rowItems() {
  const count = sheet.selectedRows.length;
  const many = count > 1 ? `${count} rows` : 'row';
  return [
    { label: 'Cut', icon: 'scissors', keys: 'Ctrl+X', act: () => acts.cut(), disabled: !editable },
    { label: 'Copy', icon: 'copy', keys: 'Ctrl+C', act: () => acts.copy() },
    { label: 'Paste', icon: 'clipboard-paste', keys: 'Ctrl+V', act: () => acts.paste(), disabled: !editable },
    null,
    { label: `Insert ${many} above`, icon: 'arrow-up', keys: 'Ctrl+Shift+Enter', act: acts.insertAbove, disabled: !editable },
    { label: `Insert ${many} below`, icon: 'arrow-down', keys: 'Ctrl+Enter', act: acts.insertBelow, disabled: !editable },
    { label: `Duplicate ${many}`, icon: 'rows-3', keys: 'Ctrl+Shift+D', act: acts.double, disabled: !editable },
    null,
    { label: 'Fill down', icon: 'chevrons-up-down', keys: 'Ctrl+D', act: acts.fillDown, disabled: !editable },
    { label: 'Why does this row (not) match?', icon: 'circle-help', keys: 'Ctrl+Shift+Y', act: acts.why },
    null,
    { label: `Delete ${many}`, icon: 'trash-2', keys: 'Ctrl+Backspace', act: acts.deleteRows, danger: true, disabled: !editable }
  ];
}

export function columnItems(column) {
  const siblings = sheet.table[column.part].length;
  return [
    { label: 'Change …', icon: 'pencil', act: () => acts.editColumn(column), disabled: !editable },
    { label: 'Filter …', icon: 'funnel', act: () => filterBy(column) },
    { label: 'Show in ascending order', icon: 'arrow-up', act: () => { sheet.sort(column.id); showView(); } },
    { label: 'Show in descending order', icon: 'arrow-down', act: () => { sheet.sort(column.id, true); showView(); } },
    { label: 'Hide', icon: 'eye-off', act: () => { sheet.hide(column.id); showView(); }, disabled: sheet.columns.length < 2 },
    null,
    { label: 'Insert column left', icon: 'arrow-left', act: () => acts.addColumn(column.part, column.index), disabled: !editable },
    { label: 'Insert column right', icon: 'arrow-right', act: () => acts.addColumn(column.part, column.index + 1), disabled: !editable },
    { label: 'Move left', icon: 'chevron-left', act: () => acts.moveColumn(column, column.index - 1), disabled: !editable || column.index === 0 },
    { label: 'Move right', icon: 'chevron-right', act: () => acts.moveColumn(column, column.index + 1), disabled: !editable || column.index === siblings - 1 },
    { label: 'Fit the width', icon: 'move', act: () => acts.fitColumn(column.id) },
    null,
    { label: 'Delete column', icon: 'trash-2', act: () => acts.removeColumn(column), danger: true, disabled: !editable || (column.part === 'outputs' && siblings === 1) }
  ];
}

export function filterBy(column) {
  const field = /** @type {HTMLInputElement} */ ($('filter-text'));
  const bar = $('filter');
  bar.hidden = false;
  bar.dataset.column = column.id;
  $('filter-label').textContent = `${column.title} contains`;
  field.value = sheet.filters.get(column.id) ?? '';
  field.focus();
}
