// @ts-check
/**
 * Saves every change by itself, and merges what others saved meanwhile.
 *
 * What is not on the server yet lies in localStorage together with the state it was made from, so that a lost
 * network, a closed tab or a crash loses nothing: the next opening goes on from there.
 */

import { canonical, edgeName } from '../plan/document.js';
import { merged } from '../plan/merging.js';
import PlanElements from '../elements/PlanElements.js';
import { flushTyped } from '../../forms/fields/typed.js';
import { Refused, Unreachable, ask } from './server.js';

const PAUSE = 400;
const AGAIN = [1000, 2000, 4000, 8000];

export default class Saving {
  static $inject = ['eventBus', 'planElements', 'reconciling', 'labelEditing', 'dragging', 'popupMenu', 'config.saving'];

  /** @param {any} eventBus @param {any} planElements @param {any} reconciling @param {any} labelEditing @param {any} dragging
   * @param {any} popupMenu
   * @param {{ draft: string, layout: string, key: string, by: string } | null} config addresses, and who is editing */
  constructor(eventBus, planElements, reconciling, labelEditing, dragging, popupMenu, config = null) {
    this._eventBus = eventBus;
    this._elements = planElements;
    this._reconciling = reconciling;
    this._inHand = () => labelEditing.active() || popupMenu.isOpen() || Boolean(dragging.context());
    this._config = config;
    /** @type {'saved' | 'waiting' | 'saving' | 'offline' | 'conflict' | 'refused'} */
    this.state = 'saved';
    this.revision = 0;
    this._failures = 0;
    this._running = false;
    this._leaving = false;
    this._asked = false;
    if (!config) return;
    this._store = `orderloom.unsaved.${config.key}`;
    eventBus.on('commandStack.changed', 600, () => this._changed());
    eventBus.on('plan.placed', () => void this.now());
    const wake = () => void this.now();
    const leave = (/** @type {BeforeUnloadEvent} */ event) => {
      if (this.pending() && this.state !== 'saved' && !this._kept) event.preventDefault();
    };
    window.addEventListener('online', wake);
    window.addEventListener('offline', () => this._tell('offline'));
    window.addEventListener('beforeunload', leave);
    document.addEventListener('visibilitychange', () => document.hidden && this.now());
    window.addEventListener('pagehide', () => this._leave());
    window.addEventListener('pageshow', () => { this._leaving = false; });
    eventBus.on('draft.seen', (/** @type {any} */ { revision, moved_at: moved }) => {
      const seen = `${revision} ${moved}`;
      if (seen !== this._seen) void this._look().then((looked) => { if (looked) this._seen = seen; });
    });
    eventBus.on('diagram.destroy', () => {
      clearTimeout(this._timer);
      window.removeEventListener('online', wake);
      window.removeEventListener('beforeunload', leave);
    });
  }

  /**
   * Begins from what the server has; unsaved work of an earlier visit is brought in.
   * @param {{ document: any, layout: any, revision: number }} loaded
   */
  begin({ document: plan, layout, revision }) {
    this._base = plan;
    this._layout = layout;
    this.revision = revision;
    const left = this._left();
    if (!left || (PlanElements.same(left.plan, plan) && canonical(left.layout) === canonical(layout))) {
      this._forget();
      // Laid out on this first opening; a rough placement is not worth keeping.
      if (Object.keys(layout).length === 0 && plan.items?.length && !this._elements.rough) void this.now();
      return;
    }
    const { plan: both, conflicts } = merged(left.base, left.plan, plan, 'mine');
    this._reconciling.take(both, mergedLayout(left.layoutBase, left.layout, layout), 'Bring back unsaved changes');
    this._say('Changes that had not been saved were brought back.');
    if (conflicts.length) this._choose(conflicts, left.base, left.plan, plan);
  }

  /** What differs from the server, or null. */
  pending() {
    const plan = this._elements.plan();
    const layout = this._elements.layout();
    const [words, places] = [!PlanElements.same(plan, this._base), canonical(layout) !== canonical(this._layout ?? {})];
    return words || places ? { plan, layout, words, places } : null;
  }

