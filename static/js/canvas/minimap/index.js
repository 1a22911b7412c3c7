// @ts-check
import Minimap from './Minimap.js';

export default { __init__: ['minimap'], minimap: ['type', Minimap] };
