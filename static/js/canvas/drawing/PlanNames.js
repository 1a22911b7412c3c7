// @ts-check
/** The definitions that items may name, as the server knows them now. */

export default class PlanNames {
  static $inject = ['eventBus', 'elementRegistry'];

  constructor(eventBus, elementRegistry) {
    this._eventBus = eventBus;
    this._registry = elementRegistry;
    this.current = indexed({});
  }

  /** @param {any} answer of the names endpoint */
  set(answer) {
    this.current = indexed(answer);
    const elements = this._registry.filter((element) => element.type === 'item' || element.type === 'foreign');
    for (const element of elements) this._eventBus.fire('element.changed', { element });
    this._eventBus.fire('names.changed');
  }
}

function indexed({ systems = [], queues = [], tables = [], plans = [], calendars = [], scope = {} }) {
  const byKey = (list) => new Map(list.map((one) => [one.key, one]));
  return { systems: byKey(systems), queues: byKey(queues), tables: byKey(tables), plans: byKey(plans), calendars: byKey(calendars), scope };
}
