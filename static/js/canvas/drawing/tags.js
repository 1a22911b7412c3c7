// @ts-check
/** Tags on the upper edge of a card: an icon and a word, for what is said about it from outside of the plan. */

import { append, attr, create } from 'diagram-js';
import { icon } from './icons.js';
import { widthOf } from './text.js';

const WORD = '600 11px';

/**
 * @param {{ x: number, y: number, width: number }} card
 * @param {{ icon: string, word: string, name: string, end?: boolean }} look `name` are classes; `end` puts it to the right
 */
export function tag({ x, y, width }, { icon: symbol, word, name, end = false }) {
  const room = widthOf(word, WORD) + 30;
  const group = create('g');
  attr(group, { class: `card-tag ${name}`, transform: `translate(${end ? x + width - room - 8 : x - 4} ${y - 10})` });
  append(group, shape('rect', { width: room, height: 20, rx: 10 }));
  append(group, icon(symbol, 7, 4, 12));
  const text = shape('text', { x: 23, y: 14 });
  text.textContent = word;
  append(group, text);
  return group;
}

export function shape(name, attributes) {
  const node = create(name);
  attr(node, attributes);
  return node;
}
