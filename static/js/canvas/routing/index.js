// @ts-check
import { CroppingConnectionDocking } from 'diagram-js';
import PlanLayouter from './PlanLayouter.js';

export default {
  layouter: ['type', PlanLayouter],
  connectionDocking: ['type', CroppingConnectionDocking]
};
