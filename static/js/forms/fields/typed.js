// @ts-check
/** What is being typed into a field: it is taken over after a short pause, so that nothing is ever unsaved for long. */

import { createContext, useContext, useEffect, useRef, useState } from 'preact';

const PAUSE = 150;

/** @type {Set<() => void>} */
const pending = new Set();

/** Takes over at once whatever is being typed anywhere on the page. */
export function flushTyped() {
  for (const flush of [...pending]) flush();
}

/** Changes whenever the document becomes another one by undo, or by somebody else: fields then show what it says. */
export const Epoch = createContext(0);

/**
 * A text that follows the outside while nobody types in it.
 * @param {string} value @param {(text: string, typing?: boolean) => void} commit
 * @returns {{ text: string, type: (now: string) => void, leave: () => void, newest: () => string }} `newest` is `text`, or what
 *   was typed since it was drawn
 */
export function useTyped(value, commit) {
  const [text, setText] = useState(value);
  const epoch = useContext(Epoch);
  const typing = useRef(false);
  const timer = useRef(0);
  const latest = useRef({ text, commit });
  latest.current.commit = commit;
  const flush = useRef(() => {
    if (!timer.current) return;
    clearTimeout(timer.current);
    timer.current = 0;
    pending.delete(flush.current);
    latest.current.commit(latest.current.text, true);
  });
  const show = (/** @type {string} */ now) => {
    latest.current.text = now;
    setText(now);
  };
  useEffect(() => {
    if (!typing.current) show(value);
  }, [value]);
  useEffect(() => {
    if (!timer.current) show(value);
  }, [epoch]);
  useEffect(() => flush.current, []);
  const type = (/** @type {string} */ now) => {
    typing.current = true;
    show(now);
    clearTimeout(timer.current);
    timer.current = window.setTimeout(flush.current, PAUSE);
    pending.add(flush.current);
  };
  const leave = () => {
    flush.current();
    typing.current = false;
    setText(latest.current.text === value ? value : latest.current.text);
  };
  return { text, type, leave, newest: () => latest.current.text };
}
