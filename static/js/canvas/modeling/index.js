// @ts-check
import { ModelingModule } from 'diagram-js';
import PlanModeling from './PlanModeling.js';
import { DropBeside, DropForeign, Heal, RememberPlace, Splice } from './behaviours.js';

export default {
  __depends__: [ModelingModule],
  __init__: ['modeling', 'splice', 'dropBeside', 'heal', 'dropForeign', 'rememberPlace'],
  modeling: ['type', PlanModeling],
  splice: ['type', Splice],
  dropBeside: ['type', DropBeside],
  heal: ['type', Heal],
  dropForeign: ['type', DropForeign],
  rememberPlace: ['type', RememberPlace]
};
