// @ts-check
import Checking from './Checking.js';

export default { __init__: ['checking'], checking: ['type', Checking] };
