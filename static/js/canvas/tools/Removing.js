// @ts-check
/** Deleting what is selected, and going on from what was beside it. */

export default class Removing {
  static $inject = ['eventBus', 'selection', 'modeling', 'dragging', 'toolManager', 'popupMenu', 'tracing'];

  constructor(eventBus, selection, modeling, dragging, toolManager, popupMenu, tracing) {
    Object.assign(this, { eventBus, selection, modeling, dragging, toolManager, popupMenu, tracing });
  }

  remove() {
    const gone = this.selection.get();
    const heir = gone.length === 1 && !gone[0].waypoints
      ? (gone[0].incoming[0]?.source ?? gone[0].outgoing[0]?.target) : gone[0]?.source;
    this.modeling.together('Delete', () => this.modeling.removeElements([...gone]));
    this.eventBus.fire('said', {
      text: gone.length === 1 ? `${gone[0].item?.name ?? 'It'} deleted. Ctrl+Z brings it back.`
        : `${gone.length} deleted. Ctrl+Z brings them back.`, tone: 'info'
    });
    this.selection.select(heir?.parent ? heir : []);
  }

  /** Escape: ends the gesture, else the tracing, else the selection. */
  letGo() {
    if (this.dragging.context()) this.dragging.cancel();
    else if (this.popupMenu.isOpen()) this.popupMenu.close();
    else if (this.toolManager.isActive()) this.toolManager.setActive(null);
    else if (this.tracing.active()) this.tracing.clear();
    else this.selection.select([]);
  }
}
