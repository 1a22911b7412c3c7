// @ts-check
// A menu at a point or below a button: arrows, Home, End, letters, Escape; the focus returns to where it was.

import { iconOf } from './icon.js';

/**
 * @typedef {{label: string, icon?: string, keys?: string, act?: () => void, danger?: boolean, disabled?: boolean, checked?: boolean} | null} Item null: a line
 * @param {{left: number, top: number, bottom?: number}} at @param {Item[]} items @param {string} sprite @param {string} label
 */
export function openMenu(at, items, sprite, label) {
  document.querySelector('.menu')?.remove();
  const before = /** @type {HTMLElement | null} */ (document.activeElement);
  const menu = document.createElement('div');
  menu.className = 'menu';
  menu.setAttribute('role', 'menu');
  menu.setAttribute('aria-label', label);
  for (const item of items) menu.append(item ? entry(item) : line());
  document.body.append(menu);
  const { width, height } = menu.getBoundingClientRect();
  const below = (at.bottom ?? at.top) + 4;
  menu.style.left = `${Math.max(8, Math.min(at.left, innerWidth - width - 8))}px`;
  menu.style.top = `${below + height > innerHeight - 8 ? Math.max(8, at.top - height - 4) : below}px`;

  const entries = () => /** @type {HTMLElement[]} */ ([...menu.querySelectorAll('[role^=menuitem]:not([aria-disabled=true])')]);
  const step = (by) => {
    const all = entries();
    all[(all.indexOf(/** @type {any} */ (document.activeElement)) + by + all.length) % all.length]?.focus();
  };
  const close = (back = true) => {
    document.removeEventListener('pointerdown', outside, true);
    removeEventListener('resize', gone);
    menu.remove();
    if (back) before?.focus({ preventScroll: true });
  };
  const outside = (event) => { if (!menu.contains(event.target)) close(false); };
  const gone = () => close(false);
  document.addEventListener('pointerdown', outside, true);
  addEventListener('resize', gone);
  menu.addEventListener('keydown', (event) => {
    if (event.key === 'ArrowDown') step(1);
    else if (event.key === 'ArrowUp') step(-1);
    else if (event.key === 'Home') entries()[0]?.focus();
    else if (event.key === 'End') entries().at(-1)?.focus();
    else if (event.key === 'Escape' || event.key === 'Tab') close();
    else if (event.key.length === 1 && event.key !== ' ') entries().find((each) => each.textContent?.toLowerCase().startsWith(event.key.toLowerCase()))?.focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  entries()[0]?.focus();

  /** @param {NonNullable<Item>} item */
  function entry({ label: text, icon, keys, act, danger, disabled, checked }) {
    const made = document.createElement('button');
    made.type = 'button';
    made.className = `menu-item${danger ? ' danger' : ''}`;
    made.setAttribute('role', checked === undefined ? 'menuitem' : 'menuitemcheckbox');
    if (checked !== undefined) made.setAttribute('aria-checked', String(checked));
    if (disabled) made.setAttribute('aria-disabled', 'true');
    made.tabIndex = -1;
    made.append(symbol(checked === undefined ? icon : checked ? 'check' : ''), span(text));
    if (keys) made.append(Object.assign(document.createElement('kbd'), { textContent: keys }));
    made.addEventListener('click', () => {
      if (disabled) return;
      close();
      act?.();
    });
    return made;
  }

  function symbol(name) {
    return name ? iconOf(sprite, name) : Object.assign(document.createElement('span'), { className: 'icon' });
  }
}

function span(text) {
  return Object.assign(document.createElement('span'), { className: 'menu-label', textContent: text });
}

function line() {
  const made = document.createElement('div');
  made.className = 'menu-line';
  made.setAttribute('role', 'separator');
  return made;
}
