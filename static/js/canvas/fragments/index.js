// @ts-check
import Fragments from './Fragments.js';

export default { __init__: ['fragments'], fragments: ['type', Fragments] };
