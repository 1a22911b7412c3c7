// @ts-check
import Lanes from './Lanes.js';

export default { __init__: ['lanes'], lanes: ['type', Lanes] };