  _changed() {
    this._asked = true;
    if (this.state !== 'offline' && this.state !== 'conflict') this._tell('waiting');
    clearTimeout(this._keeping);
    this._keeping = setTimeout(() => this._keep(), 50);
    clearTimeout(this._timer);
    this._timer = setTimeout(() => void this.now(), PAUSE);
  }

  /** The page goes: what is being typed counts, and the browser sends it although nobody waits for the answer. */
  _leave() {
    this._leaving = true;
    flushTyped();
    this._keep();
    void this.now();
  }

  /** Saves what there is to save; what changes meanwhile is saved after it. */
  async now() {
    clearTimeout(this._timer);
    if (!this._config || this.state === 'conflict') return;
    if (this._running) {
      this._asked = true;
      return;
    }
    this._running = true;
    try {
      do {
        this._asked = false;
        await this._once();
      } while (this._asked);
      this._failures = 0;
    } catch (error) {
      this._failed(error);
    } finally {
      this._running = false;
    }
  }

  async _once() {
    if (this.state === 'conflict') return;
    const pending = this.pending();
    if (!pending) {
      this._forget();
      this._tell('saved');
      return;
    }
    this._keep();
    this._tell('saving');
    if (pending.words) await this._put(pending.plan);
    if (pending.places) {
      await ask('PATCH', this._config.layout, difference(this._layout ?? {}, pending.layout));
      this._layout = pending.layout;
    }
    if (!this.pending()) {
      this._forget();
      this._tell('saved');
    } else {
      this._asked = true;
    }
  }

  async _put(plan) {
    try {
      const answer = await ask('PUT', this._config.draft, plan, { headers: { 'If-Match': `"${this.revision}"` }, keepalive: this._leaving });
      this._base = plan;
      this.revision = answer.revision;
    } catch (error) {
      if (!(error instanceof Refused) || error.status !== 409) throw error;
      await this._merge();
      this._asked = true;
    }
  }

  /** Brings in what somebody else saved since. */
  async _merge() {
    const theirs = await ask('GET', this._config.draft).catch(whereGone);
    // Whatever is changed under a name half typed ends the typing, and its next letters would be commands.
    while (this._inHand()) await new Promise((go) => setTimeout(go, 50));
    if (this.revision && !theirs?.revision) {
      this._ended(theirs);
      return;
    }
    const mine = this._elements.plan();
    const base = this._base;
    const { plan, conflicts } = merged(base, mine, theirs.document, 'mine');
    const layout = mergedLayout(this._layout, this._elements.layout(), theirs.layout);
    this._base = theirs.document;
    this._layout = theirs.layout;
    this.revision = theirs.revision;
    if (PlanElements.same(plan, mine) && !conflicts.length && canonical(layout) === canonical(this._elements.layout())) return;
    this._reconciling.take(plan, layout, `Merge changes of ${theirs.updated_by}`);
    if (conflicts.length) this._choose(conflicts, base, mine, theirs.document, theirs.updated_by);
    else if (!PlanElements.same(plan, mine)) this._say(`Changes by ${theirs.updated_by} were merged in.`);
  }

  /**
   * The draft is no more. Where it was published as it is known here, the next change begins a new one; otherwise it was
   * discarded, or published with something else, and a person says what shall become of what is drawn here.
   */
  _ended(left) {
    if (left && PlanElements.same(left.document, this._base)) {
      this.revision = 0;
      this._say('The plan was published meanwhile. What you change now begins a new draft.');
      return;
    }
    this._tell('conflict');
    const goOn = () => {
      const { items, dependencies, ...head } = this._base;
      Object.assign(this, { revision: 0, _base: left?.document ?? head, _layout: left?.layout ?? this._layout });
      this._tell('waiting');
      void this.now();
    };
    this._eventBus.fire('draft.ended', {
      published: Boolean(left),
      keep: goOn,
      drop: () => {
        this._forget();
        if (left) {
          this._reconciling.take(left.document, left.layout, 'Go back to the published version');
          goOn();
        } else {
          // There is nothing to go back to; the page is left, and nothing of it is worth asking about.
          Object.assign(this, { _base: this._elements.plan(), _layout: this._elements.layout() });
        }
      }
    });
  }

