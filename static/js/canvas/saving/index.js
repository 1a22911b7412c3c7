// @ts-check
import Reconciling from './Reconciling.js';
import Saving from './Saving.js';

export default { __init__: ['saving'], saving: ['type', Saving], reconciling: ['type', Reconciling] };
