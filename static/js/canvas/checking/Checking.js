// @ts-check
/** Asks the server what is wrong, soon after every pause, and marks the cards that are concerned. */

import { ask, newestOnly, Offline, Refused } from '../../designer/server.js';

const PAUSE = 120;

/** @typedef {{ definition: string, pointer: string, code: string, severity: 'error' | 'warning', message: string,
 *   items: string[] }} Problem */

export default class Checking {
  static $inject = ['eventBus', 'planElements', 'marks', 'actions', 'config.checking'];

  constructor(eventBus, planElements, marks, actions, address = null) {
    Object.assign(this, { _eventBus: eventBus, _elements: planElements, _marks: marks, _actions: actions, _address: address });
    /** @type {Problem[]} */
    this.problems = [];
    /** @type {any} the plan that the problems speak of */
    this.plan = null;
    this._at = -1;
    this._newest = newestOnly();
    if (!address) return;
    eventBus.on(['commandStack.changed', 'plan.opened', 'names.changed'], 500, () => this._soon());
  }

  _soon() {
    clearTimeout(this._timer);
    this._timer = setTimeout(() => void this._check(), PAUSE);
  }

  async _check() {
    const plan = this._elements.plan();
    try {
      const answer = await this._newest((signal) => ask(this._address, { method: 'POST', body: plan, signal }));
      if (!answer) return;
      this.plan = plan;
      this._show(answer.problems);
    } catch (error) {
      // Why nothing can be asked just now is told where the plan is saved.
      if (!(error instanceof Offline || error instanceof Refused)) throw error;
    }
  }

  /** @param {Problem[]} problems */
  _show(problems) {
    this.problems = [...problems].sort((a, b) => (a.severity === b.severity ? 0 : a.severity === 'error' ? -1 : 1));
    const marks = new Map();
    for (const problem of this.problems) {
      for (const element of this.elementsOf(problem)) {
        const mark = marks.get(element.id) ?? { errors: 0, warnings: 0 };
        mark[problem.severity === 'error' ? 'errors' : 'warnings'] += 1;
        marks.set(element.id, mark);
      }
    }
    this._marks.set('problems', marks);
    this._eventBus.fire('problems.changed', { problems: this.problems });
  }

  /** The cards and lines a problem speaks of. @param {Problem} problem */
  elementsOf({ items, pointer }) {
    const cards = (items ?? []).map((key) => this._elements.byKey(key)).filter(Boolean);
    const part = /^\/(items|dependencies)\/(\d+)/.exec(pointer);
    if (part?.[1] === 'items' && !cards.length) {
      const card = this._elements.byKey(this.plan?.items[Number(part[2])]?.key);
      return card ? [card] : [];
    }
    return cards;
  }

  /** The line that a problem of a dependency is about. @param {Problem} problem */
  lineOf({ pointer }) {
    const part = /^\/dependencies\/(\d+)/.exec(pointer);
    const found = part && this.plan?.dependencies[Number(part[1])];
    const target = found && this._elements.byKey(found.target);
    return target?.incoming.find((line) => line.source === this._elements.byKey(found.source)) ?? null;
  }

  /** What is wrong with one element, by where in it: pointer below the element -> message. */
  ofElement(element) {
    const found = [];
    for (const problem of this.problems) {
      const part = /^\/(items|dependencies)\/(\d+)(.*)$/.exec(problem.pointer);
      const own = part?.[1] === 'items' && element.item && this.plan?.items[Number(part[2])]?.key === element.item.key;
      const line = part?.[1] === 'dependencies' && this.lineOf(problem) === element;
      if (own || line) found.push({ ...problem, at: part[3] });
      else if (element.item && problem.items?.includes(element.item.key)) found.push({ ...problem, at: '' });
    }
    return found;
  }

  show(problem) {
    const element = this.lineOf(problem) ?? this.elementsOf(problem)[0];
    if (element) this._actions.select(element);
    return element;
  }

  next(step) {
    if (!this.problems.length) {
      this._actions.say('There are no problems.');
      return;
    }
    this._at = (this._at + step + this.problems.length) % this.problems.length;
    const problem = this.problems[this._at];
    this.show(problem);
    this._actions.say(`${problem.severity === 'error' ? 'Error' : 'Warning'} ${this._at + 1} of ${this.problems.length}: ${problem.message}`);
  }
}
