// @ts-check
// Undo and redo without limit: each step keeps what it replaced, which is small, because rows are shared.

/**
 * @template S
 * @param {import('./table.js').Table} start
 */
export function historyOf(start) {
  /** @type {{label: string, back: Step, forth: Step, where: any}[]} */
  const done = [];
  /** @type {typeof done} */
  const undone = [];
  let table = start;

  return {
    get table() { return table; },
    get canUndo() { return done.at(-1)?.label ?? ''; },
    get canRedo() { return undone.at(-1)?.label ?? ''; },
    /** @param {import('./table.js').Table} next @param {string} label @param {any} where the selection to show again */
    record(next, label, where) {
      if (next === table) return false;
      done.push({ label, back: stepFrom(next, table), forth: stepFrom(table, next), where });
      undone.length = 0;
      table = next;
      return true;
    },
    undo() {
      const step = done.pop();
      if (!step) return null;
      undone.push(step);
      table = taken(table, step.back);
      return step;
    },
    redo() {
      const step = undone.pop();
      if (!step) return null;
      done.push(step);
      table = taken(table, step.forth);
      return step;
    },
    /** Another state that is nobody's step here, such as what somebody else saved: older steps no longer fit it. */
    restart(next) {
      done.length = undone.length = 0;
      table = next;
    }
  };
}

/** @typedef {{head: any, at: number, gone: number, rules: any[]}} Step the head if it differs, and one run of rows */

/** @returns {Step} */
function stepFrom(from, to) {
  const { rules: before, ...head } = from;
  const { rules: after, ...next } = to;
  let start = 0;
  const least = Math.min(before.length, after.length);
  while (start < least && before[start] === after[start]) start++;
  let end = 0;
  while (end < least - start && before[before.length - 1 - end] === after[after.length - 1 - end]) end++;
  const unchanged = Object.keys(next).every((name) => next[name] === head[name]);
  return { head: unchanged ? null : next, at: start, gone: before.length - start - end, rules: after.slice(start, after.length - end) };
}

/** @param {any} table @param {Step} step */
function taken(table, step) {
  const rules = step.gone || step.rules.length ? spliced(table.rules, step) : table.rules;
  return { ...table, ...step.head, rules };
}

function spliced(rules, { at, gone, rules: added }) {
  return [...rules.slice(0, at), ...added, ...rules.slice(at + gone)];
}
