// @ts-check
/** Saves every change of the drawing by itself, and draws what others saved meanwhile. */

import { keepSaved } from '../../designer/saving.js';
import { ask } from '../../designer/server.js';
import { flushTyped } from '../../forms/fields/typed.js';
import PlanElements from '../elements/PlanElements.js';
import { canonical, edgeName } from '../plan/document.js';
import { merged } from '../plan/merging.js';

/** @typedef {{ plan: any, layout: any }} Drawing */

export default class Saving {
  static $inject = ['eventBus', 'planElements', 'reconciling', 'labelEditing', 'dragging', 'popupMenu', 'config.saving'];

  /** @param {any} eventBus @param {any} planElements @param {any} reconciling @param {any} labelEditing @param {any} dragging
   * @param {any} popupMenu @param {{ draft: string, layout: string, key: string } | null} config addresses, and of which plan */
  constructor(eventBus, planElements, reconciling, labelEditing, dragging, popupMenu, config = null) {
    this._eventBus = eventBus;
    this._elements = planElements;
    this._reconciling = reconciling;
    // Whatever is changed under a name half typed ends the typing, and its next letters would be commands.
    this._inHand = () => labelEditing.active() || popupMenu.isOpen() || Boolean(dragging.context());
    this._config = config;
  }

  /**
   * Begins from what the server has; unsaved work of an earlier visit is brought in.
   * @param {{ document: any, layout: any, revision: number }} loaded
   */
  async begin(loaded) {
    const { draft, layout, key } = this._config;
    // Before saving listens to the same: what is typed belongs to what is saved when the page is left.
    addEventListener('pagehide', flushTyped);
    this._saving = keepSaved({
      address: draft,
      name: `plan/${key}`,
      saved: drawingOf(loaded),
      revision: loaded.revision,
      current: () => this._drawing(),
      difference: (base, mine) => (saysSame(base.plan, mine.plan) && canonical(base.layout) === canonical(mine.layout) ? null : { base, mine }),
      /** What it means goes first, where everything stands after it: the one may be refused, the other never is. */
      async send({ base, mine }, { revision, last }) {
        if (!saysSame(base.plan, mine.plan)) {
          const answer = await ask(draft, { method: 'PUT', body: mine.plan, revision, last });
          return { revision: answer.revision, saved: { plan: mine.plan, layout: base.layout } };
        }
        await ask(layout, { method: 'PATCH', body: patchOf(base.layout, mine.layout), last });
        return { revision };
      },
      patched: (saved, { base, mine }) => both(base, mine, saved).drawing,
      read: drawingOf,
      busy: this._inHand,
      onState: (state, why) => this._eventBus.fire('saving.changed', { state, why }),
      onOthers: (theirs, mine, base) => this._others(theirs, mine, base)
    });
    this._eventBus.on('commandStack.changed', 600, () => this._saving.changed());
    this._eventBus.on('plan.placed', () => this._saving.changed());
    this._eventBus.on('draft.seen', async (/** @type {any} */ { revision, moved_at: moved }) => {
      const seen = `${revision} ${moved}`;
      if (seen !== this._seen && (await this._saving.look())) this._seen = seen;
    });
    this._eventBus.on('diagram.destroy', () => {
      removeEventListener('pagehide', flushTyped);
      this._saving.stop();
    });
    // Laid out on this first opening; a rough placement is not worth keeping.
    if (Object.keys(loaded.layout).length === 0 && loaded.document.items?.length && !this._elements.rough) this._saving.changed();
    const left = await this._saving.leftBehind();
    if (left) this._bringBack(left);
  }

  get state() {
    return this._saving?.state ?? 'saved';
  }

  /** Saves what there is to save. */
  now() {
    void this._saving?.settle();
  }

  /** @returns {Drawing} */
  _drawing() {
    return { plan: this._elements.plan(), layout: this._elements.layout() };
  }

  _bringBack({ document, patch: { base, mine } }) {
    const theirs = this._saving.saved;
    this._reconciling.take(document.plan, document.layout, 'Bring back unsaved changes');
    this._say('Changes that had not been saved were brought back.');
    this._choose(both(base, mine, theirs).conflicts);
  }

  /** Somebody else saved since; without changes of our own theirs simply appear. */
  _others(theirs, mine, base) {
    if (!theirs || (this._saving.revision && !theirs.revision)) return this._ended(theirs, base);
    const { drawing, conflicts } = both(base, mine, theirs.document);
    const changed = !saysSame(drawing.plan, mine.plan);
    if (changed || conflicts.length || canonical(drawing.layout) !== canonical(mine.layout)) {
      this._reconciling.take(drawing.plan, drawing.layout, `Merge changes of ${theirs.by}`);
    }
    this._saving.adopt(theirs.document, theirs.revision);
    if (changed && !conflicts.length) this._say(`Changes by ${theirs.by} were merged in.`);
    return this._choose(conflicts, theirs.by);
  }

