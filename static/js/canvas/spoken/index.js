// @ts-check
import Spoken from './Spoken.js';

export default { __init__: ['spoken'], spoken: ['type', Spoken] };
