// @ts-check
/** Routes one dependency: keeps bends where they still fit, else goes around the cards; notes are pinned straight. */

import { BaseLayouter, getMid, repairConnection, withoutRedundantPoints } from 'diagram-js';
import { around, crossings } from './avoiding.js';

const LEVEL = { preferredLayouts: ['h:h'] };

export default class PlanLayouter extends BaseLayouter {
  static $inject = ['connectionDocking', 'elementRegistry'];

  constructor(connectionDocking, elementRegistry) {
    super();
    this._docking = connectionDocking;
    this._registry = elementRegistry;
  }

  layoutConnection(connection, hints = {}) {
    const source = hints.source ?? connection.source;
    const target = hints.target ?? connection.target;
    const { waypoints } = connection;
    if (connection.type !== 'pin' && waypoints?.length > 1) {
      const start = hints.connectionStart ?? docking(waypoints[0]);
      const end = hints.connectionEnd ?? docking(waypoints[waypoints.length - 1]);
      const repaired = withoutRedundantPoints(repairConnection(source, target, start, end, waypoints, LEVEL));
      const points = this._cropped(connection, source, target, repaired);
      const level = points[0].x >= source.x + source.width - 2 && points[points.length - 1].x <= target.x + 2;
      if (level && square(points) && !crossings(points.slice(1, -1), [source, target]) &&
        !crossings(points, this._others(source, target))) return points;
    }
    return this.route(source, target, connection);
  }

  /** A route that knows nothing of an earlier one; `shared` counts the lines it would lie on. */
  route(source, target, connection = { source, target }, others = null, shared = undefined) {
    if (connection.type === 'pin' || source.type === 'note') {
      return this._cropped({ type: 'pin', ...connection }, source, target, [getMid(source), getMid(target)]);
    }
    return around(source, target, others ?? this._others(source, target), shared).map(({ x, y }) => ({ x: Math.round(x), y: Math.round(y) }));
  }

  _others(source, target) {
    const same = (card, other) => card.id === other.id;
    return this._registry.filter((one) =>
      (one.type === 'item' || one.type === 'foreign') && !same(one, source) && !same(one, target));
  }

  _cropped(connection, source, target, waypoints) {
    const points = this._docking.getCroppedWaypoints({ ...connection, source, target, waypoints }, source, target);
    return points.length > 1 ? points : [getMid(source), getMid(target)];
  }
}

const docking = (point) => point.original ?? point;

/** Whether every stretch is level or upright. */
const square = (points) => points.every((point, n) =>
  !n || Math.abs(point.x - points[n - 1].x) < 1 || Math.abs(point.y - points[n - 1].y) < 1);
