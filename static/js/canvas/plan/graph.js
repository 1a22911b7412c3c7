// @ts-check
/** Questions about who comes before whom, asked of any graph that can name the successors of a node. */

/**
 * @template Node
 * @typedef {(node: Node) => Iterable<Node>} Step
 */

/**
 * A shortest way from one node to another, both included; null where there is none.
 * @template Node
 * @param {Node} from @param {Node} to @param {Step<Node>} step
 * @returns {Node[] | null}
 */
export function way(from, to, step) {
  const before = new Map([[from, /** @type {Node | null} */ (null)]]);
  const queue = [from];
  for (const node of queue) {
    if (node === to) {
      /** @type {Node[]} */
      const found = [];
      for (let at = /** @type {Node | null | undefined} */ (node); at; at = before.get(at)) found.unshift(at);
      return found;
    }
    for (const next of step(node)) {
      if (!before.has(next)) {
        before.set(next, node);
        queue.push(next);
      }
    }
  }
  return null;
}

/**
 * Everything that can be reached from a node, without the node itself.
 * @template Node
 * @param {Node} from @param {Step<Node>} step
 */
export function reachable(from, step) {
  const found = new Set([from]);
  const queue = [from];
  for (const node of queue) {
    for (const next of step(node)) {
      if (!found.has(next)) {
        found.add(next);
        queue.push(next);
      }
    }
  }
  found.delete(from);
  return found;
}
