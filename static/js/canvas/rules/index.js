// @ts-check
import { RulesModule } from 'diagram-js';
import Editing from './Editing.js';
import PlanRules from './PlanRules.js';

export default {
  __depends__: [RulesModule],
  __init__: ['planRules'],
  planRules: ['type', PlanRules],
  editing: ['type', Editing]
};
