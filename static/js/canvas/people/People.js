// @ts-check
/** Shows who else is at the plan and what they have selected: an outline in their colour with their name on it. */

import { append, attr, classes, clear, create } from 'diagram-js';
import { keepPresent, toneOf } from '../../designer/presence.js';
import { widthOf } from '../drawing/text.js';
import { nameOfElement } from '../elements/PlanElements.js';

const MOST = 40; // elements that are told of one selection
const AROUND = 5;
const TAG = '600 11px';

export default class People {
  static $inject = ['eventBus', 'canvas', 'selection', 'planElements', 'view', 'config.presence'];

  /** @param {string | null} address */
  constructor(eventBus, canvas, selection, planElements, view, address = null) {
    Object.assign(this, { _canvas: canvas, _selection: selection, _elements: planElements, _view: view });
    /** @type {import('../../designer/presence.js').Other<string[]>[]} */
    this.others = [];
    if (!address) return;
    const { moved, stop } = keepPresent({
      address,
      place: () => selection.get().map(nameOfElement).filter(Boolean).slice(0, MOST),
      onOthers: (others) => {
        this.others = others;
        this._draw();
        eventBus.fire('people.changed');
      },
      onState: (state) => eventBus.fire('draft.seen', state)
    });
    eventBus.on('selection.changed', moved);
    eventBus.on(['commandStack.changed', 'plan.opened'], 700, () => this._draw());
    eventBus.on('diagram.destroy', stop);
  }

  /** Brings what somebody has selected into view. */
  goTo({ place }) {
    const there = this._elementsAt(place);
    if (there.length) this._view.show(there, { least: 0.55, most: Math.max(0.55, this._canvas.zoom()) });
  }

  _elementsAt(place) {
    const wanted = new Set(place ?? []);
    return wanted.size ? this._elements.all().filter((element) => wanted.has(nameOfElement(element))) : [];
  }

  _draw() {
    const layer = this._canvas.getLayer('others', 20);
    classes(layer).add('others');
    clear(layer);
    for (const { by, name, me, place } of this.others) {
      const group = create('g', { class: `person-${toneOf(by)}` });
      const there = this._elementsAt(place);
      for (const element of there) append(group, element.waypoints ? along(element) : around(element));
      const first = there.find((element) => !element.waypoints) ?? there[0];
      if (first) this._tag(group, me ? 'You' : name, first);
      append(layer, group);
    }
  }

  _tag(group, text, element) {
    const { x, y } = element.waypoints ? element.waypoints[0] : { x: element.x - AROUND, y: element.y + element.height + AROUND };
    append(group, create('rect', { class: 'tag', x, y: y - 2, width: widthOf(text, TAG) + 12, height: 18, rx: 4 }));
    const label = create('text', { x: x + 6, y: y + 11 });
    label.textContent = text;
    append(group, label);
  }
}

function around({ x, y, width, height, item }) {
  const made = create('rect', { class: 'around' });
  const rx = (item?.kind === 'milestone' ? height / 2 : 10) + AROUND;
  attr(made, { x: x - AROUND, y: y - AROUND, width: width + 2 * AROUND, height: height + 2 * AROUND, rx });
  return made;
}

function along({ waypoints }) {
  return create('path', { class: 'along', d: waypoints.map(({ x, y }, n) => `${n ? 'L' : 'M'}${x} ${y}`).join('') });
}
