// @ts-check
import CardRenderer from './CardRenderer.js';
import Marks from './Marks.js';
import PlanNames from './PlanNames.js';

export default {
  __init__: ['cardRenderer'],
  cardRenderer: ['type', CardRenderer],
  marks: ['type', Marks],
  planNames: ['type', PlanNames]
};
