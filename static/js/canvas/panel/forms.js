// @ts-check
/** The forms of everything but items. */

import { html, useRef } from 'preact';
import { titleOf } from '../loops/loops.js';
import { Icon } from '../../forms/fields/icon.js';
import { Text } from '../../forms/fields/fields.js';
import { FeelField } from '../../forms/fields/FeelField.js';
import { PerField } from '../../forms/fields/PerField.js';
import { groupVariables, waitingVariables } from './variables.js';

let sessions = 0;

/** A name for what is typed in one field without a break. */
function useSession() {
  const now = useRef('');
  now.current ||= `other-${(sessions += 1)}`;
  return (/** @type {string} */ field) => `${now.current}-${field}`;
}

export function PlanForm({ diagram }) {
  const session = useSession();
  const elements = diagram.get('planElements');
  const { plan } = elements.root();
  const modeling = diagram.get('modeling');
  const count = (many, one, more) => `${many} ${many === 1 ? one : more}`;
  const general = diagram.get('checking').problems.filter((one) => !one.items?.length && !/^\/(items|dependencies)\//.test(one.pointer));
  return html`
    <header class="side-title"><span class="tile"><${Icon} name="workflow" /></span><h2>Plan</h2></header>
    <fieldset class="form" disabled=${!diagram.get('editing').allowed}>
      ${general.map((problem) => html`<p class=${problem.severity === 'error' ? 'wrong' : 'wrong mild'} key=${problem.message}>
        <${Icon} name=${problem.severity === 'error' ? 'circle-alert' : 'triangle-alert'} /><span>${problem.message}</span></p>`)}
      <${Text} label="Name" value=${plan.name} check=${(name) => (name.trim() ? '' : 'Give the plan a name.')}
        commit=${(name) => modeling.updatePlan({ ...elements.root().plan, name: name.trim() }, { session: session('name') })} />
      <${Text} label="Description" rows=${4} optional=${true} value=${plan.description ?? ''}
        commit=${(description) => modeling.updatePlan({ ...elements.root().plan, description }, { session: session('description') })} />
      <dl class="facts"><dt>Key</dt><dd><code>${plan.key}</code></dd>
        <dt>Holds</dt><dd>${count(elements.items().length, 'item', 'items')}, ${count(elements.dependencies().length, 'dependency', 'dependencies')}</dd></dl>
      <p class="help">Select an item or a dependency to see its form.${diagram.get('editing').allowed &&
        ' Everything is saved as you go; orders see it only after publishing.'}</p>
    </fieldset>
    <div class="form">
      <div class="field"><span class="label">Picture</span><div class="row">
        <button type="button" onClick=${() => diagram.get('actions').run('svg')}><${Icon} name="image" />SVG</button>
        <button type="button" onClick=${() => diagram.get('actions').run('png')}><${Icon} name="image" />PNG</button></div></div>
    </div>`;
}

export function DependencyForm({ diagram, line }) {
  const session = useSession();
  const modeling = diagram.get('modeling');
  const problems = diagram.get('checking').ofElement(line);
  const set = (field, value) => line.parent && modeling.updateDependency(line, { ...line.dependency, [field]: value }, { session: session(field) });
  const of = (at) => problems.filter((one) => one.at === at);
  const go = (element) => diagram.get('actions').select(element);
  const rest = problems.filter((one) => !['/per', '/condition'].includes(one.at));
  return html`
    <header class="side-title"><span class="tile"><${Icon} name="spline" /></span><h2>Dependency</h2></header>
    <fieldset class="form" disabled=${!diagram.get('editing').allowed}>
      <p><button type="button" class="link" onClick=${() => go(line.target)}>${titleOf(line.target)}</button> may start when ${''}
        <button type="button" class="link" onClick=${() => go(line.source)}>${titleOf(line.source)}</button> has ended.</p>
      ${rest.map((problem) => html`<p class="wrong" key=${problem.message}><${Icon} name="circle-alert" /><span>${problem.message}</span></p>`)}
      <${PerField} label="Paired by" value=${line.dependency.per ?? 'fulfilment line'} problems=${of('/per')} variables=${() => groupVariables(diagram)} words=${PAIRS}
        help="Which of several instances wait for which: those that share a value." commit=${(per) => set('per', per)} />
      <${FeelField} label="Only if" value=${line.dependency.condition ?? ''} hint="always" problems=${of('/condition')} variables=${() => waitingVariables(diagram, line.target)}
        help="Decided when the plan is made: where it is not true, nobody waits." commit=${(text) => set('condition', text.trim())} />
    </fieldset>`;
}

const PAIRS = [
  { value: 'fulfilment line', text: 'Fulfilment line: whatever has a part in common' }, { value: 'line', text: 'Line: those of the same order line' },
  { value: 'root line', text: 'Root line: those of the same product' }, { value: 'order', text: 'Order: each waits for all' }
];

export function ForeignForm({ diagram, card }) {
  const [plan, key] = card.source.split('/');
  const known = diagram.get('planNames').current.plans.get(plan);
  const item = known?.items.find((one) => one.key === key);
  const address = diagram.get('editing').allowed ? `../${plan}/edit` : `/definitions/plan/${plan}`;
  return html`
    <header class="side-title"><span class="tile"><${Icon} name="workflow" /></span><h2 class="cut">${item?.name ?? key}</h2></header>
    <div class="form"><p>An item of the plan <a href=${address}>${known?.name ?? plan}</a>. Items here can wait for it where an order gets both plans.</p>
      ${!item && html`<p class="wrong"><${Icon} name="circle-alert" /><span>There is no item ${card.source}.</span></p>`}</div>`;
}

export function NoteForm({ diagram, card }) {
  const session = useSession();
  const modeling = diagram.get('modeling');
  return html`
    <header class="side-title"><span class="tile"><${Icon} name="sticky-note" /></span><h2>Note</h2></header>
    <fieldset class="form" disabled=${!diagram.get('editing').allowed}>
      <${Text} label="Text" rows=${6} value=${card.note.text ?? ''} help=${`${card.note.by ? `By ${card.note.by}. ` : ''}Notes are for colleagues; orders never see them.`}
        commit=${(text) => card.parent && modeling.updateNote(card, { ...card.note, text }, { session: session('text') })} />
    </fieldset>`;
}

const SIDES = [
  ['left', 'align-start-vertical', 'Left edges'], ['center', 'align-center-vertical', 'Centres'], ['right', 'align-end-vertical', 'Right edges'],
  ['top', 'align-start-horizontal', 'Top edges'], ['middle', 'align-center-horizontal', 'Middles'], ['bottom', 'align-end-horizontal', 'Bottom edges']
];

export function ManyForm({ diagram, selection }) {
  const actions = diagram.get('actions');
  const cards = actions.selectedCards();
  return html`
    <header class="side-title"><span class="tile"><${Icon} name="square-dashed" /></span><h2>${selection.length} selected</h2></header>
    <fieldset class="form" disabled=${!diagram.get('editing').allowed}>
      ${cards.length > 1 && html`<div class="field"><span class="label">Align</span><div class="row">${SIDES.map(([side, icon, title]) => html`
        <button type="button" class="square" key=${side} title=${title} aria-label=${`Align ${title.toLowerCase()}`} onClick=${() => actions.align(side)}><${Icon} name=${icon} /></button>`)}</div></div>`}
      ${cards.length > 2 && html`<div class="field"><span class="label">Distribute</span><div class="row">
        <button type="button" onClick=${() => actions.distribute('horizontal')}><${Icon} name="align-horizontal-distribute-center" />Horizontally</button>
        <button type="button" onClick=${() => actions.distribute('vertical')}><${Icon} name="align-vertical-distribute-center" />Vertically</button></div></div>`}
      <div class="row"><button type="button" onClick=${() => actions.run('tidy')}><${Icon} name="wand-sparkles" />Tidy up these</button>
        <button type="button" onClick=${() => actions.run('copy')}><${Icon} name="copy" />Copy</button>
        <button type="button" onClick=${() => actions.run('delete')}><${Icon} name="trash-2" />Delete</button></div>
    </fieldset>`;
}
