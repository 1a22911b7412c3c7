// @ts-check
// What every page needs of the browser: the reader's time zone and theme, CSRF for htmx, live parts, lists by keyboard.

const csrf = document.querySelector('meta[name="csrf-token"]')?.getAttribute('content') ?? '';
const YEAR = 365 * 24 * 3600;

/** Preferences are cookies, so that the server writes times and colours right at once and nothing jumps. */
function remember(name, value) {
  document.cookie = `${name}=${encodeURIComponent(value)}; path=/; max-age=${YEAR}; samesite=lax`;
}

remember('zone', Intl.DateTimeFormat().resolvedOptions().timeZone);

function switchTheme() {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  root.dataset.theme = dark ? 'light' : 'dark';
  remember('theme', root.dataset.theme);
}

/** @param {string} text */
function tell(text) {
  const flash = document.createElement('div');
  flash.className = 'flash';
  flash.textContent = text;
  document.getElementById('flashes')?.append(flash);
  setTimeout(() => flash.remove(), 6000);
}

document.addEventListener('click', (event) => {
  const target = /** @type {Element} */ (event.target);
  if (target.closest('[data-theme-switch]')) switchTheme();
  target.closest('[data-dismiss]')?.parentElement?.remove();
  const opener = target.closest('[data-opens]');
  if (opener) /** @type {HTMLDialogElement} */ (document.getElementById(opener.getAttribute('data-opens') ?? '')).showModal();
  if (target.closest('[data-closes]')) target.closest('dialog')?.close();

  // A row leads where its first link leads; a click on something of its own, or a selection, stays what it was.
  const row = target.closest('tr.to');
  if (row && !target.closest('a, button, input') && !getSelection()?.toString()) {
    const link = row.querySelector('a');
    if (event.ctrlKey || event.metaKey) window.open(link?.href);
    else link?.click();
  }
});

// j and k, or the arrows, walk through a list; / goes to its search field.
document.addEventListener('keydown', (event) => {
  const field = /** @type {HTMLElement} */ (event.target).closest('input, textarea, select, dialog');
  if (field || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === '/') {
    const search = /** @type {HTMLInputElement | null} */ (document.querySelector('input[type="search"]'));
    if (search) { event.preventDefault(); search.focus(); search.select(); }
  }
  const step = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[event.key];
  const links = [...document.querySelectorAll('tr.to')].map((row) => row.querySelector('a'));
  if (!step || !links.length) return;
  const here = links.findIndex((link) => link?.closest('tr')?.contains(document.activeElement));
  if (here < 0 && event.key.startsWith('Arrow')) return;
  event.preventDefault();
  links[Math.max(0, Math.min(links.length - 1, here + step))]?.focus();
});

// A form that is kept until somebody has signed in again takes the token of the new session when they come back.
const kept = /** @type {HTMLFormElement | null} */ (document.querySelector('form[data-renews]'));
if (kept) addEventListener('focus', async () => {
  const page = await fetch(kept.dataset.renews ?? '').then((answer) => answer.text(), () => '');
  const token = new DOMParser().parseFromString(page, 'text/html').querySelector('meta[name="csrf-token"]');
  if (token) kept.elements.namedItem('csrf_token')?.setAttribute('value', token.getAttribute('content') ?? '');
});

