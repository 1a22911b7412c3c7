// @ts-check
import LoopWarning from './LoopWarning.js';

export default { __init__: ['loopWarning'], loopWarning: ['type', LoopWarning] };
