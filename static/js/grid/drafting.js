// @ts-check
// Keeps the draft: saves what changes here, takes over what others save, and asks where both wrote the same.

import { keepSaved, WORDS } from '../designer/saving.js';
import { ask } from '../designer/server.js';
import { check } from './checks.js';
import { $, address, loaded, page, say, sheet, sprite, start } from './desk.js';
import { merged, summary } from './merging.js';
import { showPlace } from './surroundings.js';
import * as tables from './table.js';

const draft = `${address}/draft`;

export const saving = keepSaved({
  address: draft,
  name: `table/${loaded.key}`,
  saved: loaded,
  revision: start.revision,
  current: () => sheet.table,
  difference: tables.difference,
  send: (patch, to) => ask(draft, { method: 'PATCH', body: patch, ...to }),
  patched: tables.patched,
  read: ({ document }, known) => known ?? tables.completed(document),
  onState: showSaving,
  onOthers: settleDifferences,
  onSaved() {
    check();
    showPlace(); // its sentence can only now be asked for
  }
});

function showSaving(now, message) {
  const [icon, words, tone] = WORDS[now];
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
  if (!theirs) return say('The draft was discarded, and no version of the table was ever published. Export what you see here to keep it.');
  const { document, revision } = theirs;
  const by = theirs.by || 'Somebody';
  if (!tables.difference(base, mine)) {
    const words = `${by}: ${summary(mine, document)}`;
    takeOver(theirs, document, words);
    say(`${words}.`);
    return check();
  }
  if (saving.revision && !revision) {
    const { askAboutGone } = await import('./dialogs.js');
    const again = await askAboutGone() === 'again';
    takeOver(theirs, again ? sheet.table : document, 'the draft is gone');
    return again ? undefined : location.reload();
  }
  let { table, conflicts } = merged(base, mine, document);
  if (conflicts.length) {
    const { askAboutConflict } = await import('./dialogs.js');
    const choice = await askAboutConflict({ by, conflicts });
    table = choice === 'discard' ? document : merged(base, sheet.table, document, choice).table;
  }
  takeOver(theirs, table, `${by}: ${summary(mine, table)}`);
  say(`${by} changed the table too. ${conflicts.length ? '' : 'Both changes are kept.'}`);
}

/** A state that came from elsewhere is a step of its own, so that undo still fits. */
function takeOver({ document, revision }, table, label) {
  if (tables.difference(sheet.table, table)) sheet.become(table, label);
  saving.adopt(document, revision);
}
