// @ts-check
import Actions from './Actions.js';
import EdgeScrolling from './EdgeScrolling.js';
import Hand from './Hand.js';
import Removing from './Removing.js';
import View from './View.js';

export default {
  __init__: ['actions', 'edgeScrolling', 'view'],
  actions: ['type', Actions],
  edgeScrolling: ['type', EdgeScrolling],
  hand: ['type', Hand],
  removing: ['type', Removing],
  view: ['type', View]
};
