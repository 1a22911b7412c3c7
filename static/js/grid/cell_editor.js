// @ts-check
// The one editor that all cells share: it lies over the cell, offers what may stand there, and asks the server whether
// what stands there is right.

import { newestOnly } from '../designer/server.js';
import { element } from './drawing.js';
import { ROW } from './drawing.js';

const PAUSE = 120; // ms of not typing before the server is asked

/**
 * @param {{
 *   sheet: ReturnType<typeof import('./sheet.js').sheetOf>,
 *   drawing: ReturnType<typeof import('./drawing.js').drawingOf>,
 *   names: () => any[],
 *   check: (column: import('./table.js').Column, text: string, signal: AbortSignal) => Promise<{fault: {message: string, start: number, end: number} | null, reading: string}>,
 *   done: (move: {row: number, column: number, tab?: boolean, within?: boolean} | null) => void
 * }} parts `done` is told where to go after the editor closed, `within` what is selected where
 *   that is more than this cell; null: stay, and take the focus back
 */
export function cellEditorOf({ sheet, drawing, names, check, done }) {
  const host = element('div', 'cell-editor', { hidden: '', role: 'row' });
  const inside = element('div', '', { role: 'gridcell' });
  const field = element('div', 'cell-editor-field');
  const area = /** @type {HTMLTextAreaElement} */ (element('textarea', 'cell-editor-plain', { rows: '1', spellcheck: 'false', hidden: '' }));
  const note = element('div', 'cell-editor-note', { role: 'status' });
  inside.append(field, area, note);
  host.append(inside);
  drawing.body.append(host);

  /** @type {ReturnType<typeof import('../designer/feel_editor.js').feelEditor> | null} */
  let feel = null;
  /** @type {{row: number, column: number, id: string, columnId: string, before: string, quick: boolean, plain: boolean} | null} */
  let open = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const newest = newestOnly();
  /** @type {{table: any, id: string, values: string[], closed: boolean} | null} what was offered last */
  let offered = null;
  /** @type {Map<string, string[]>} */
  const lists = new Map();

  // The expression editor is large; it loads once the table stands, and a plain field serves until then.
  const loading = import('../designer/feel_editor.js').then(({ feelEditor }) => {
    feel = feelEditor(field, { label: 'cell', dialect: 'unaryTests', within: drawing.body.parentElement ?? undefined, onChange: changed, onKey: keyed, onBlur: left });
  });

  area.addEventListener('input', () => { fit(); changed(); });
  area.addEventListener('keydown', (event) => { if (!event.isComposing && keyed(event)) event.preventDefault(); });
  area.addEventListener('blur', left);
  host.addEventListener('pointerdown', (event) => event.stopPropagation());

  function textNow() {
    return open?.plain ? area.value : feel?.text ?? area.value;
  }

  function fit() {
    area.style.height = 'auto';
    area.style.height = `${Math.max(ROW, area.scrollHeight)}px`;
  }

  function changed() {
    clearTimeout(timer);
    if (!open) return;
    timer = setTimeout(ask, PAUSE);
  }

  async function ask() {
    const at = open;
    const column = at && sheet.columns[at.column];
    if (!at || !column || column.part === 'annotations') return;
    const text = textNow();
    try {
      const answer = await newest((signal) => check(column, text, signal));
      if (!answer || open !== at) return;
      feel?.wrong(at.plain ? null : answer.fault);
      tell(answer.fault ? answer.fault.message : answer.reading, answer.fault ? 'bad' : '');
    } catch {
      tell('', ''); // without a server the cell can still be written; it is checked when it is saved
    }
  }

  function tell(text, tone) {
    note.textContent = text;
    note.className = `cell-editor-note${tone ? ` ${tone}` : ''}`;
  }

  function close(keep, move) {
    if (!open) return;
    const { row, column, id, columnId, before } = open;
    const text = textNow();
    open = null;
    clearTimeout(timer);
    host.hidden = true;
    host.style.transform = '';
    // Meanwhile the row may have moved, if somebody else's change came in.
    const at = sheet.rule(row)?.id === id ? row : sheet.shownAt(id);
    const where = sheet.columns[column]?.id === columnId ? column : sheet.columns.findIndex((each) => each.id === columnId);
    if (keep && text !== before && at >= 0 && where >= 0) sheet.write({ row: at, column: where }, text);
    done(move);
  }

  /** The text goes into every selected cell, which stay selected. */
  function closeAll() {
    const text = textNow();
    close(false, null);
    sheet.writeAll(text);
  }

  function newLine() {
    if (!open?.plain) return void feel?.view.dispatch(feel.view.state.replaceSelection('\n'));
    area.setRangeText('\n', area.selectionStart, area.selectionEnd, 'end');
    fit();
    changed();
  }

  function left() {
    // Focus that moves to a completion or scrolls with the window is not a reason to stop.
    setTimeout(() => {
      if (open && document.hasFocus() && !host.contains(document.activeElement)) close(true, null);
    });
  }

  function keyed(event) {
    if (!open) return false;
    const { row, column, quick } = open;
    if (event.key === 'Escape') return close(false, null), true;
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) return closeAll(), true;
    if (event.key === 'Enter' && event.altKey) return newLine(), true;
    if (event.key === 'Enter' && event.shiftKey && open.plain) return false;
    if (event.key === 'Enter') return close(true, { row: row + (event.shiftKey ? -1 : 1), column: event.shiftKey ? column : sheet.began ?? column, within: true }), true;
    if (event.key === 'Tab') return close(true, { row, column: column + (event.shiftKey ? -1 : 1), tab: !event.shiftKey, within: true }), true;
    if (quick && !event.shiftKey && !event.ctrlKey && !event.metaKey) {
      const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
      if (step) return close(true, { row: row + step[0], column: column + step[1] }), true;
    }
    if (event.key === 'F2') return (open.quick = false), true;
    if (event.key === 's' && (event.ctrlKey || event.metaKey)) return close(true, null), true;
    return false;
  }

  return {
    get open() { return open !== null; },
    loading,
    /** @param {{row: number, column: number}} at @param {string | null} typed replaces the text; null: edit what is there */
    start(at, typed = null) {
      const column = sheet.columns[at.column];
      const rule = sheet.rule(at.row);
      if (!column || !rule) return;
      if (open) close(true, null);
      const before = sheet.text(at.row, at.column);
      const shown = typed ?? (column.part === 'inputs' && before === '-' ? '' : before);
      const plain = column.part === 'annotations' || !feel;
      open = { ...at, id: rule.id, columnId: column.id, before: typed === null ? (shown === before ? before : shown) : before, quick: typed !== null, plain };
      const bounds = drawing.boundsOf(at);
      host.hidden = false;
      host.style.transform = `translate(${bounds.left}px, ${bounds.top}px)`;
      host.style.minWidth = `${bounds.width}px`;
      host.style.maxWidth = `${Math.max(bounds.width, 480)}px`;
      tell('', '');
      field.hidden = plain;
      area.hidden = !plain;
      const label = `${column.title}, row ${sheet.place(at.row) + 1}`;
      if (plain) {
        area.value = shown;
        area.setAttribute('aria-label', label);
        area.focus({ preventScroll: true });
        area.setSelectionRange(shown.length, shown.length);
        fit();
      } else {
        feel?.become({ label, dialect: column.part === 'inputs' ? 'unaryTests' : 'expression', names: names(), ...offeredIn(column), text: shown });
        feel?.focus();
        feel?.toEnd();
        if (typed || (shown === '' && column.type !== 'number')) feel?.offer();
      }
      changed();
    },
    /** Keeps what is written and closes. */
    finish() { close(true, null); }
  };

  /** What may stand in a cell: the allowed values of its column, or else what other rows say there. Numbers are only
   * written: a list of them would be in the way. */
  function offeredIn(column) {
    if (offered?.table !== sheet.table || offered.id !== column.id) offered = { table: sheet.table, id: column.id, ...offerOf(column) };
    // The same list, where it says the same, is the same to the editor.
    const { values } = offered;
    lists.set(column.id, values.join('\n') === lists.get(column.id)?.join('\n') ? /** @type {string[]} */ (lists.get(column.id)) : values);
    return { values: lists.get(column.id), closed: offered.closed };
  }

  function offerOf(column) {
    const allowed = column.type === 'boolean' ? ['true', 'false'] : literals(column.allowed);
    if (allowed.length) return { values: allowed, closed: true };
    if (column.type === 'number') return { values: [], closed: false };
    const seen = new Map();
    for (const rule of sheet.table.rules.slice(0, 2000)) {
      const text = rule[column.part][column.index];
      if (text && text !== '-') seen.set(text, (seen.get(text) ?? 0) + 1);
    }
    return { values: [...seen].sort((one, other) => other[1] - one[1]).slice(0, 40).map(([text]) => text), closed: false };
  }
}

/** The constants that allowed values list, such as `"a", "b"`; ranges cannot be offered. @param {string} allowed */
export function literals(allowed) {
  return [...allowed.matchAll(/"(?:[^"\\]|\\.)*"|(?<![\w.[(])-?\d+(?:\.\d+)?(?![\w.\])])/g)].map((found) => found[0]);
}
