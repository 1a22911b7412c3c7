// @ts-check
/** A dependency must not lead back to where it starts: then nothing in the loop could ever begin. */

import { way } from '../plan/graph.js';

/**
 * The cards of the loop that a dependency from source to target would close, from target to source; null for none.
 * @param {any} source @param {any} target @param {any} [without] a line that would go away
 * @returns {any[] | null}
 */
export function loopOf(source, target, without = null) {
  return way(target, source, (card) =>
    card.outgoing.filter((line) => line.type === 'dependency' && line !== without).map((line) => line.target));
}

/** The lines between the cards of a way. @param {any[]} cards */
export function linesOf(cards) {
  return cards.slice(1).map((card, n) => cards[n].outgoing.find((line) => line.target === card));
}

/** @param {any} card */
export const titleOf = (card) => card.item?.name ?? card.source ?? card.note?.text ?? '';