  /** Looks whether somebody else saved; without changes of our own theirs simply appear. Gives whether it could. */
  async _look() {
    if (document.hidden || this._running || !this._base || this.state === 'conflict' || this.state === 'offline') return false;
    this._running = true;
    try {
      const answer = await ask('GET', this._config.draft, undefined, {
        headers: this._etag ? { 'If-None-Match': this._etag } : {}
      });
      if (answer) {
        this._etag = answer.etag;
        if (answer.revision !== this.revision || canonical(answer.layout) !== canonical(this._layout)) await this._merge();
      }
      return true;
    } catch (error) {
      if (error instanceof Refused && error.status === 404) await this._merge();
      else if (error instanceof Refused) this._failed(error);
      return false;
    } finally {
      this._running = false;
      if (this._asked) void this.now();
    }
  }

  /** Ours was kept everywhere; the reader may take theirs instead, wholly or piece by piece. */
  _choose(conflicts, base, mine, theirs, by = '') {
    this._eventBus.fire('conflict.found', {
      conflicts, by,
      take: (/** @type {Set<number>} */ theirsOf) => {
        const plan = withChoices(this._elements.plan(), conflicts.filter((_, n) => theirsOf.has(n)));
        this._reconciling.take(plan, this._elements.layout(), 'Take the changes of the other side');
      }
    });
  }

  _failed(error) {
    if (error instanceof Unreachable) {
      this._tell('offline');
      const wait = AGAIN[Math.min(this._failures, AGAIN.length - 1)];
      this._failures += 1;
      this._timer = setTimeout(() => void this.now(), wait);
      return;
    }
    if (!(error instanceof Refused)) throw error;
    this._tell('refused', error.status === 401 ? 'You are signed out. Sign in in another tab; nothing is lost.' : error.message);
    if (error.status === 401) this._timer = setTimeout(() => void this.now(), 5000);
  }

  _keep() {
    const pending = this._base && this.pending();
    if (!pending) return;
    try {
      localStorage.setItem(this._store, JSON.stringify({
        base: this._base, layoutBase: this._layout, plan: pending.plan, layout: pending.layout
      }));
      this._kept = true;
    } catch {
      this._kept = false; // the store is full or forbidden: then leaving the page asks first
    }
  }

  _left() {
    try {
      return JSON.parse(localStorage.getItem(this._store) ?? 'null');
    } catch {
      return null;
    }
  }

  _forget() {
    clearTimeout(this._keeping);
    localStorage.removeItem(this._store);
    this._kept = false;
  }

  _tell(state, why = '') {
    if (state === this.state && !why) return;
    this.state = state;
    this._eventBus.fire('saving.changed', { state, why });
  }

  _say(text) {
    this._eventBus.fire('said', { text, tone: 'info', stays: true });
  }
}

/** A plan that never was published is nowhere after its draft was discarded. */
function whereGone(error) {
  if (error instanceof Refused && error.status === 404) return null;
  throw error;
}

/** What has to change in `before` to make it `after`, as JSON Merge Patch (RFC 7396) says it. */
export function difference(before, after) {
  /** @type {Record<string, any>} */
  const patch = {};
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const [old, now] = [before[name], after[name]];
    if (canonical(old ?? null) === canonical(now ?? null)) continue;
    const both = [old, now].every((value) => value && typeof value === 'object' && !Array.isArray(value));
    patch[name] = now === undefined ? null : both ? difference(old, now) : now;
  }
  return patch;
}

/** Theirs, with every card, line and note that we moved where we moved it. */
export function mergedLayout(base, mine, theirs) {
  const patched = (target, patch) => {
    const result = { ...target };
    for (const [name, value] of Object.entries(patch)) {
      if (value === null) delete result[name];
      else if (typeof value === 'object' && !Array.isArray(value)) result[name] = patched(result[name] ?? {}, value);
      else result[name] = value;
    }
    return result;
  };
  return patched(theirs ?? {}, difference(base ?? {}, mine));
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
