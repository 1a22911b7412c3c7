// @ts-check
import CalmRoot from './CalmRoot.js';
import CardRenderer from './CardRenderer.js';
import InView from './InView.js';
import Marks from './Marks.js';
import PlanNames from './PlanNames.js';

export default {
  __init__: ['calmRoot', 'cardRenderer', 'inView'],
  calmRoot: ['type', CalmRoot],
  cardRenderer: ['type', CardRenderer],
  inView: ['type', InView],
  marks: ['type', Marks],
  planNames: ['type', PlanNames]
};
