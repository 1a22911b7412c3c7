// @ts-check
/** The commands of the designer: what they are called, their keys, when they apply, what they do. */

import { titleOf } from '../loops/loops.js';

/**
 * @typedef {{ name: string, title: string, keys: string[], group: string, icon?: string, changes?: boolean,
 *   when?: () => boolean, run: () => void, release?: () => void, told?: [string, string] }} Command
 * Keys are written as KeyboardEvent.key with Mod (Ctrl, or Cmd on a Mac), Shift and Alt in front. A command with `release`
 * is about a key that is held: it runs once when the key goes down and is told when it comes up.
 * `told` are title and keys for the list of keys, the same for commands that differ in direction alone.
 */

/** @param {any} on the Actions that the commands act through @returns {Command[]} */
export function commands(on) {
  const any = () => on.selection.get().length > 0;
  const one = (...types) => () => Boolean(on.selected(...types));
  const shell = (what, more = {}) => () => on.eventBus.fire('shell.open', { what, ...more });
  const zoom = () => on.get('view');
  const go = (direction) => () => on.get('walking').go(direction);
  const push = (side, x, y) => () => {
    const moved = on.selectedCards();
    on.modeling.moveElements(moved, { x, y });
    on.get('spoken').tell(`${moved.length > 1 ? `${moved.length} cards` : titleOf(moved[0])} moved ${side}.`);
  };
  const cards = () => on.selectedCards().length > 0;

  return [
    // Making
    { name: 'create', title: 'New item', keys: ['n'], group: 'Make', icon: 'plus', changes: true,
      run: () => on.openMenu('create', on.elements.root()) },
    { name: 'append', title: 'Append an item that waits for this one', keys: ['a'], group: 'Make',
      icon: 'circle-arrow-right', changes: true, when: one('item'),
      run: () => on.openMenu('append', on.selected('item')) },
    { name: 'insert', title: 'Insert an item on this dependency', keys: ['i'], group: 'Make', icon: 'plus', changes: true,
      when: one('dependency'), run: () => on.openMenu('insert', on.selected('dependency')) },
    { name: 'connect', title: 'Connect to another item; with nothing selected, from card to card by mouse', keys: ['c'], group: 'Make', icon: 'spline', changes: true,
      when: () => one('item', 'foreign')() || !any(),
      run: () => (any() ? shell('finder', { mode: 'connect' })() : on.connectByMouse()) },
    { name: 'after', title: 'Wait for an item of another plan', keys: ['Shift+C'], group: 'Make', icon: 'workflow',
      changes: true, when: one('item'), run: shell('finder', { mode: 'foreign' }) },
    { name: 'morph', title: 'Change the kind', keys: ['m'], group: 'Make', icon: 'repeat-2', changes: true,
      when: one('item'), run: () => on.openMenu('morph', on.selected('item')) },
    { name: 'note', title: 'Stick a note', keys: ['t'], group: 'Make', icon: 'sticky-note', changes: true,
      run: () => on.get('noteKeeping').add(on.selected('item')) },
    { name: 'rename', title: 'Type the name, condition or note', keys: ['F2', 'e'], group: 'Make', icon: 'pencil', changes: true,
      when: one('item', 'dependency', 'note'), run: () => on.get('labelEditing').start(on.selected()) },
    { name: 'edit', title: 'Go to the form of the selected item', keys: ['Enter'], group: 'Make', icon: 'panel-right',
      run: shell('panel') },
    { name: 'delete', title: 'Delete', keys: ['Delete', 'Backspace'], group: 'Make', icon: 'trash-2', changes: true, when: any,
      run: () => on.get('removing').remove() },

    // Changing
    { name: 'undo', title: 'Undo', keys: ['Mod+z'], group: 'Change', icon: 'undo-2', changes: true,
      when: () => on.commandStack.canUndo(), run: () => on.commandStack.undo() },
    { name: 'redo', title: 'Redo', keys: ['Mod+Shift+Z', 'Mod+y'], group: 'Change', icon: 'redo-2', changes: true,
      when: () => on.commandStack.canRedo(), run: () => on.commandStack.redo() },
    { name: 'copy', title: 'Copy', keys: ['Mod+c'], group: 'Change', icon: 'copy', when: cards,
      run: () => on.get('planClipboard').copy() },
    { name: 'cut', title: 'Cut', keys: ['Mod+x'], group: 'Change', icon: 'scissors', changes: true, when: cards,
      run: () => on.get('planClipboard').cut() },
    { name: 'paste', title: 'Paste', keys: ['Mod+v'], group: 'Change', icon: 'clipboard-paste', changes: true,
      run: () => on.get('planClipboard').paste() },
    { name: 'duplicate', title: 'Duplicate', keys: ['Mod+d'], group: 'Change', icon: 'copy', changes: true, when: cards,
      run: () => on.get('planClipboard').duplicate() },
    { name: 'fragment', title: 'Keep the selection as a fragment', keys: ['Shift+F'], group: 'Change', icon: 'component', changes: true,
      run: shell('fragment') },
    { name: 'select-all', title: 'Select everything', keys: ['Mod+a'], group: 'Change', icon: 'square-dashed',
      run: () => on.selection.select([...on.elements.items(), ...on.elements.notes()]) },

    // Moving
    ...[['left', -10, 0], ['right', 10, 0], ['up', 0, -10], ['down', 0, 10]].map(([side, x, y]) => ({
      name: `push-${side}`, title: `Move the selection ${side}`, keys: [`Alt+Arrow${capital(side)}`], group: 'Move',
      told: ['Move the selection', 'Alt+Arrows'], changes: true, when: cards, run: push(side, x, y)
    })),
    ...[['left', -50, 0], ['right', 50, 0], ['up', 0, -50], ['down', 0, 50]].map(([side, x, y]) => ({
      name: `push-far-${side}`, title: `Move the selection far ${side}`, keys: [`Alt+Shift+Arrow${capital(side)}`],
      told: ['Move the selection far', 'Alt+Shift+Arrows'], group: 'Move', changes: true, when: cards, run: push(side, x, y)
    })),
    ...['left', 'center', 'right', 'top', 'middle', 'bottom'].map((side) => ({
      name: `align-${side}`, title: `Align ${side}`, keys: [], group: 'Move', changes: true,
      when: () => on.selectedCards().length > 1, run: () => on.align(side)
    })),
    ...['horizontal', 'vertical'].map((axis) => ({
      name: `distribute-${axis}`, title: `Distribute evenly, ${axis}`, keys: [], group: 'Move', changes: true,
      when: () => on.selectedCards().length > 2, run: () => on.distribute(axis)
    })),
    { name: 'tidy', title: 'Tidy up, keeping what was placed by hand', keys: ['l'], group: 'Move', icon: 'wand-sparkles',
      changes: true, run: () => void on.get('tidying').tidy() },
    { name: 'tidy-all', title: 'Tidy up everything', keys: ['Shift+L'], group: 'Move', icon: 'wand-sparkles', changes: true,
      run: () => void on.get('tidying').tidy({ everything: true }) },
    { name: 'lanes', title: 'Arrange in lanes by who does it', keys: ['g'], group: 'Move', icon: 'rows-3', changes: true,
      run: () => void on.get('lanes').toggle() },

    // Going about
    { name: 'next', title: 'Go to an item that waits for this one', keys: ['ArrowRight'], group: 'Go', run: go('right') },
    { name: 'previous', title: 'Go to an item this one waits for', keys: ['ArrowLeft'], group: 'Go', run: go('left') },
    { name: 'above', title: 'Go to the item above', keys: ['ArrowUp'], group: 'Go', run: go('up') },
    { name: 'below', title: 'Go to the item below', keys: ['ArrowDown'], group: 'Go', run: go('down') },
    { name: 'first', title: 'Go to the first item', keys: ['Home'], group: 'Go', run: go('first') },
    { name: 'last', title: 'Go to the last item', keys: ['End'], group: 'Go', run: go('last') },
    { name: 'line', title: 'Step through the dependencies of this item', keys: ['d'], group: 'Go', icon: 'spline',
      when: one('item', 'foreign', 'dependency'), run: go('line') },
    { name: 'where', title: 'Say where I am', keys: ['w'], group: 'Go', icon: 'message-square',
      run: () => on.get('spoken').where() },
    { name: 'find', title: 'Find an item', keys: ['Mod+f', '/'], group: 'Go', icon: 'search',
      run: shell('finder', { mode: 'find' }) },
    { name: 'trace', title: 'Show what is before and after', keys: ['h'], group: 'Go', icon: 'route', when: one('item', 'foreign'),
      run: () => on.get('tracing').toggle(on.selected()) },
    { name: 'next-problem', title: 'Go to the next problem', keys: ['F8', '.'], group: 'Go', icon: 'triangle-alert',
      run: () => on.get('checking').next(1) },
    { name: 'previous-problem', title: 'Go to the previous problem', keys: ['Shift+F8', ','], group: 'Go',
      icon: 'triangle-alert', run: () => on.get('checking').next(-1) },

    // Looking
    { name: 'fit', title: 'Fit the plan into view', keys: ['0', 'f'], group: 'Look', icon: 'maximize', run: () => zoom().fit() },
    { name: 'zoom-in', title: 'Zoom in', keys: ['+', '=', 'Mod+='], group: 'Look', icon: 'zoom-in', run: () => zoom().step(1) },
    { name: 'zoom-out', title: 'Zoom out', keys: ['-', 'Mod+-'], group: 'Look', icon: 'zoom-out', run: () => zoom().step(-1) },
    { name: 'actual', title: 'Actual size', keys: ['1'], group: 'Look', icon: 'scan', run: () => zoom().actual() },
    { name: 'selection', title: 'Zoom to the selection', keys: ['2'], group: 'Look', icon: 'crosshair', when: any,
      run: () => zoom().show(on.selection.get()) },
    { name: 'outline', title: 'Show the plan as an outline', keys: ['o'], group: 'Look', icon: 'list-tree',
      run: shell('outline') },
    { name: 'minimap', title: 'Show or hide the map', keys: ['Shift+M'], group: 'Look', icon: 'map',
      run: () => on.get('minimap').toggle() },
    { name: 'problems', title: 'Show or hide the problems', keys: ['p'], group: 'Look', icon: 'list-checks', run: shell('problems') },
    { name: 'scope', title: 'Preview with an order', keys: ['s'], group: 'Look', icon: 'flask-conical', run: shell('scope') },
    { name: 'lasso', title: 'Select with a lasso', keys: ['Shift+S'], group: 'Look', icon: 'lasso-select',
      run: () => on.get('lassoTool').activateSelection(lastMouse(on)) },
    { name: 'hand', title: 'Move the view by dragging, while held or until pressed again', keys: [' '], group: 'Look', icon: 'hand',
      run: () => on.get('hand').press(), release: () => on.get('hand').release() },
    ...[['left', 1, 0], ['right', -1, 0], ['up', 0, 1], ['down', 0, -1]].flatMap(([side, x, y]) => [
      { name: `look-${side}`, title: `Move the view ${side}`, keys: [`Mod+Arrow${capital(side)}`], group: 'Look',
        told: ['Move the view', 'Mod+Arrows'], run: () => zoom().pan(x * 50, y * 50) },
      { name: `look-far-${side}`, title: `Move the view far ${side}`, keys: [`Mod+Shift+Arrow${capital(side)}`], group: 'Look',
        told: ['Move the view far', 'Mod+Shift+Arrows'], run: () => zoom().pan(x * 250, y * 250) }
    ]),
    { name: 'space', title: 'Make or take space', keys: ['Shift+D'], group: 'Look', icon: 'move', changes: true,
      run: () => on.get('spaceTool').toggle() },

    // The whole
    { name: 'palette', title: 'Do anything', keys: ['Mod+k'], group: 'All', icon: 'command',
      run: shell('finder', { mode: 'all' }) },
    { name: 'help', title: 'Show all keys', keys: ['?'], group: 'All', icon: 'keyboard', run: shell('help') },
    { name: 'svg', title: 'Save the picture as SVG', keys: [], group: 'All', icon: 'image', run: () => void on.get('pictures').svg() },
    { name: 'png', title: 'Save the picture as PNG', keys: [], group: 'All', icon: 'image',
      run: () => void on.get('pictures').png() },
    { name: 'save', title: 'Save now', keys: ['Mod+s'], group: 'All', icon: 'save', run: () => on.get('saving').now() },
    { name: 'escape', title: 'Let go of everything', keys: ['Escape'], group: 'All', run: () => on.get('removing').letGo() }
  ];
}

const capital = (/** @type {string} */ word) => word[0].toUpperCase() + word.slice(1);
const lastMouse = (/** @type {any} */ on) => on.get('mouse').getLastMoveEvent();
