// @ts-check
/** Typing a name, a note or a condition right where it is drawn. */

export default class LabelEditing {
  static $inject = ['eventBus', 'canvas', 'modeling', 'editing'];

  constructor(eventBus, canvas, modeling, editing) {
    this._eventBus = eventBus;
    this._canvas = canvas;
    this._modeling = modeling;
    this._editing = editing;
    /** @type {HTMLTextAreaElement | null} */
    this._field = null;
    eventBus.on('element.dblclick', 900, ({ element }) => void this.start(element));
    eventBus.on(['drag.init', 'canvas.viewbox.changing', 'commandStack.changed', 'element.mousedown', 'canvas.destroy'],
      () => this.finish());
  }

  active() {
    return Boolean(this._field);
  }

  /** @param {any} element @returns {boolean} whether it can be typed into */
  start(element) {
    this.finish();
    const part = textOf(element);
    if (!part || !this._editing.allowed) return false;
    const { scale, ...view } = this._canvas.viewbox();
    const field = document.createElement('textarea');
    field.className = `label-field ${element.type}`;
    field.value = part.text;
    field.setAttribute('aria-label', part.label);
    field.spellcheck = element.type === 'note';
    const box = part.box(element);
    Object.assign(field.style, {
      left: `${(box.x - view.x) * scale}px`, top: `${(box.y - view.y) * scale}px`,
      width: `${box.width * scale}px`, height: `${box.height * scale}px`, fontSize: `${13 * Math.max(scale, 0.7)}px`
    });
    field.addEventListener('keydown', (event) => this._key(event));
    field.addEventListener('blur', () => this.finish());
    for (const name of ['mousedown', 'wheel', 'dblclick', 'click']) {
      field.addEventListener(name, (event) => event.stopPropagation());
    }
    this._field = field;
    this._element = element;
    this._part = part;
    this._canvas.getContainer().append(field);
    field.focus();
    field.select();
    return true;
  }

  /** @param {KeyboardEvent} event */
  _key(event) {
    event.stopPropagation();
    const many = this._element.type === 'note' && !(event.ctrlKey || event.metaKey);
    if (event.key === 'Escape') this._close();
    else if (event.key === 'Enter' && !event.shiftKey && !many) this.finish();
    else return;
    event.preventDefault();
    this._canvas.focus();
  }

  /** Takes over what was typed. */
  finish() {
    if (!this._field) return;
    const text = this._field.value.trim();
    const { _element: element, _part: part } = this;
    this._close();
    if (element.parent && text !== part.text) part.write(this._modeling, element, text);
  }

  _close() {
    const field = this._field;
    this._field = null;
    field?.remove();
  }
}

/** What of an element can be typed, where it stands, and how it is written back. @param {any} element */
function textOf(element) {
  if (element.type === 'item') {
    return {
      label: 'Name of the item', text: element.item.name,
      box: ({ x, y, width, height }) => ({ x: x + 40, y: y + 22, width: width - 48, height: height > 60 ? 38 : 32 }),
      write: (modeling, card, text) => text && modeling.renameItem(card, text.replace(/\s+/g, ' '))
    };
  }
  if (element.type === 'note') {
    return {
      label: 'Text of the note', text: element.note.text ?? '',
      box: ({ x, y, width, height }) => ({ x: x + 2, y: y + 2, width: width - 4, height: height - 20 }),
      write: (modeling, card, text) => modeling.updateNote(card, { ...card.note, text })
    };
  }
  if (element.type === 'dependency') {
    return {
      label: 'Condition of the dependency (FEEL)', text: element.dependency.condition ?? '',
      box: ({ waypoints }) => {
        const middle = waypoints[Math.floor((waypoints.length - 1) / 2)];
        const next = waypoints[Math.floor((waypoints.length - 1) / 2) + 1];
        return { x: (middle.x + next.x) / 2 - 90, y: (middle.y + next.y) / 2 - 16, width: 180, height: 32 };
      },
      write: (modeling, line, text) => modeling.updateDependency(line, { ...line.dependency, condition: text })
    };
  }
  return null;
}
