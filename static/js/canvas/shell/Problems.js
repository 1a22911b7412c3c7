// @ts-check
/** What the server's checks found, worst first; a click goes there. */

import { html } from 'preact';
import { Icon } from '../../forms/fields/icon.js';
import { useDiagram } from './useDiagram.js';
import { titleOf } from '../loops/loops.js';

export function Problems({ diagram, open, setOpen }) {
  useDiagram(diagram, ['problems.changed', 'selection.changed']);
  const checking = diagram.get('checking');
  const { problems } = checking;
  const errors = problems.filter((one) => one.severity === 'error').length;
  const warnings = problems.length - errors;
  const selected = new Set(diagram.get('selection').get());
  const where = (problem) => {
    const line = checking.lineOf(problem);
    if (line) return `${titleOf(line.source)} → ${titleOf(line.target)}`;
    return checking.elementsOf(problem).map(titleOf).join(', ') || 'The plan';
  };
  return html`
    <section class=${`problems${open ? ' open' : ''}`} aria-label="Problems">
      <button type="button" class="plain" aria-expanded=${String(open)} onClick=${() => setOpen(!open)} title="Problems (P)">
        ${problems.length === 0 && html`<span class="word-good"><${Icon} name="circle-check" />No problems</span>`}
        ${errors > 0 && html`<span class="word-bad"><${Icon} name="circle-x" />${errors} ${errors === 1 ? 'error' : 'errors'}</span>`}
        ${warnings > 0 && html`<span class="word-waits"><${Icon} name="triangle-alert" />${warnings} ${warnings === 1 ? 'warning' : 'warnings'}</span>`}
        <${Icon} name=${open ? 'chevron-down' : 'chevron-up'} />
      </button>
      ${open && html`<ul tabindex="0" aria-label="List of problems">
        ${problems.length === 0 && html`<li class="quiet none">The server's checks find nothing wrong with this plan.</li>`}
        ${problems.map((problem, n) => html`
          <li key=${n}><button type="button" class=${`plain${[checking.lineOf(problem), ...checking.elementsOf(problem)].some((one) =>
            selected.has(one)) ? ' here' : ''}`} onClick=${() => checking.show(problem)}>
            <${Icon} name=${problem.severity === 'error' ? 'circle-x' : 'triangle-alert'} class=${problem.severity === 'error' ? 'word-bad' : 'word-waits'} />
            <span class="where">${where(problem)}</span><span class="message">${problem.message}</span></button></li>`)}
      </ul>`}
    </section>`;
}
