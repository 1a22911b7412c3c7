// @ts-check
import Changes from './Changes.js';

export default { __init__: ['changes'], changes: ['type', Changes] };
