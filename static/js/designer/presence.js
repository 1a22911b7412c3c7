// @ts-check
// Tells the server that this page shows a definition and what is selected in it, and learns who else does.

import { ask, Refused } from './server.js';

const ALONE = 5000; // ms between two beats
const TOGETHER = 1500; // while somebody else is there
const HURRY = 300; // after the selection moved

/**
 * @template P
 * @typedef {{ page: string, by: string, name: string, place: P, me: boolean }} Other
 *   another page at the same definition; `me`: of the same person
 */

/**
 * @template P
 * @param {object} options
 * @param {string} options.address /presence/<kind>/<key>
 * @param {() => P} options.place what is selected now: anything that JSON can say in 4,000 characters
 * @param {(others: Other<P>[]) => void} options.onOthers called whenever they come, go or move
 * @param {(state: { revision: number, moved_at: number }) => void} [options.onState]
 *   how far the draft and its layout have come, with every beat: whoever knows less looks for what changed
 * @returns {{ moved: () => void, stop: () => void }} call `moved` after the selection changed
 */
export function keepPresent({ address, place, onOthers, onState }) {
  const page = Math.random().toString(36).slice(2, 12);
  const ended = new AbortController();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let beating = false;
  let hurried = false;
  let shown = '[]';
  let heard = Date.now();

  async function beat() {
    clearTimeout(timer);
    if (beating || document.hidden || ended.signal.aborted) return;
    beating = true;
    hurried = false;
    try {
      const { others, ...state } = await ask(address, { method: 'POST', body: { page, place: place() }, signal: ended.signal });
      if (ended.signal.aborted) return;
      heard = Date.now();
      show(others);
      onState?.(state);
    } catch (error) {
      if (ended.signal.aborted || (error instanceof Refused && error.status < 500 && error.status !== 401)) return;
      if (Date.now() - heard > 15000) show([]);
    } finally {
      beating = false;
    }
    next(hurried ? HURRY : shown === '[]' ? ALONE : TOGETHER);
  }

  function next(wait) {
    clearTimeout(timer);
    if (!ended.signal.aborted) timer = setTimeout(beat, wait);
  }

  function show(others) {
    const now = JSON.stringify(others);
    if (now === shown) return;
    shown = now;
    onOthers(others);
  }

  function leave() {
    ask(`${address}/${page}`, { method: 'DELETE', last: true }).catch(() => {});
  }

  function stop() {
    clearTimeout(timer);
    ended.abort();
    leave();
  }

  // A page behind others is as good as gone; it comes back when it is looked at.
  document.addEventListener('visibilitychange', () => (document.hidden ? clearTimeout(timer) : beat()), ended);
  addEventListener('pagehide', leave, ended);
  addEventListener('pageshow', (event) => event.persisted && beat(), ended);
  beat();

  return {
    moved() {
      if (hurried) return;
      hurried = true;
      if (!beating) next(HURRY);
    },
    stop
  };
}

const TONES = 6;
/** @type {Map<string, number>} */
const tones = new Map();

/** The colour of a person, 0 to 5, for the classes `person-0` ...: the same on every page as long as they are few. */
export function toneOf(by) {
  let tone = tones.get(by);
  if (tone === undefined) {
    tone = [...by].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 9973, 7) % TONES;
    const taken = new Set(tones.values());
    for (let tries = 0; taken.has(tone) && tries < TONES; tries += 1) tone = (tone + 1) % TONES;
    tones.set(by, tone);
  }
  return tone;
}

/** One or two letters that stand for a name. */
export function initialsOf(name) {
  const words = name.split(/[\s._-]+/).filter(Boolean);
  return ((words[0]?.[0] ?? '?') + (words.length > 1 ? words[words.length - 1][0] : '')).toUpperCase();
}

/**
 * Shows who is here as round initials with the names as their titles, one for each person.
 * @param {HTMLElement} host @param {Other<any>[]} others
 * @param {(other: Other<any>) => void} onPick brings what somebody has selected into view
 */
export function showPeople(host, others, onPick) {
  const people = [...new Map(others.map((other) => [other.by, other])).values()];
  host.hidden = people.length === 0;
  host.setAttribute('role', 'group');
  host.setAttribute('aria-label', 'Also here');
  host.replaceChildren(...people.map((other) => {
    const { by, name, me } = other;
    const made = document.createElement('button');
    made.type = 'button';
    made.className = `person person-${toneOf(by)}`;
    made.textContent = me ? 'You' : initialsOf(name);
    made.title = `${me ? 'You have this open in another window, too' : `${name} is here, too`}. What is changed there is merged. Click to go there.`;
    made.setAttribute('aria-label', me ? 'You, in another window' : `${name} (${made.textContent})`);
    made.addEventListener('click', () => onPick(other));
    return made;
  }));
}
