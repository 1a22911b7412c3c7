// @ts-check
import Keys from './Keys.js';
import Walking from './Walking.js';

export default { __init__: ['keys'], keys: ['type', Keys], walking: ['type', Walking] };
