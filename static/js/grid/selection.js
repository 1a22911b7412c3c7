// @ts-check
// What is selected: the range between an anchor and the focus, and those that Ctrl+click or Shift+F8 left standing before
// it.
//
// Places are in view coordinates: row 0 is the first row shown, whatever row of the table that is.

/** @typedef {{row: number, column: number}} Place */
/** @typedef {{top: number, bottom: number, left: number, right: number}} Range inclusive, bottom -1: nothing */
/** @typedef {'cells' | 'rows' | 'columns'} Mode */

/** @param {() => Place} last the last row and column there are; -1 where there are none */
export function selectionOf(last) {
  let focus = { row: 0, column: 0 };
  let anchor = { row: 0, column: 0 };
  /** @type {Mode} */
  let mode = 'cells';
  /** @type {{anchor: Place, focus: Place, mode: Mode}[]} */
  let standing = [];
  let adding = false; // whether moving leaves what stands
  /** @type {number | null} where a row of Tabs began, to which Enter returns */
  let began = null;
  /** @type {{anchor: Place, focus: Place} | null} the ends of what stays selected while Tab and Enter go about in it */
  let held = null;

  function clamped({ row, column }) {
    const end = last();
    return { row: Math.max(0, Math.min(end.row, row)), column: Math.max(0, Math.min(end.column, column)) };
  }

  /** @returns {Range} */
  function between({ anchor: one, focus: other, mode: as }) {
    const end = last();
    const top = as === 'columns' ? 0 : Math.min(one.row, other.row);
    const bottom = as === 'columns' ? end.row : Math.min(Math.max(one.row, other.row), end.row);
    const left = as === 'rows' ? 0 : Math.min(one.column, other.column);
    const right = as === 'rows' ? end.column : Math.min(Math.max(one.column, other.column), end.column);
    return { top, bottom, left, right };
  }

  const ends = () => ({ ...(held ?? { anchor, focus }), mode });
  const all = () => [...standing, ends()].map(between);

  return {
    get focus() { return focus; },
    get mode() { return mode; },
    get adding() { return adding; },
    /** The column in which a row of Tabs began; null where the last move was no Tab. */
    get began() { return began; },
    /** The range that is being made now. */
    get range() { return between(ends()); },
    /** All of them, that one last. */
    get ranges() { return all(); },
    get several() { return all().reduce((sum, { top, bottom, left, right }) => sum + (bottom - top + 1) * (right - left + 1), 0) > 1; },
    /** The rows that any range touches, from top to bottom. */
    get rows() {
      const rows = new Set();
      for (const { top, bottom } of this.ranges) for (let row = top; row <= bottom; row++) rows.add(row);
      return [...rows].sort((one, other) => one - other);
    },
    /** What undo and redo bring back. */
    get where() { return { ...ends(), standing }; },
    /** @param {Place} to @param {{extend?: boolean, add?: boolean, alone?: boolean, tab?: boolean, mode?: Mode}} [how]
     * `add`: besides what is selected; `alone`: ends what Shift+F8 began; `tab`: by Tab or Enter along a row */
    go(to, { extend = false, add = false, alone = false, tab = false, mode: as = extend ? mode : 'cells' } = {}) {
      began = tab ? began ?? focus.column : null;
      if (alone) adding = false;
      if (add && !extend) standing = [...standing, ends()];
      else if (!extend && !adding) standing = [];
      if (held && extend) anchor = focus;
      held = null;
      focus = clamped(to);
      if (!extend) anchor = focus;
      mode = as;
    },
    /** Goes to where what is selected began, which stays selected: what is typed now goes into one cell after another. */
    enter() {
      if (held || !this.several) return;
      held = { anchor, focus };
      focus = anchor;
      began = null;
    },
    /** To the next cell of what is selected, and from the end of it to its beginning. @param {number} down @param {number} right -1, 0 or 1 */
    within(down, right) {
      this.enter();
      const ranges = all();
      const at = ranges.findLastIndex(({ top, bottom, left, right: end }) =>
        focus.row >= top && focus.row <= bottom && focus.column >= left && focus.column <= end);
      const { top, bottom, left, right: end } = ranges[at];
      const across = end - left + 1;
      const high = bottom - top + 1;
      const step = down + right;
      const place = down ? (focus.column - left) * high + focus.row - top : (focus.row - top) * across + focus.column - left;
      const next = place + step;
      if (next >= 0 && next < across * high) {
        focus = down ? { row: top + (next % high), column: left + Math.floor(next / high) }
          : { row: top + Math.floor(next / across), column: left + (next % across) };
        return;
      }
      const other = ranges[(at + step + ranges.length) % ranges.length];
      focus = step > 0 ? { row: other.top, column: other.left } : { row: other.bottom, column: other.right };
    },
    /** What is selected stays; the keys that move go on from here with another range. */
    add() {
      const last = standing.at(-1);
      const now = ends();
      const same = last && last.anchor === now.anchor && last.focus === now.focus && last.mode === mode;
      if (!same) standing = [...standing, now];
      held = null;
      anchor = focus;
      mode = 'cells';
      adding = true;
    },
    /** Moving selects anew again; what is selected stays. */
    endAdding() { adding = false; },
    /** @param {Place} from @param {Place} to @param {Mode} as */
    span(from, to, as = mode) {
      standing = [];
      held = null;
      adding = false;
      began = null;
      anchor = clamped(from);
      focus = clamped(to);
      mode = as;
    },
    restore(where) {
      held = null;
      anchor = clamped(where.anchor);
      focus = clamped(where.focus);
      mode = where.mode;
      standing = where.standing ?? [];
      adding = false;
      began = null;
    },
    /** After rows or columns came or went. */
    fit() {
      const end = last();
      focus = clamped(focus);
      anchor = clamped(anchor);
      if (held) held = { anchor: clamped(held.anchor), focus: clamped(held.focus) };
      standing = standing.filter((each) => Math.max(each.anchor.row, each.focus.row) <= end.row && Math.max(each.anchor.column, each.focus.column) <= end.column);
    },
    clamped
  };
}

/** Several ranges as one block of cells, where they stand side by side in the same rows, or in the same columns one
 * below the other; null where they do not, as spreadsheets refuse that too.
 * @param {Range[]} ranges @returns {Range[][] | null} lines of ranges */
export function aligned(ranges) {
  const [first] = ranges;
  if (ranges.every((each) => each.top === first.top && each.bottom === first.bottom)) {
    return [[...ranges].sort((one, other) => one.left - other.left)];
  }
  if (ranges.every((each) => each.left === first.left && each.right === first.right)) {
    return [...ranges].sort((one, other) => one.top - other.top).map((each) => [each]);
  }
  return null;
}
