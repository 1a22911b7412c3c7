// @ts-check
// Keeps the draft: saves what changes here, takes over what others save, and asks where both wrote the same.

import { keepSaved } from '../designer/saving.js';
import { ask } from '../designer/server.js';
import { check } from './checks.js';
import { $, address, loaded, page, say, sheet, sprite, start } from './desk.js';
import { editor } from './editing.js';
import { merged, summary } from './merging.js';
import { showPlace } from './surroundings.js';
import * as tables from './table.js';

export const saving = keepSaved({
  address: `${address}/draft`,
  name: `table/${loaded.key}`,
  document: loaded,
  revision: start.revision,
  difference: tables.difference,
  patched: tables.patched,
  read: tables.completed,
  onState: showSaving,
  onStale: settleDifferences,
  onSaved() {
    check();
    showPlace(); // its sentence can only now be asked for
  }
});

const SAVING = {
  saved: ['circle-check', 'Saved', 'good'],
  changed: ['circle-dashed', 'Saving …', ''],
  saving: ['circle-dashed', 'Saving …', ''],
  offline: ['cloud-off', 'Offline: kept in this browser', 'waits'],
  stale: ['git-merge', 'Changed by somebody else', 'waits'],
  refused: ['octagon-alert', 'Not saved', 'bad']
};

function showSaving(now, message) {
  const [icon, words, tone] = SAVING[now];
  const host = $('saving');
  host.className = `saving ${tone}`;
  host.dataset.state = now;
  host.title = message;
  host.querySelector('use')?.setAttribute('href', `${sprite}#${icon}`);
  const label = host.querySelector('span');
  if (label && label.textContent !== words) label.textContent = words;
  if (now === 'refused') say(message);
  if (now === 'saved') page.dataset.drafted = saving?.revision ? 'true' : page.dataset.drafted;
}

/** Somebody else saved since: both changes are kept where they do not meet. */
async function settleDifferences(theirs, mine, base) {
  const { askAboutConflict, askAboutGone } = await import('./dialogs.js');
  if (!theirs) {
    if (await askAboutGone() === 'reload') {
      saving.adopt(sheet.table, 0, sheet.table);
      location.reload();
      return;
    }
    const now = await ask(`${address}/draft`).catch(() => null);
    if (now) saving.adopt(tables.completed(now.document), now.revision, sheet.table);
    return;
  }
  const { document } = theirs;
  let { table, conflicts } = merged(base, mine, document);
  if (conflicts.length) {
    const choice = await askAboutConflict({ by: theirs.by, conflicts });
    if (choice === 'discard') table = document;
    else ({ table } = merged(base, sheet.table, document, choice));
  }
  takeOver(table, `${theirs.by}: ${summary(mine, table)}`);
  saving.adopt(document, theirs.revision, table);
  say(`${theirs.by} changed the table too. ${conflicts.length ? '' : 'Both changes are kept.'}`);
}

/** A state that came from elsewhere is a step of its own, so that undo still fits. */
function takeOver(table, label) {
  if (!tables.difference(sheet.table, table)) return;
  adopting = true;
  sheet.become(table, label);
  adopting = false;
}
let adopting = false;
export const isAdopting = () => adopting;

export async function lookForOthers() {
  if (document.hidden || saving.state !== 'saved' || editor.open) return;
  try {
    const theirs = await ask(`${address}/draft?known=${saving.revision}`);
    if (!theirs || theirs.revision === saving.revision || saving.state !== 'saved') return;
    const document = tables.completed(theirs.document);
    const words = summary(sheet.table, document);
    takeOver(document, `${theirs.by}: ${words}`);
    saving.adopt(document, theirs.revision, document);
    say(`${theirs.by || 'Somebody'}: ${words}.`);
    check();
  } catch { /* asked again soon */ }
}
