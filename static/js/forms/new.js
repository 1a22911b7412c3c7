// @ts-check
// A key that follows the name, until somebody writes one.

const key = /** @type {HTMLInputElement} */ (document.querySelector('[data-follows]'));
const name = /** @type {HTMLInputElement} */ (document.getElementById(key.dataset.follows ?? ''));

const suggested = () => (name.value.normalize('NFKD').replace(/[\u0300-\u036f]/g, '').toLowerCase().match(/[a-z0-9]+/g) ?? [])
  .join('-').slice(0, 60).replace(/-+$/, '');

let follows = !key.value || key.value === suggested();
name.addEventListener('input', () => { if (follows) key.value = suggested(); });
key.addEventListener('input', () => { follows = !key.value; });
if (follows) key.value = suggested();
