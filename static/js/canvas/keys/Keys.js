// @ts-check
/** Turns key presses into commands: plain keys while the canvas has the focus, chords everywhere on the page. */

export default class Keys {
  static $inject = ['eventBus', 'canvas', 'actions', 'config.page'];

  constructor(eventBus, canvas, actions, page = null) {
    this._actions = actions;
    /** @type {{ key: string, release: () => void } | null} */
    this._held = null;
    /** @type {Map<string, any>} */
    this._byKey = new Map();
    for (const command of actions.commands) {
      for (const key of command.keys) this._byKey.set(key, command);
    }
    const plain = (event) => this._press(event, true);
    const chord = (event) => this._press(event, false);
    const up = (event) => this._lift(event);
    eventBus.on('canvas.init', ({ svg }) => svg.addEventListener('keydown', plain));
    if (canvas._svg) canvas._svg.addEventListener('keydown', plain);
    const target = page ?? document;
    target.addEventListener('keydown', chord);
    target.addEventListener('keyup', up);
    eventBus.on('diagram.destroy', () => {
      target.removeEventListener('keydown', chord);
      target.removeEventListener('keyup', up);
    });
  }

  /** @param {KeyboardEvent} event @param {boolean} onCanvas */
  _press(event, onCanvas) {
    if (event.defaultPrevented || event.isComposing) return;
    const name = nameOf(event);
    const command = this._byKey.get(name);
    if (!command) return;
    const everywhere = EVERYWHERE.has(command.name) && (name.startsWith('Mod+') || !isField(event.target));
    if (onCanvas ? BY_BROWSER.has(command.name) : !everywhere) return;
    if (isField(event.target) && !onCanvas && FIELD_KEYS.has(command.name)) return;
    if (event.repeat && command.release) return event.preventDefault();
    if (command.release) this._held = { key: event.key, release: command.release };
    if (this._actions.run(command.name) || onCanvas) event.preventDefault();
    return undefined;
  }

  /** @param {KeyboardEvent} event */
  _lift(event) {
    if (event.key !== this._held?.key) return;
    this._held.release();
    this._held = null;
  }
}

/** Copying, cutting and pasting come as events of their own, which carry the clipboard without asking for a right. */
const BY_BROWSER = new Set(['copy', 'cut', 'paste']);
/** Commands that work wherever the focus is, unless it is in a field that has its own use for them. */
const EVERYWHERE = new Set(['undo', 'redo', 'find', 'palette', 'save', 'help']);
const FIELD_KEYS = new Set(['undo', 'redo']);

/** @param {EventTarget | null} target */
export function isField(target) {
  const element = /** @type {HTMLElement | null} */ (target);
  return Boolean(element?.closest?.('input, textarea, select, [contenteditable=true], .feel-host'));
}

/** @param {KeyboardEvent} event */
export function nameOf({ key, ctrlKey, metaKey, altKey, shiftKey }) {
  const mod = ctrlKey || metaKey ? 'Mod+' : '';
  const letter = key.length === 1 && key.toLowerCase() !== key.toUpperCase();
  const shifted = shiftKey && (letter || key.length > 1) ? 'Shift+' : '';
  const base = letter ? (shiftKey ? key.toUpperCase() : key.toLowerCase()) : key;
  return `${mod}${altKey ? 'Alt+' : ''}${shifted}${base}`;
}

/** A key as it is shown to people. @param {string} key */
export function shownKey(key) {
  const mac = /Mac/.test(navigator.platform);
  const words = { Mod: mac ? '⌘' : 'Ctrl', ArrowLeft: '←', ArrowRight: '→', ArrowUp: '↑', ArrowDown: '↓', ' ': 'Space',
    Delete: 'Del', Escape: 'Esc' };
  return key.split(/(?<=.)\+(?=.)/).map((part) =>
    words[/** @type {keyof typeof words} */ (part)] ?? (part.length === 1 ? part.toUpperCase() : part));
}
