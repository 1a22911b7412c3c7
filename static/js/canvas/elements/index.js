// @ts-check
import PlanElements from './PlanElements.js';

export default { planElements: ['type', PlanElements] };
