// @ts-check
import Pictures from './Pictures.js';

export default { pictures: ['type', Pictures] };