// A form is sent once, however often its button is pressed, and not at all while there is no network to send it over.
document.addEventListener('submit', (event) => {
  const form = /** @type {HTMLFormElement} */ (event.target);
  if (form.getAttribute('method') !== 'post' || event.defaultPrevented) return;
  if (!navigator.onLine) tell('There is no connection. Nothing you wrote is lost: send it again when it is back.');
  if (!navigator.onLine || form.dataset.sent !== undefined) {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  form.dataset.sent = '';
  setTimeout(() => { delete form.dataset.sent; }, 5000);
});
addEventListener('pageshow', () => document.querySelectorAll('[data-sent]').forEach((form) => form.removeAttribute('data-sent')));

// What goes on by itself is sent as soon as it is there, or when the network is back. No step of it stays in the history.
const goingOn = /** @type {HTMLFormElement | null} */ (document.querySelector('form[data-goes-on]'));
function goOn() {
  if (navigator.onLine) goingOn?.submit();
  else addEventListener('online', goOn, { once: true });
}
if (goingOn) goOn();

// What takes a while says so, and is asked for once.
document.addEventListener('submit', (event) => {
  const form = /** @type {HTMLFormElement} */ (event.target);
  const button = /** @type {SubmitEvent} */ (event).submitter;
  if (!form.dataset.busy || !button?.classList.contains('main')) return;
  setTimeout(() => {
    /** @type {HTMLButtonElement} */ (button).disabled = true;
    button.textContent = form.dataset.busy ?? '';
  });
});

// A filter that is chosen needs no button.
document.addEventListener('change', (event) => {
  const chosen = /** @type {Element} */ (event.target).closest('select[data-submits]');
  if (chosen) /** @type {HTMLSelectElement} */ (chosen).form?.requestSubmit();
});

// Who fills a field beside a choice means that choice.
document.addEventListener('input', (event) => {
  const name = /** @type {Element} */ (event.target).closest('[data-chooses]')?.getAttribute('data-chooses');
  if (name) /** @type {HTMLInputElement} */ (document.getElementById(name)).checked = true;
});

document.addEventListener('htmx:configRequest', (event) => {
  const { verb, headers, elt } = /** @type {CustomEvent} */ (event).detail;
  if (verb !== 'get') headers['X-CSRFToken'] = csrf;
  if (!elt.dataset?.live) return;
  /** @type {CustomEvent} */ (event).detail.path = location.pathname + location.search;
  if (elt.dataset.etag) headers['If-None-Match'] = elt.dataset.etag;
});

// Live parts: <div data-live="2000" hx-get hx-trigger="due" hx-swap="morph:innerHTML">, the page's own address asked again.
// Nothing is asked while the page is hidden or somebody types into the part; what has not changed is answered by 304 and
// not drawn again; a silent server is asked less often.
/** @param {HTMLElement} part */
function live(part) {
  let wait = Number(part.dataset.live);
  const ask = () => {
    if (!part.isConnected || part.dataset.ended !== undefined) return;
    if (document.hidden) document.addEventListener('visibilitychange', ask, { once: true });
    else if (part.querySelector('dialog[open], input:focus, textarea:focus')) setTimeout(ask, wait);
    else part.dispatchEvent(new CustomEvent('due'));
  };
  part.addEventListener('htmx:afterRequest', (event) => {
    if (/** @type {CustomEvent} */ (event).detail.elt !== part) return;
    const { xhr } = /** @type {CustomEvent} */ (event).detail;
    const heard = xhr.status && xhr.status < 500;
    wait = heard ? Number(part.dataset.live) : Math.min(wait * 2, 60000);
    if (xhr.status === 200) part.dataset.etag = xhr.getResponseHeader('ETag') ?? '';
    if (xhr.getResponseHeader('Orderloom-Ended')) part.dataset.ended = '';
    setTimeout(ask, wait);
  });
  setTimeout(ask, wait);
}
document.querySelectorAll('[data-live]').forEach((part) => live(/** @type {HTMLElement} */ (part)));

// Inside a live part a link to another view of the same page changes the part, not the page.
let address = location.pathname + location.search; // of what is shown
/** @param {HTMLElement | null | undefined} part */
function showHere(part) {
  address = location.pathname + location.search;
  if (!part) return location.reload();
  delete part.dataset.etag;
  part.dispatchEvent(new CustomEvent('due'));
}
document.addEventListener('click', (event) => {
  if (event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const link = /** @type {Element} */ (event.target).closest('a[href]');
  const part = /** @type {HTMLElement | null | undefined} */ (link?.closest('[data-live]'));
  const to = new URL(link?.getAttribute('href') ?? '', location.href);
  if (!part || to.origin !== location.origin || to.pathname !== location.pathname) return;
  event.preventDefault();
  history.pushState(null, '', to);
  showHere(part);
});
addEventListener('popstate', () => {
  // Going to another place of the same page comes here, too, and must not take away what was typed there.
  if (location.pathname + location.search !== address) showHere(document.querySelector('[data-live]'));
});

document.addEventListener('htmx:responseError', (event) => {
  const { xhr } = /** @type {CustomEvent} */ (event).detail;
  tell(xhr.status === 409 ? 'That is no longer possible; the page shows the newest state.' : `The server answered ${xhr.status}.`);
});

// What was done is told for a while, then makes room.
setTimeout(() => document.querySelectorAll('.flash').forEach((flash) => flash.remove()), 8000);

// A fault leads to its line of the text.
document.addEventListener('click', (event) => {
  const line = Number(/** @type {Element} */ (event.target).closest('[data-line]')?.getAttribute('data-line'));
  const editor = /** @type {HTMLTextAreaElement | null} */ (document.querySelector('textarea.editor'));
  if (!line || !editor) return;
  const lines = editor.value.split('\n');
  const start = lines.slice(0, line - 1).join('\n').length + (line > 1 ? 1 : 0);
  editor.focus();
  editor.setSelectionRange(start, start + lines[line - 1].length);
  editor.scrollTop = (line - 4) * parseFloat(getComputedStyle(editor).lineHeight);
});
