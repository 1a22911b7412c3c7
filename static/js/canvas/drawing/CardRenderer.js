// @ts-check
/** Draws cards, dependencies and notes; colours come from classes, so that themes need no redraw. */

import { BaseRenderer, append, attr, classes, create, createLine } from 'diagram-js';
import { icon } from './icons.js';
import { lines, shortened, widthOf } from './text.js';
import { badgesOf } from './badges.js';
import { kindOf, whoOf } from '../plan/kinds.js';
import { spoken } from '../../forms/fields/durations.js';

const NAME = '600 13px';
const SMALL = '400 11px';
const KIND = '600 10px';
const SPACING = 0.45; // pixels between the letters of a kind, as the style sheet says
const BADGE = 13;
const PAD = 12;
const CORNER = 10;

export default class CardRenderer extends BaseRenderer {
  static $inject = ['eventBus', 'planNames', 'marks'];

  constructor(eventBus, names, marks) {
    super(eventBus, 1500);
    this._names = names;
    this._marks = marks;
  }

  canRender(element) {
    return ['item', 'foreign', 'note', 'dependency', 'pin'].includes(element.type);
  }

  drawShape(visual, shape) {
    if (shape.type === 'note') return this._note(visual, shape);
    if (shape.type === 'foreign') return this._foreign(visual, shape);
    return shape.item.kind === 'milestone' ? this._milestone(visual, shape) : this._card(visual, shape);
  }

  _card(visual, { item, width, height, id }) {
    const kind = kindOf(item.kind);
    const group = add(visual, 'g', { class: `card kind-${item.kind}` });
    const frame = add(group, 'rect', { class: 'frame', width, height, rx: CORNER });
    add(group, 'rect', { class: 'tint', x: PAD, y: PAD, width: 28, height: 28, rx: 7 });
    append(group, icon(kind.icon, PAD + 6, PAD + 6, 16));

    const left = PAD + 38;
    const room = width - left - PAD;
    this._head(group, kind.label, badgesOf(item, this._marks.of(id)), left, width - PAD, 20);
    lines(item.name || item.key, room, NAME, 2).forEach((line, n) => write(group, line, left, 37 + n * 16, 'name'));

    const duration = spoken(item.duration);
    const end = duration ? widthOf(duration, SMALL) + 20 : 0;
    if (duration) {
      const clock = icon('clock', width - PAD - end + 4, height - 19, 11);
      classes(clock).add('dim');
      append(group, clock);
      write(group, duration, width - PAD, height - PAD + 2, 'small', 'end');
    }
    const who = whoOf(item, this._names.current, { short: true });
    const missing = /^No\w* .* yet$/.test(who) ? ' missing' : '';
    write(group, shortened(who, width - 2 * PAD - end - 2, SMALL), PAD, height - PAD + 2, `small${missing}`);
    this._problem(visual, id, width);
    this._instances(visual, id, 0);
    return frame;
  }

  _milestone(visual, { item, width, height, id }) {
    const group = add(visual, 'g', { class: 'card kind-milestone' });
    const frame = add(group, 'rect', { class: 'frame', width, height, rx: height / 2 });
    append(group, icon('flag', 18, height / 2 - 8, 16));
    const room = width - 42 - 20;
    // Its corner is round, and the mark of a problem stands on it.
    this._head(group, 'Milestone', badgesOf(item, this._marks.of(id)), 42, width - 28, 19);
    lines(item.name || item.key, room, NAME, 2).forEach((line, n, all) =>
      write(group, line, 42, (all.length === 1 ? 37 : 33) + n * 15, 'name'));
    this._problem(visual, id, width - 14);
    this._instances(visual, id, 14);
    return frame;
  }

