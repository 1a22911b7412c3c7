// @ts-check
import Actions from './Actions.js';
import Removing from './Removing.js';
import View from './View.js';

export default {
  __init__: ['actions', 'view'],
  actions: ['type', Actions],
  removing: ['type', Removing],
  view: ['type', View]
};
