// @ts-check
import Outcomes from './Outcomes.js';

export default { __init__: ['outcomes'], outcomes: ['type', Outcomes] };
