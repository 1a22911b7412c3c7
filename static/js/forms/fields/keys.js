// @ts-check
/** Keys and names that nothing else has yet. */

/**
 * A key made of a name, different from all taken ones: "Reserve port" gives reserve_port, then reserve_port_2.
 * @param {string} name @param {Iterable<string>} taken @param {string} fallback
 */
export function keyFor(name, taken, fallback = 'item') {
  const words = name.normalize('NFKD').replace(/[\u0300-\u036f]/g, '').toLowerCase().match(/[a-z0-9]+/g) ?? [];
  const stem = (words.join('_').replace(/^[0-9_]+/, '') || fallback).slice(0, 40).replace(/_+$/, '');
  const used = new Set(taken);
  for (let n = 1; ; n += 1) {
    const key = n === 1 ? stem : `${stem}_${n}`;
    if (!used.has(key)) return key;
  }
}

/** A name different from all taken ones. @param {string} name @param {Iterable<string>} taken */
export function nameFor(name, taken) {
  const used = new Set(taken);
  for (let n = 1; ; n += 1) {
    const found = n === 1 ? name : `${name} ${n}`;
    if (!used.has(found)) return found;
  }
}
