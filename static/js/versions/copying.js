// @ts-check
/** Copies a list of sentences as text for release notes: its heading, and a line for each. */

import { asNotes } from './words.js';

document.addEventListener('click', async (event) => {
  const button = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest('[data-copies]'));
  const list = button && document.getElementById(button.dataset.copies ?? '');
  if (!button || !list) return;
  const lines = [...list.querySelectorAll('li')].map((line) => line.textContent?.trim() ?? '');
  await navigator.clipboard.writeText(asNotes(list.dataset.heading ?? '', lines));
  const label = button.lastChild;
  if (!label || button.dataset.copied) return;
  const before = label.textContent;
  button.dataset.copied = 'yes';
  label.textContent = 'Copied';
  setTimeout(() => {
    label.textContent = before;
    delete button.dataset.copied;
  }, 2000);
});