  _foreign(visual, { source, width, height, id }) {
    const [plan, key] = source.split('/');
    const group = add(visual, 'g', { class: 'card kind-foreign' });
    const frame = add(group, 'rect', { class: 'frame', width, height, rx: CORNER });
    append(group, icon('workflow', PAD, height / 2 - 8, 16));
    const known = this._names.current.plans.get(plan);
    const item = known?.items.find((/** @type {any} */ one) => one.key === key);
    const room = width - 2 * PAD - 26;
    write(group, shortened(known?.name ?? plan, room, SMALL), PAD + 26, height / 2 - 4, 'small');
    write(group, shortened(item?.name ?? key, room, NAME), PAD + 26, height / 2 + 13, 'name');
    this._problem(visual, id, width);
    return frame;
  }

  _note(visual, { note, width, height }) {
    const group = add(visual, 'g', { class: 'note' });
    const fold = 14;
    const frame = add(group, 'path', {
      class: 'frame', d: `M0 0H${width}V${height - fold}L${width - fold} ${height}H0Z`
    });
    add(group, 'path', { class: 'fold', d: `M${width} ${height - fold}H${width - fold}V${height}Z` });
    const count = Math.max(1, Math.floor((height - 34) / 16));
    const text = note.text || 'Empty note';
    const rows = text.split('\n').flatMap((/** @type {string} */ line) => lines(line || ' ', width - 20, '400 12px', count));
    rows.slice(0, count).forEach((row, n) => write(group, row, 10, 20 + n * 16, note.text ? 'words' : 'words missing'));
    write(group, shortened(note.by || '', width - 40, SMALL), 10, height - 8, 'small');
    return frame;
  }

  /** The kind as a word and, right of it, the badges: closer together where there are many, so that the word is whole. */
  _head(group, label, badges, left, right, y) {
    const word = label.toUpperCase();
    const spread = (right - left - widthOf(word, KIND) - word.length * SPACING - 6) / badges.length;
    const step = Math.max(BADGE, Math.min(BADGE + 4, spread));
    badges.forEach((badge, n) => {
      const holder = add(group, 'g', { class: `badge ${badge.name}` });
      append(holder, icon(badge.icon, right - BADGE - n * step, y - 10, BADGE));
      const title = add(holder, 'title');
      title.textContent = badge.text;
    });
    const room = right - left - badges.length * step - word.length * SPACING;
    write(group, shortened(word, room, KIND), left, y, 'kind');
  }

  _problem(visual, id, right) {
    const { errors = 0, warnings = 0 } = this._marks.of(id);
    if (!errors && !warnings) return;
    const group = add(visual, 'g', { class: `problem ${errors ? 'error' : 'warning'}` });
    add(group, 'circle', { cx: right - 2, cy: 0, r: 10 });
    if (errors + warnings > 1) write(group, String(errors + warnings), right - 2, 4, 'count', 'middle');
    else append(group, icon(errors ? 'x' : 'triangle-alert', right - 8, errors ? -6 : -7, 12));
  }

  _instances(visual, id, left) {
    const { instances } = this._marks.of(id);
    if (instances === undefined) return;
    const text = `× ${instances}`;
    const width = Math.max(30, widthOf(text, NAME) + 16);
    const group = add(visual, 'g', { class: `instances${instances ? '' : ' none'}` });
    add(group, 'rect', { x: left - 8, y: -10, width, height: 20, rx: 10 });
    write(group, text, left - 8 + width / 2, 4, 'count', 'middle');
  }

  drawConnection(visual, connection) {
    const pin = connection.type === 'pin';
    const group = add(visual, 'g', { class: pin ? 'pin' : 'dependency' });
    const points = connection.waypoints;
    const line = createLine(points, { class: 'line' }, pin ? 0 : 8);
    append(group, line);
    if (pin) return line;

    if (connection.dependency.condition) classes(line).add('conditional');
    add(group, 'path', { class: 'head', d: arrowHead(points[points.length - 2], points[points.length - 1]) });
    const label = labelOf(connection, this._marks.of(connection.id));
    if (label) {
      const { pairsAt } = this._marks.of(connection.id);
      const at = labelPlace(connection, label.instances ? pairsAt : connection.labelAt);
      const holder = add(group, 'g', { class: `condition${label.instances ? ' pairing' : ''}` });
      const { width, height } = labelSize(label.text, label.instances);
      add(holder, 'rect', { x: at.x - width / 2, y: at.y - height / 2, width, height, rx: height / 2 });
      write(holder, shortened(label.text, LABEL_ROOM, SMALL), at.x, at.y + 4, 'small', 'middle');
      add(holder, 'title').textContent = label.title;
    }
    return line;
  }

