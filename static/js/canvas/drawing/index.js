// @ts-check
import CalmRoot from './CalmRoot.js';
import CardRenderer from './CardRenderer.js';
import Marks from './Marks.js';
import PlanNames from './PlanNames.js';

export default {
  __init__: ['calmRoot', 'cardRenderer'],
  calmRoot: ['type', CalmRoot],
  cardRenderer: ['type', CardRenderer],
  marks: ['type', Marks],
  planNames: ['type', PlanNames]
};