  /**
   * The draft is no more. Where it was published as it is known here, the next change begins a new one; otherwise it was
   * discarded, or published with something else, and a person says what shall become of what is drawn here.
   */
  _ended(left, base) {
    if (left && saysSame(left.document.plan, base.plan)) {
      this._saving.adopt({ ...left.document, layout: base.layout }, 0);
      this._say('The plan was published meanwhile. What you change now begins a new draft.');
      return;
    }
    const { items, dependencies, ...head } = base.plan;
    const goOn = () => this._saving.adopt(left?.document ?? { plan: head, layout: base.layout }, 0);
    this._eventBus.fire('draft.ended', {
      published: Boolean(left),
      keep: goOn,
      drop: () => {
        // Without a version there is nothing to go back to; the page is left, and nothing of it is worth asking about.
        if (!left) return this._saving.adopt(this._drawing(), 0);
        this._reconciling.take(left.document.plan, left.document.layout, 'Go back to the published version');
        return goOn();
      }
    });
  }

  /** Ours was kept everywhere; the reader may take theirs instead, wholly or piece by piece. */
  _choose(conflicts, by = '') {
    if (!conflicts.length) return;
    this._eventBus.fire('conflict.found', {
      conflicts, by,
      take: (/** @type {Set<number>} */ theirsOf) => {
        const plan = withChoices(this._elements.plan(), conflicts.filter((_, n) => theirsOf.has(n)));
        this._reconciling.take(plan, this._elements.layout(), 'Take the changes of the other side');
      }
    });
  }

  _say(text) {
    this._eventBus.fire('said', { text, tone: 'info', stays: true });
  }
}

const saysSame = PlanElements.same;

/** @param {any} answer @param {Drawing} [known] @returns {Drawing} */
const drawingOf = ({ document, layout }, known = undefined) => ({ plan: known?.plan ?? document, layout });

/** Two drawings made from one, together; where both changed the same, ours. @param {Drawing} base @param {Drawing} mine @param {Drawing} theirs */
function both(base, mine, theirs) {
  const { plan, conflicts } = merged(base.plan, mine.plan, theirs.plan);
  return { drawing: { plan, layout: mergedLayout(base.layout, mine.layout, theirs.layout) }, conflicts };
}

/** What has to change in `before` to make it `after`, as JSON Merge Patch (RFC 7396) says it. */
function patchOf(before, after) {
  /** @type {Record<string, any>} */
  const patch = {};
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const [old, now] = [before[name], after[name]];
    if (canonical(old ?? null) === canonical(now ?? null)) continue;
    const objects = [old, now].every((value) => value && typeof value === 'object' && !Array.isArray(value));
    patch[name] = now === undefined ? null : objects ? patchOf(old, now) : now;
  }
  return patch;
}

/** Theirs, with every card, line and note that we moved where we moved it. */
function mergedLayout(base, mine, theirs) {
  const patched = (target, patch) => {
    const result = { ...target };
    for (const [name, value] of Object.entries(patch)) {
      if (value === null) delete result[name];
      else if (typeof value === 'object' && !Array.isArray(value)) result[name] = patched(result[name] ?? {}, value);
      else result[name] = value;
    }
    return result;
  };
  return patched(theirs, patchOf(base, mine));
}

/** The plan with some conflicts decided for the other side. */
function withChoices(plan, conflicts) {
  const result = structuredClone(plan);
  for (const { what, name, field, theirs } of conflicts) {
    if (what === 'plan') {
      if (field) result[field] = theirs;
      continue;
    }
    const list = what === 'item' ? result.items : result.dependencies;
    const nameOf = what === 'item' ? (one) => one.key : edgeName;
    const at = list.findIndex((one) => nameOf(one) === name);
    if (field && at !== -1) {
      list[at] = { ...list[at], [field]: theirs };
      if (theirs === undefined) delete list[at][field];
    } else if (theirs) {
      if (at === -1) list.push(theirs);
      else list[at] = theirs;
    } else if (at !== -1) {
      list.splice(at, 1);
    }
  }
  const keys = new Set(result.items.map((item) => item.key));
  result.dependencies = result.dependencies.filter(({ source, target }) =>
    keys.has(target) && (source.includes('/') || keys.has(source)));
  return result;
}
