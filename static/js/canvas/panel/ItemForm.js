// @ts-check
/** The form of an item; which fields it has depends on the kind. */

import { html, useRef } from 'preact';
import { KINDS, kindOf } from '../plan/kinds.js';
import { spoken } from '../../forms/fields/durations.js';
import { Icon } from '../../forms/fields/icon.js';
import { Check, Choice, DurationField, Section, Text } from '../../forms/fields/fields.js';
import { FeelField } from '../../forms/fields/FeelField.js';
import { FormField } from '../../forms/fields/FormField.js';
import { MapField, REQUEST_EMPTIES, RESULT_EMPTIES } from '../../forms/fields/MapField.js';
import { RetryField } from '../../forms/fields/RetryField.js';
import { groupVariables, itemVariables } from './variables.js';
import { PerField } from '../../forms/fields/PerField.js';

let sessions = 0;

export function ItemForm({ diagram, card }) {
  const { item } = card;
  const session = useRef({ field: '', name: '' });
  const modeling = diagram.get('modeling');
  const names = diagram.get('planNames').current;
  const problems = diagram.get('checking').ofElement(card);
  const locked = !diagram.get('editing').allowed;

  /** Typing on in one field is one step of undo. */
  const sessionOf = (field) => {
    if (session.current.field !== field) {
      sessions += 1;
      session.current = { field, name: `form-${sessions}` };
    }
    return session.current.name;
  };
  const set = (field, value) => card.parent && modeling.updateItem(card, { ...card.item, [field]: value }, { session: sessionOf(field) });
  const of = (...places) => problems.filter((one) => places.includes(one.at));
  const shared = { diagram, card, item, set, of, names, problems };
  const placed = new Set([...PLACES, ...problems.filter((one) => /^\/(call|compensation|result|inputs|form)\/./.test(one.at)).map((one) => one.at)]);
  const rest = problems.filter((one) => !placed.has(one.at));

  return html`
    <header class=${`side-title kind-${item.kind}`}><span class="tile"><${Icon} name=${kindOf(item.kind).icon} /></span><h2 class="cut">${item.name || item.key}</h2></header>
    <fieldset class="form" disabled=${locked}>
      ${rest.map((problem) => html`<p class=${problem.severity === 'error' ? 'wrong' : 'wrong mild'} key=${problem.message}>
        <${Icon} name=${problem.severity === 'error' ? 'circle-alert' : 'triangle-alert'} /><span>${problem.message}</span></p>`)}
      <${Text} label="Name" value=${item.name} problems=${of('/name')} check=${(name) => (name.trim() ? '' : 'Give the item a name.')}
        commit=${(name) => card.parent && modeling.renameItem(card, name.trim(), { session: sessionOf('name') })} />
      <${Choice} label="Kind" value=${item.kind} options=${KINDS.map(({ kind, label }) => ({ value: kind, text: label }))} help=${kindOf(item.kind).hint}
        commit=${(kind) => modeling.morph(card, kind)} />
      <${Work} ...${shared} />
      <${Section} title="When and for what" icon="funnel" open=${Boolean(item.condition || item.per) || of('/condition', '/per').length > 0}
        mark=${[item.per && `per ${item.per}`, item.condition && 'condition'].filter(Boolean).join(' · ')}>
        <${PerField} label="Made once per" value=${item.per ?? 'order'} usual="order" variables=${() => groupVariables(diagram)} problems=${of('/per')}
          help="How many of this item one order gets: one for each distinct value." commit=${(per) => set('per', per)} />
        <${FeelField} label="Only if" value=${item.condition ?? ''} hint="always" problems=${of('/condition')} variables=${() => itemVariables(diagram, card)}
          help="Asked when the item could start; where it is not true the item is skipped." commit=${(text) => set('condition', text.trim())} />
      <//>
      <${Section} title="Time" icon="clock" open=${Boolean(item.duration) || of('/duration').length > 0} mark=${spoken(item.duration)}>
        <${DurationField} label="Expected to take" optional=${true} value=${item.duration} problems=${of('/duration')}
          help="For forecasts, jeopardy and the critical path." commit=${(duration) => set('duration', duration || null)} />
      <//>
      ${item.kind === 'callout' && html`
        <${Section} title="If the call fails" icon="repeat" open=${Boolean(item.retry) || problems.some((one) => one.at.startsWith('/retry'))}
          mark=${item.retry?.policy ?? 'as the operation says'}>
          <${RetryField} value=${item.retry} inherited=${operationOf(names, item.call)?.retry} problems=${problems.filter((one) => one.at.startsWith('/retry'))}
            commit=${(retry) => set('retry', retry)} />
        <//>`}
      ${item.kind !== 'milestone' && html`
        <${Section} title="If the order is cancelled" icon="undo-2" open=${Boolean(item.point_of_no_return || item.compensation)}
          mark=${[item.point_of_no_return && 'point of no return', item.compensation && 'undone'].filter(Boolean).join(' · ')}>
          <${Check} label="Point of no return" value=${item.point_of_no_return} help="Once this is completed, its lines have passed the point of no return."
            commit=${(on) => set('point_of_no_return', on)} />
          ${item.compensation && html`<${Check} label="Can be undone by a call" value=${Boolean(item.compensation)}
            commit=${(on) => set('compensation', on ? item.compensation : null)} />`}
          ${item.compensation && html`<${CallFields} ...${shared} value=${item.compensation} at="/compensation" commit=${(call) => set('compensation', call)} />`}
        <//>`}
      <${Section} title="Key and description" icon="text-cursor-input" open=${of('/key', '/description').length > 0} mark=${item.key}>
        <${Text} label="Description" optional=${true} rows=${3} value=${item.description ?? ''} commit=${(text) => set('description', text)} />
        <${Text} label="Key" mono=${true} value=${item.key} problems=${of('/key')} help=${`Expressions of later items say results.${item.key}; they follow a change.`}
          check=${(key) => (!/^[a-z][a-z0-9_]{0,63}$/.test(key) ? 'Small letters, digits and _; a letter first.'
            : diagram.get('planElements').items().some((other) => other !== card && other.item.key === key) ? 'Another item has this key.' : '')}
          commit=${(key) => set('key', key)} />
      <//>
    </fieldset>`;
}

/** Where in an item a finding is shown beside its field; others are listed on top. */
const PLACES = ['/name', '/condition', '/per', '/duration', '/key', '/description', '/queue', '/table', '/event', '/delay', '/until', '/on_timeout',
  '/call', '/call/system', '/call/operation', '/compensation', '/compensation/system', '/compensation/operation', '/result', '/inputs', '/form', '/retry',
  '/call/request', '/compensation/request'];

const operationOf = (names, call) => names.systems.get(call?.system)?.operations.find((one) => one.key === call.operation);

/** What the item does: the part of the form that differs from kind to kind. */
function Work(props) {
  const { diagram, card, item, set, of, names, problems } = props;
  const variables = (more) => () => itemVariables(diagram, card, more);
  switch (item.kind) {
    case 'callout':
      return html`<${CallFields} ...${props} value=${item.call} at="/call" commit=${(call) => set('call', call)} />
        <${MapField} label="Result" value=${item.result} at="/result" problems=${problems} variables=${variables({ response: true })} wanted="value" empties=${RESULT_EMPTIES}
          help=${`What later items see as results.${item.key}; response is what came back.`} commit=${(result) => set('result', result)} />`;
    case 'push':
      return html`<${CallFields} ...${props} value=${item.call} at="/call" commit=${(call) => set('call', call)} />`;
    case 'automatic':
      return html`<${MapField} label="Values" value=${item.result} at="/result" problems=${problems} variables=${variables()} wanted="value" empties=${RESULT_EMPTIES}
        help=${`Later items see them as results.${item.key}.`} commit=${(result) => set('result', result)} />`;
    case 'manual':
      return html`<${Choice} label="Queue" value=${item.queue ?? ''} problems=${of('/queue')} options=${[...names.queues.values()].map(({ key, name, role }) =>
        ({ value: key, text: `${name} (${role})` }))} commit=${(queue) => set('queue', queue)} />
        <${FormField} value=${item.form} problems=${problems} commit=${(form) => set('form', form)} />`;
    case 'decision': {
      const table = names.tables.get(item.table);
      return html`<${Choice} label="Table" value=${item.table} problems=${of('/table')} options=${[...names.tables.values()].map(({ key, name }) =>
        ({ value: key, text: name }))} help=${table ? `Gives ${table.outputs.map((one) => one.name).join(', ')}.` : ''} commit=${(key) => set('table', key)} />
        <${MapField} label="Inputs" value=${item.inputs} at="/inputs" problems=${problems} variables=${variables()} wanted="input"
          names=${[...new Set((table?.inputs ?? []).map(({ expression }) => expression.match(/^[\p{L}_][\p{L}\p{N}_]*/u)?.[0]).filter((name) =>
            name && !['order', 'line', 'lines', 'root', 'target', 'targets'].includes(name)))]}
          help="The names that the columns of the table use." commit=${(inputs) => set('inputs', inputs)} />`;
    }
    case 'wait':
      return html`<${Text} label="Waits for" value=${item.event ?? ''} optional=${true} problems=${of('', '/event')} placeholder="such as: port activated"
          help="A callback; this is its name for people." commit=${(event) => set('event', event.trim())} />
        <${DurationField} label="At most, or for" optional=${true} value=${item.delay} problems=${of('/delay')} commit=${(delay) => set('delay', delay || null)} />
        ${(names.calendars.size > 0 || item.calendar) && html`<${Choice} label="Counted in" value=${item.calendar ?? ''} empty="Every hour of every day" problems=${of('/calendar')}
          options=${[...names.calendars.values()].map(({ key, name }) => ({ value: key, text: `Working time: ${name}` }))} commit=${(calendar) => set('calendar', calendar)} />`}
        <${FeelField} label="Until" value=${item.until ?? ''} hint="no fixed moment" problems=${of('/until')} variables=${variables()}
          help="An expression that gives a date and time." commit=${(text) => set('until', text.trim())} />
        ${(item.event && (item.delay || item.until)) && html`<${Choice} label="If nothing comes in time" value=${item.on_timeout ?? 'complete'}
          options=${[{ value: 'complete', text: 'Go on' }, { value: 'fail', text: 'Fail: somebody looks into it' }]} problems=${of('/on_timeout')}
          commit=${(choice) => set('on_timeout', choice)} />`}
        ${item.event && html`<${MapField} label="Result" value=${item.result} at="/result" problems=${problems} variables=${variables({ response: true })} wanted="value" empties=${RESULT_EMPTIES}
          help="response is the body of the callback." commit=${(result) => set('result', result)} />`}`;
    default:
      return null;
  }
}

function CallFields({ diagram, card, names, problems, value, at, commit }) {
  const call = value ?? { system: '', operation: '' };
  const system = names.systems.get(call.system);
  const of = (part) => problems.filter((one) => one.at === at + part);
  return html`
    <${Choice} label="System" value=${call.system} problems=${[...of(''), ...of('/system')]} options=${[...names.systems.values()].map(({ key, name }) => ({ value: key, text: name }))}
      commit=${(key) => commit({ ...call, system: key, operation: names.systems.get(key)?.operations.length === 1 ? names.systems.get(key).operations[0].key : '' })} />
    ${call.system && html`<${Choice} label="Operation" value=${call.operation} problems=${of('/operation')} options=${(system?.operations ?? []).map(({ key, name, reply }) =>
      ({ value: key, text: reply === 'callback' ? `${name} (answers later)` : name }))} commit=${(operation) => commit({ ...call, operation })} />`}
    <${MapField} label="Request" value=${call.request} at=${`${at}/request`} problems=${problems} variables=${() => itemVariables(diagram, card)} wanted="field" empties=${REQUEST_EMPTIES}
      commit=${(request) => commit({ ...call, request })} />`;
}