  getShapePath({ width, height, x, y, type, item }) {
    const r = type === 'note' ? 0 : item?.kind === 'milestone' ? height / 2 : CORNER;
    return [
      ['M', x + r, y], ['l', width - 2 * r, 0], ['a', r, r, 0, 0, 1, r, r], ['l', 0, height - 2 * r],
      ['a', r, r, 0, 0, 1, -r, r], ['l', 2 * r - width, 0], ['a', r, r, 0, 0, 1, -r, -r], ['l', 0, 2 * r - height],
      ['a', r, r, 0, 0, 1, r, -r], ['z']
    ];
  }

  getConnectionPath(connection) {
    return connection.waypoints.map((point, n) => [n ? 'L' : 'M', point.x, point.y]);
  }
}

const LABEL_ROOM = 150;

/** What stands on a dependency: its condition, its pairing key where it is not the usual one, or how it pairs. */
export function labelOf(connection, marks = {}) {
  const { condition, per } = connection.dependency;
  const pairing = per && per !== 'fulfilment line' ? `per ${per}` : '';
  const said = [condition && `if ${condition}`, pairing].filter(Boolean).join(' · ');
  if (marks.pairs !== undefined) return { text: marks.pairs, title: said || marks.pairs, instances: true };
  return said ? { text: said, title: said, instances: false } : null;
}

/** The room that the label of a dependency needs, in pixels. @param {string} text @param {boolean} [tight] */
export function labelSize(text, tight = false) {
  return { width: Math.min(LABEL_ROOM, widthOf(text, SMALL)) + (tight ? 11 : 16), height: 20 };
}

/** Where the label was put while that still lies on the line, else the middle of the longest level stretch. */
function labelPlace({ waypoints }, labelAt) {
  let best = null;
  let length = -1;
  for (let n = 1; n < waypoints.length; n += 1) {
    const [a, b] = [waypoints[n - 1], waypoints[n]];
    const level = Math.abs(a.y - b.y) < 1;
    const stretch = Math.abs(a.x - b.x) + Math.abs(a.y - b.y);
    // A level stretch that is too short would leave the label on a card; an upright one never hides much.
    const along = level ? stretch * (stretch > LABEL_ROOM ? 1 : 0.3) : stretch * 0.5;
    if (labelAt && lies(labelAt, a, b)) return labelAt;
    if (along > length) {
      length = along;
      best = { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
    }
  }
  return best ?? waypoints[0];
}

const lies = ({ x, y }, a, b) => x > Math.min(a.x, b.x) - 2 && x < Math.max(a.x, b.x) + 2 &&
  y > Math.min(a.y, b.y) - 2 && y < Math.max(a.y, b.y) + 2;

function arrowHead(from, tip) {
  const angle = Math.atan2(tip.y - from.y, tip.x - from.x);
  const corner = (turn) => `${tip.x - 9 * Math.cos(angle + turn)} ${tip.y - 9 * Math.sin(angle + turn)}`;
  return `M${tip.x} ${tip.y}L${corner(0.45)}L${corner(-0.45)}Z`;
}

function add(parent, name, attributes = {}) {
  const node = create(name);
  attr(node, attributes);
  append(parent, node);
  return node;
}

function write(parent, text, x, y, name, anchor = 'start') {
  const node = add(parent, 'text', { x, y, class: name, 'text-anchor': anchor });
  node.textContent = text;
  return node;
}
