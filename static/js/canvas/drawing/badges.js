// @ts-check
/** The small signs on a card: what an item has beyond its kind, name and doer. */

/**
 * @param {import('../plan/kinds.js').Item} item
 * @param {{ notes?: number }} marks
 * @returns {{ name: string, icon: string, text: string }[]}
 */
export function badgesOf(item, marks) {
  const found = [];
  if (item.point_of_no_return) found.push({ name: 'ponr', icon: 'lock', text: 'Point of no return' });
  if (item.compensation) {
    found.push({ name: 'compensation', icon: 'undo-2', text: `Undone by ${item.compensation.system}` });
  }
  if (item.retry && item.retry.policy !== 'none') {
    found.push({ name: 'retry', icon: 'repeat', text: `Retried: ${item.retry.policy}` });
  }
  if (item.condition) found.push({ name: 'condition', icon: 'funnel', text: `Only if ${item.condition}` });
  if (item.per && item.per !== 'order') found.push({ name: 'per', icon: 'layers', text: `Once per ${item.per}` });
  if (marks.notes) {
    found.push({ name: 'notes', icon: 'message-square', text: marks.notes === 1 ? '1 note' : `${marks.notes} notes` });
  }
  return found;
}
