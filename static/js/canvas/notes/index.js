// @ts-check
import NoteKeeping from './NoteKeeping.js';

export default { __init__: ['noteKeeping'], noteKeeping: ['type', NoteKeeping] };
