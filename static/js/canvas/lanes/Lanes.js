// @ts-check
/** Arranges a plan in lanes by who does the work, and draws the lanes behind it. */

import { append, attr, clear, create } from 'diagram-js';
import { labelOf, labelSize } from '../drawing/CardRenderer.js';
import { shortened } from '../drawing/text.js';
import { laneOf } from '../plan/kinds.js';
import Ways from '../routing/Ways.js';
import { labelled } from '../routing/labelling.js';
import { placed } from '../tidy/elk.js';

const PAD = 24;
const GAP = 36;
const NAME = '600 12px';
const TITLE = 44;
const BETWEEN = 70; // columns, where many lines change their lanes

export default class Lanes {
  static $inject = ['eventBus', 'canvas', 'modeling', 'planElements', 'planNames', 'layouter', 'view', 'actions'];

  constructor(eventBus, canvas, modeling, planElements, planNames, layouter, view, actions) {
    Object.assign(this, { _canvas: canvas, _modeling: modeling, _elements: planElements, _names: planNames,
      _layouter: layouter, _view: view, _actions: actions });
    eventBus.on(['commandStack.changed', 'plan.opened', 'names.changed'], 800, () => this._draw());
  }

  async toggle() {
    if (this._elements.root().lanes) {
      await this._actions.get('tidying').tidy({ everything: true });
      this._actions.say('Lanes are off.');
      return;
    }
    await this.arrange();
  }

  async arrange() {
    const cards = this._elements.root().children.filter((one) => one.type === 'item' || one.type === 'foreign');
    if (!cards.length) return;
    const lines = this._elements.dependencies();
    const places = await placed(
      cards.map(({ id, width, height }) => ({ id, width, height })),
      lines.map((line) => ({ id: line.id, source: line.source.id, target: line.target.id, label: sizeOf(line) })),
      { between: BETWEEN }
    );
    const { goes, lanes } = inLanes(cards, places);
    const at = (card) => ({ id: card.id, x: card.x, y: card.y, width: card.width, height: card.height, ...goes.get(card) });
    const boxes = cards.map(at);
    const ways = new Ways();
    const routes = new Map();
    const reach = ({ source, target }) => Math.abs(at(target).x - at(source).x) + Math.abs(at(target).y - at(source).y);
    // The short ones first: they have no choice.
    for (const line of [...lines].sort((one, other) => reach(one) - reach(other))) {
      const others = boxes.filter(({ id }) => id !== line.source.id && id !== line.target.id);
      const waypoints = this._layouter.route(at(line.source), at(line.target), line, others, (points) => ways.shared(points, line));
      ways.add(waypoints, line);
      routes.set(line, { waypoints, labelAt: undefined });
    }
    const drawn = lines.map((line) => ({ id: line.id, points: routes.get(line).waypoints, size: sizeOf(line) }));
    const labels = labelled(drawn, boxes);
    for (const line of lines) routes.get(line).labelAt = labels.get(line.id);
    for (const note of this._elements.notes()) {
      const pin = note.outgoing[0];
      const place = pin && goes.get(pin.target);
      if (!place) continue;
      const moved = { x: note.x + place.x - pin.target.x, y: note.y + place.y - pin.target.y };
      goes.set(note, moved);
      routes.set(pin, {
        waypoints: this._layouter.route({ ...at(note), type: 'note' }, at(pin.target), pin), labelAt: undefined
      });
    }
    this._modeling.place(goes, routes, { lanes });
    this._view.fit();
    this._actions.say(`Arranged in ${lanes.length} lanes.`);
  }

  _draw() {
    const layer = this._canvas.getLayer('lanes', -10);
    clear(layer);
    const { lanes, children } = this._elements.root();
    if (!lanes) return;
    const cards = children.filter((one) => !one.waypoints);
    const left = Math.min(...cards.map(({ x }) => x)) - TITLE - PAD;
    const right = Math.max(...cards.map(({ x, width }) => x + width)) + PAD;
    lanes.forEach(({ lane, y, height }, n) => {
      const group = create('g', { class: `lane${n % 2 ? ' odd' : ''}` });
      append(group, create('rect', { class: 'band', x: left, y, width: right - left, height, rx: 8 }));
      append(group, create('rect', { class: 'title', x: left, y, width: TITLE - 12, height, rx: 8 }));
      const text = create('text', { class: 'name', 'text-anchor': 'middle' });
      attr(text, { transform: `translate(${left + 20} ${y + height / 2}) rotate(-90)` });
      const title = this._title(lane);
      text.textContent = shortened(title, height - 16, NAME);
      append(group, text);
      const whole = create('title');
      whole.textContent = title;
      append(group, whole);
      append(layer, group);
    });
  }

  _title(lane) {
    const [kind, key] = lane.split('/');
    if (!lane) return 'Orderloom';
    const known = kind === 'system' ? this._names.current.systems : this._names.current.queues;
    return known.get(key)?.name ?? key;
  }
}

function sizeOf(line) {
  const label = labelOf(line);
  return label && labelSize(label.text);
}

/** Columns from the layered layout, rows within each lane as few as the columns allow. */
function inLanes(cards, places) {
  const at = (card) => places.boxes.get(card.id);
  const groups = new Map();
  for (const card of [...cards].sort((a, b) => at(a).x - at(b).x || at(a).y - at(b).y)) {
    const lane = card.item ? laneOf(card.item) : '';
    groups.set(lane, [...(groups.get(lane) ?? []), card]);
  }
  const goes = new Map();
  const lanes = [];
  let top = 40;
  for (const [lane, members] of groups) {
    /** @type {{ until: number, height: number }[]} */
    const rows = [];
    const rowOf = new Map();
    for (const card of members) {
      const { x } = at(card);
      let row = rows.findIndex(({ until }) => until <= x);
      if (row === -1) row = rows.push({ until: 0, height: 80 }) - 1;
      rows[row].until = x + card.width + GAP;
      rowOf.set(card, row);
    }
    for (const card of members) {
      const y = top + PAD + rowOf.get(card) * (80 + GAP) + (80 - card.height) / 2;
      goes.set(card, { x: at(card).x + TITLE, y: Math.round(y), placed: false });
    }
    const height = 2 * PAD + rows.length * 80 + (rows.length - 1) * GAP;
    lanes.push({ lane, y: top, height });
    top += height + 6;
  }
  return { goes, lanes };
}
