// @ts-check
/** The hand by the space bar: held, it moves the view until the key is let go; tapped, until the next tap or Escape. */

/** So short, in milliseconds, a press with nothing moved is a tap. */
const TAP = 300;

export default class Hand {
  static $inject = ['eventBus', 'handTool', 'dragging'];

  constructor(eventBus, handTool, dragging) {
    Object.assign(this, { _tool: handTool, _dragging: dragging });
    this._since = 0;
    this._moved = false;
    eventBus.on('hand.move.move', () => { this._moved = true; });
  }

  press() {
    this._since = performance.now();
    this._moved = false;
    this._tool.toggle();
  }

  release() {
    if (this._tool.isActive() && (this._moved || performance.now() - this._since > TAP)) this._dragging.cancel();
  }
}
