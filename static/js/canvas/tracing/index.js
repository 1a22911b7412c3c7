// @ts-check
import Tracing from './Tracing.js';

export default { tracing: ['type', Tracing] };
