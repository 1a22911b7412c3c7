// @ts-check
import LabelEditing from './LabelEditing.js';

export default { __init__: ['labelEditing'], labelEditing: ['type', LabelEditing] };
