// @ts-check
import People from './People.js';

export default { __init__: ['people'], people: ['type', People] };
