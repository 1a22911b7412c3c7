// @ts-check
/** What happens after a failed call. */

import { html } from 'preact';
import { parsed, spoken } from './durations.js';
import { Choice, DurationField, Text } from './fields.js';

const POLICIES = [
  { value: 'none', text: 'Never: the first failure is final' }, { value: 'fixed', text: 'The same delay each time' },
  { value: 'fixed for ever', text: 'The same delay, without end' }, { value: 'staggered', text: 'A list of delays' },
  { value: 'exponential', text: 'Growing delays, a little random' }
];
const FRESH = /** @type {Record<string, any>} */ ({
  none: { policy: 'none' }, fixed: { policy: 'fixed', delay: 'PT1M', attempts: 3 }, 'fixed for ever': { policy: 'fixed for ever', delay: 'PT5M' },
  staggered: { policy: 'staggered', delays: ['PT1M', 'PT10M', 'PT1H'] }, exponential: { policy: 'exponential', delay: 'PT30S', attempts: 5 }
});

/** @param {{ value: any, commit: (value: any) => void, inherited?: string, own?: boolean, problems?: any[], pointer?: string }} props `own`: there is
 *  nothing else that could say it */
export function RetryField({ value, inherited, own = false, commit, problems = [], pointer }) {
  const set = (more) => commit({ ...value, ...more });
  const number = (label, field, low, high, usual, whole = false) => html`<${Text} label=${label} value=${String(value[field] ?? usual)}
    check=${(text) => (text.trim() && Number(text) >= low && Number(text) <= high && (!whole || Number.isInteger(Number(text))) ? ''
      : `A ${whole ? 'whole ' : ''}number from ${low} to ${high}.`)}
    commit=${(text) => set({ [field]: Number(text) })} />`;
  return html`
    <${Choice} label="Try again" value=${value?.policy ?? ''} empty=${own ? null : `As the operation says${inherited ? ` (${inherited})` : ''}`} options=${POLICIES}
      problems=${problems} pointer=${pointer} commit=${(policy) => commit(policy ? FRESH[policy] : null)} />
    ${['fixed', 'fixed for ever', 'exponential'].includes(value?.policy) && html`<${DurationField} label=${value.policy === 'exponential' ? 'First delay' : 'Delay'}
      value=${value.delay} commit=${(delay) => delay && set({ delay })} />`}
    ${['fixed', 'exponential'].includes(value?.policy) && number('Further attempts', 'attempts', 1, 1000, 3, true)}
    ${value?.policy === 'staggered' && html`<${Text} label="Delays, one after the other" value=${value.delays.map(spoken).join(', ')}
      check=${(text) => (text.split(',').every((one) => parsed(one)) ? '' : 'Write durations with commas between: 1 min, 10 min, 1 h.')}
      commit=${(text) => set({ delays: text.split(',').map((one) => parsed(one)) })} />`}
    ${value?.policy === 'exponential' && html`
      ${number('Each delay times', 'factor', 1.01, 100, 2)}
      <${DurationField} label="Never longer than" value=${value.maximum ?? 'PT1H'} commit=${(maximum) => maximum && set({ maximum })} />`}`;
}
