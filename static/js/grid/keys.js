// @ts-check
// What the keys do while a cell has the focus; the same as in a spreadsheet wherever spreadsheets agree.

/** @type {[string, [string, string][]][]} by heading: key and what it does */
export const SHORTCUTS = [
  ['Move', [['Arrows', 'to the next cell'], ['Ctrl+Arrow', 'to the edge of what is filled'], ['Tab / Shift+Tab', 'right / left'], ['Enter after Tabs', 'to where the next row begins'], ['Tab / Enter', 'within what is selected: right / down'], ['Home / End', 'first / last column'], ['Ctrl+Home / Ctrl+End', 'first / last cell'], ['PgUp / PgDn', 'a page up / down']]],
  ['Edit', [['Type', 'replace the cell'], ['F2 or Enter', 'edit the cell'], ['Alt+Enter', 'a new line, while editing'], ['Esc', 'leave it as it was'], ['Delete', 'empty the selected cells'], ['Ctrl+Enter', 'while editing: into all selected cells'], ['Ctrl+D', 'fill down'], ['Ctrl+R', 'fill right'], ['Ctrl+H', 'find and replace'], ['Ctrl+Z / Ctrl+Y', 'undo / redo']]],
  ['Rows', [['Ctrl+Enter', 'new row below'], ['Ctrl+Shift+Enter', 'new row above'], ['Ctrl+Backspace', 'delete the selected rows'], ['Alt+Up / Alt+Down', 'move the selected rows'], ['Ctrl+Shift+D', 'duplicate the selected rows']]],
  ['Columns', [['Ctrl+Space', 'select it, and then:'], ['Alt+Left / Alt+Right', 'move it'], ['Shift+F10', 'its menu']]],
  ['Select', [['Shift+Arrow', 'extend'], ['Shift+Space', 'whole rows'], ['Ctrl+Space', 'whole columns'], ['Ctrl+A', 'everything'], ['Ctrl+click, Ctrl+drag', 'one more range'], ['Shift+F8', 'keep this range, begin another'], ['Ctrl+C / Ctrl+X / Ctrl+V', 'copy, cut, paste (also from and to a spreadsheet)']]],
  ['Look', [['Ctrl+K', 'do anything, go to any row or column'], ['Ctrl+F', 'search'], ['F8', 'next problem'], ['Ctrl+Shift+Y', 'why does this row (not) match'], ['F6 / Shift+F6', 'to the next part of the page and back'], ['?', 'these keys']]]
];

/**
 * @param {{sheet: any, drawing: any, editor: any, acts: any}} parts
 * @returns {(event: KeyboardEvent) => void}
 */
export function keysOf({ sheet, drawing, editor, acts }) {
  const arrows = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

  /** As far as cells go on being filled (or empty), like a spreadsheet's Ctrl+Arrow. */
  function edge({ row, column }, [down, right]) {
    const empty = (r, c) => ['', '-'].includes(sheet.text(r, c));
    const inside = (r, c) => r >= 0 && c >= 0 && r < sheet.count && c < sheet.columns.length;
    let [r, c] = [row + down, column + right];
    if (!inside(r, c)) return { row, column };
    const seeking = empty(row, column) || empty(r, c);
    while (inside(r + down, c + right) && (seeking ? empty(r, c) : !empty(r + down, c + right))) {
      r += down;
      c += right;
    }
    return { row: r, column: c };
  }

  /** @param {string | null} [typed] */
  function write(typed) {
    if (sheet.several) sheet.enter();
    editor.start(sheet.focus, typed);
    return true;
  }

  /** @param {KeyboardEvent} event */
  function keyed(event) {
    const { key, shiftKey: extend, altKey } = event;
    const command = event.ctrlKey || event.metaKey;
    const { focus } = sheet;
    const last = { row: sheet.count - 1, column: sheet.columns.length - 1 };
    const go = (row, column, how) => sheet.go({ row, column }, how);

    if (key in arrows) {
      const step = arrows[key];
      if (altKey && step[0]) return acts[step[0] < 0 ? 'moveUp' : 'moveDown'](), true;
      if (altKey) return sheet.mode === 'columns' && (acts.moveColumnBy(step[1]), true);
      // Whole rows stay whole as they grow downwards, whole columns as they grow sideways.
      const whole = extend && ((sheet.mode === 'rows' && step[0]) || (sheet.mode === 'columns' && step[1]));
      const how = { extend, mode: whole ? sheet.mode : 'cells' };
      if (command) return sheet.go(edge(focus, step), how), true;
      return go(focus.row + step[0], focus.column + step[1], how), true;
    }
    switch (key) {
      case 'Tab': {
        if (sheet.several) return sheet.within(0, extend ? -1 : 1), true;
        const next = focus.column + (extend ? -1 : 1);
        if (next > last.column && focus.row === last.row && !extend) return acts.appendRow(), true;
        if (next > last.column) return go(Math.min(focus.row + 1, last.row), 0), true;
        if (next < 0 && focus.row === 0) return false; // out of the grid, backwards
        if (next < 0) return go(focus.row - 1, last.column), true;
        return go(focus.row, next, { tab: !extend }), true;
      }
      case 'Home': return go(command ? 0 : focus.row, 0, { extend }), true;
      case 'End': return go(command ? last.row : focus.row, last.column, { extend }), true;
      case 'PageUp': return go(focus.row - drawing.page, focus.column, { extend }), true;
      case 'PageDown': return go(focus.row + drawing.page, focus.column, { extend }), true;
      case 'Enter':
        if (command) return acts[extend ? 'insertAbove' : 'insertBelow'](), true;
        if (!sheet.count) return acts.appendRow(), true;
        if (sheet.several) return sheet.within(extend ? -1 : 1, 0), true;
        return write();
      case 'F2': return write();
      case 'F8': return extend ? sheet.addRange() : acts.nextProblem(), true;
      case 'Delete': return sheet.clear(), true;
      case 'Backspace':
        if (command) return acts.deleteRows(), true;
        return write('');
      case 'Escape': return acts.escape(), true;
      case ' ':
        if (extend && (command || sheet.mode === 'columns')) return acts.selectAll(), true;
        if (command && sheet.mode === 'rows') return acts.selectAll(), true;
        if (extend) return sheet.go(focus, { extend: true, mode: 'rows' }), true;
        if (command) return sheet.go(focus, { extend: true, mode: 'columns' }), true;
        break;
      case 'ContextMenu': return acts.menu(), true;
      case 'F10': if (extend) return acts.menu(), true; return false;
      default:
    }
    if (command && !altKey) {
      const act = {
        z: extend ? 'redo' : 'undo', y: extend ? 'why' : 'redo', d: extend ? 'double' : 'fillDown', r: 'fillRight', a: 'selectAll',
        f: 'search', h: 'replace', k: 'palette', '+': 'insertBelow', '=': 'insertBelow', '-': 'deleteRows', s: 'save'
      }[key.toLowerCase()];
      if (act === 'fillRight' && extend) return false;
      if ((key === '+' || key === '=') && !extend) return false; // the browser's zoom
      if (key === '-' && sheet.mode !== 'rows') return false;
      if (act) return acts[act](), true;
      return false;
    }
    if (key === '?' && !command) return acts.help(), true;
    if (key.length === 1 && !command && !altKey) return write(key);
    return false;
  }

  return (event) => {
    if (event.target !== event.currentTarget || editor.open) return;
    // A composition begins in a field, never in a cell: open one for it.
    if (event.isComposing || event.key === 'Process') return void write('');
    if (keyed(event)) event.preventDefault();
  };
}
