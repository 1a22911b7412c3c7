// @ts-check
/** Opens a plan that is only read: without the commands that make sense only where a plan is made. */

import { openPlan } from '../index.js';

const FOR_EDITING = ['problems', 'scope', 'save', 'next-problem', 'previous-problem'];

/**
 * @param {HTMLElement} container @param {any} options as openPlan takes them
 * @param {string[]} without more commands that the page has no place for
 * @returns {Promise<any>} the diagram
 */
export async function openToRead(container, options, without = []) {
  const diagram = await openPlan(container, { ...options, editing: false, saving: null, checking: null });
  const left = new Set([...FOR_EDITING, ...without]);
  const actions = diagram.get('actions');
  actions.commands = actions.commands.filter(({ name, changes }) => !changes && !left.has(name));
  return diagram;
}
