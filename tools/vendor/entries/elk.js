// The programming face of ELK; the algorithms run in elk-worker.min.js, which is shipped as published.
import ELK from 'elkjs/lib/elk-api.js';
export default ELK;
