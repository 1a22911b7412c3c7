// @ts-check
/** What the server says of a difference; see designer/overlay.py. */

/**
 * @typedef {{ label: string, before: string, after: string, column: string }} Told
 * @typedef {{ kind: 'added' | 'removed' | 'changed' | 'moved', part: string, name: string, title: string, fields: Told[],
 *   moved: boolean }} Part
 */

export const LOOKS = {
  added: { icon: 'circle-plus', word: 'Added', tone: 'good' },
  removed: { icon: 'circle-minus', word: 'Removed', tone: 'bad' },
  changed: { icon: 'pencil', word: 'Changed', tone: 'waits' },
  moved: { icon: 'arrow-up-down', word: 'Moved', tone: 'moving' }
};

/** As text for release notes: a heading, and a line for each sentence. @param {string} heading @param {string[]} lines */
export const asNotes = (heading, lines) => [heading, ...lines.map((line) => `- ${line}`)].join('\n');
