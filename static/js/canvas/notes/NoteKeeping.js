// @ts-check
/** Notes for colleagues, stuck on the plan or pinned to an item; no part of the definition. */

export default class NoteKeeping {
  static $inject = ['eventBus', 'modeling', 'planElements', 'marks', 'actions', 'config.author'];

  constructor(eventBus, modeling, planElements, marks, actions, author = '') {
    this._modeling = modeling;
    this._elements = planElements;
    this._marks = marks;
    this._actions = actions;
    this._author = author;
    eventBus.on(['commandStack.changed', 'plan.opened'], 900, () => this._count());
  }

  add(card) {
    const note = { id: crypto.randomUUID().slice(0, 8), text: '', by: this._author };
    const shape = this._modeling.addNote(note, card, card ? null : this._actions.freePoint({ width: 180, height: 96 }));
    this._actions.select(shape);
    queueMicrotask(() => this._actions.get('labelEditing').start(shape));
  }

  _count() {
    const counts = new Map();
    for (const note of this._elements.notes()) {
      for (const { target } of note.outgoing) {
        counts.set(target.id, { notes: (counts.get(target.id)?.notes ?? 0) + 1 });
      }
    }
    this._marks.set('notes', counts);
  }
}
