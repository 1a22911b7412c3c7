// @ts-check
import PlanClipboard from './PlanClipboard.js';

export default { __init__: ['planClipboard'], planClipboard: ['type', PlanClipboard] };
