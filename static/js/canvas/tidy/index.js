// @ts-check
import Tidying from './Tidying.js';

export default { tidying: ['type', Tidying] };
