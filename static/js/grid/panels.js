// @ts-check
// What stands beside the grid: problems, gaps, trying the table out, and its test cases.

import { html, useEffect, useRef, useState } from 'preact';

export const TABS = [
  ['problems', 'Problems', 'triangle-alert'],
  ['gaps', 'Gaps', 'square-dashed'],
  ['test', 'Test', 'flask-conical'],
  ['cases', 'Cases', 'list-checks'],
  ['hits', 'Hits', 'chart-column']
];
const TONES = { error: 'bad', warning: 'waits', note: 'still' };
const SYMBOLS = { error: 'octagon-alert', warning: 'triangle-alert', note: 'info' };
const SHOWN = 100; // findings of one severity that are listed at first

/** @param {{state: any, acts: any}} parts */
export function Panel({ state, acts }) {
  const counts = {
    problems: state.problems.filter((each) => each.severity !== 'note').length,
    gaps: state.totals.gaps ?? state.gaps.length,
    test: 0,
    cases: state.cases.length,
    hits: 0
  };
  const failing = state.coverage?.verdicts.some((each) => !each.passed);
  const errors = state.problems.some((each) => each.severity === 'error');
  const walk = (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const at = TABS.findIndex(([name]) => name === state.tab);
    acts.open(TABS[(at + step + TABS.length) % TABS.length][0]);
    setTimeout(() => event.currentTarget?.querySelector('[aria-selected=true]')?.focus());
  };
  return html`
    <div class="panel-tabs"><div class="panel-tablist" role="tablist" aria-label="About the table" onKeyDown=${walk}>
      ${TABS.map(([name, label]) => html`
        <button type="button" role="tab" id=${`tab-${name}`} aria-controls="panel-body" aria-selected=${String(state.tab === name)}
          tabindex=${state.tab === name ? 0 : -1} class="plain panel-tab" onClick=${() => acts.open(name)}>
          ${label}${counts[name] ? html`<span class=${`count ${name === 'problems' && errors ? 'bad' : name === 'cases' && failing ? 'bad' : ''}`}>${counts[name]}</span>` : null}
        </button>`)}</div>
      <button type="button" class="plain square tiny panel-close" aria-label="Close the panel" title="Close (Esc)" onClick=${() => acts.open('')}><${Icon} name="x" acts=${acts} /></button>
    </div>
    <div class="panel-body" id="panel-body" role="tabpanel" aria-labelledby=${`tab-${state.tab}`} tabindex="0">
      ${state.tab === 'problems' && html`<${Problems} state=${state} acts=${acts} />`}
      ${state.tab === 'gaps' && html`<${Gaps} state=${state} acts=${acts} />`}
      ${state.tab === 'test' && html`<${Test} state=${state} acts=${acts} />`}
      ${state.tab === 'cases' && html`<${Cases} state=${state} acts=${acts} />`}
      ${state.tab === 'hits' && html`<${Hits} state=${state} acts=${acts} />`}
    </div>`;
}

function Icon({ name, acts, tone = '' }) {
  return html`<svg class=${`icon ${tone}`} aria-hidden="true"><use href=${`${acts.sprite}#${name}`}></use></svg>`;
}

function Nothing({ icon, title, children, acts }) {
  return html`<div class="panel-empty"><${Icon} name=${icon} acts=${acts} /><strong>${title}</strong><p>${children}</p></div>`;
}

// --- problems

function Problems({ state, acts }) {
  const [all, setAll] = useState(false);
  const [open, setOpen] = useState(/** @type {Record<string, boolean>} */ ({ error: true, warning: true, note: false }));
  if (state.checking === 'never') return html`<p class="panel-hint">Checking …</p>`;
  if (!state.problems.length) return html`<${Nothing} icon="circle-check" title="No problems" acts=${acts}>Every cell can be read, and no row gets in the way of another.<//>`;
  const groups = ['error', 'warning', 'note'].map((severity) => [severity, state.problems.filter((each) => each.severity === severity)]);
  const words = { error: 'Errors: they stop publishing', warning: 'Warnings: worth another look', note: 'Notes' };
  return html`
    ${state.checking === 'offline' && html`<p class="panel-hint">No connection: this is what the last check said.</p>`}
    ${!state.complete && html`<p class="panel-hint">The table is large or has errors: there may be more than is listed.</p>`}
    ${groups.map(([severity, found]) => found.length > 0 && html`
      <details class="findings" open=${open[severity]} key=${severity} onToggle=${(event) => setOpen({ ...open, [severity]: event.target.open })}>
        <summary><${Icon} name=${SYMBOLS[severity]} tone=${TONES[severity]} acts=${acts} />${words[severity]}<span class="count">${found.length}</span>
        </summary>
        ${open[severity] && html`<ul>${found.slice(0, all ? Infinity : SHOWN).map((each) => html`<li key=${each.key}><${Finding} finding=${each} acts=${acts} /></li>`)}</ul>`}
        ${found.length > SHOWN && !all && html`<button type="button" class="plain tiny" onClick=${() => setAll(true)}>Show all ${found.length}</button>`}
        ${found.some((each) => each.rows?.length) && html`<button type="button" class="plain tiny only" onClick=${() => acts.showOnly(found.flatMap((each) => each.rows ?? []))}><${Icon} name="funnel" acts=${acts} />Show only these rows</button>`}
      </details>`)}`;
}

function Finding({ finding, acts }) {
  const kinds = { overlap: 'overlap', masked: 'masked', never: 'never hit', subsumed: 'subsumed', duplicate: 'duplicate', contradiction: 'contradiction', unused: 'unused output', fault: 'cell' };
  return html`
    <button type="button" class="finding" onClick=${() => acts.reveal(finding.rows?.[0], finding.column)}>
      <span class="finding-text">${finding.message}</span>
      <span class="finding-where">${kinds[finding.code] && html`<span class="tag">${kinds[finding.code]}</span>`}${(finding.rows ?? []).slice(0, 6).map((id) => html`<span class="row-chip" key=${id}>row ${acts.numberOf(id)}</span>`)}</span>
    </button>`;
}

// --- gaps

function Gaps({ state, acts }) {
  if (state.checking === 'never') return html`<p class="panel-hint">Checking …</p>`;
  if (!state.gaps.length) {
    return html`<${Nothing} icon="circle-check" title="No gaps" acts=${acts}>${state.analysed ? 'Whatever comes in, some row matches.' : 'Gaps are looked for once the columns have no errors.'}<//>`;
  }
  const total = state.totals.gaps ?? state.gaps.length;
  return html`
    <p class="panel-hint">${total === 1 ? 'One combination of inputs matches' : `${total} combinations of inputs match`} no row.${state.defaults ? ' The default outputs apply there.' : ''}</p>
    <ol class="gaps">${state.gaps.map((gap) => html`
      <li class="gap" key=${gap.region.join('|')}>
        <dl>${state.inputs.map((column, at) => gap.region[at] !== '-' && html`<div key=${column.id}><dt>${column.label || column.expression}</dt><dd><code>${gap.region[at]}</code></dd></div>`)}
        ${gap.region.every((text) => text === '-') && html`<div><dt>anything</dt><dd>no row at all</dd></div>`}</dl>
        <div class="gap-acts">
          ${acts.editable && html`<button type="button" class="tiny" onClick=${() => acts.addGap(gap)}><${Icon} name="plus" acts=${acts} />Add this row</button>`}
          <button type="button" class="plain tiny" onClick=${() => acts.tryGap(gap)}><${Icon} name="flask-conical" acts=${acts} />Try an example</button>
        </div>
      </li>`)}</ol>
    ${acts.editable && state.gaps.length > 1 && html`<button type="button" class="tiny" onClick=${() => acts.addGaps(state.gaps)}>Add all ${state.gaps.length} as rows</button>`}`;
}

// --- trying it out

function Test({ state, acts }) {
  const { trial, given } = state;
  const set = (name, value) => acts.give({ ...given, [name]: value });
  if (!state.fields.length) return html`<${Nothing} icon="flask-conical" title="Nothing to fill in" acts=${acts}>The table reads no input yet: say in a column which value it looks at.<//>`;
  return html`
    <form class="trial" onSubmit=${(event) => { event.preventDefault(); acts.give({ ...given }); }}>
      ${state.fields.map((field) => html`<${Field} key=${field.name} field=${field} value=${given[field.name] ?? ''} wrong=${state.trialFaults[field.name]} set=${(value) => set(field.name, value)} />`)}
      <div class="trial-acts">
        <button type="button" class="plain tiny" onClick=${() => acts.give({})}><${Icon} name="x" acts=${acts} />Clear</button>
        <button type="button" class="plain tiny" onClick=${acts.fillFromRow}><${Icon} name="corner-down-right" acts=${acts} />Values of the selected row</button>
      </div>
    </form>
    <section class="trial-result" aria-live="polite" aria-label="Result">
      ${state.trialError ? html`<p class="wrong">${state.trialError}</p>` : trial && html`<${Result} state=${state} acts=${acts} />`}
    </section>
    ${trial && !state.trialError && html`<${Why} state=${state} acts=${acts} />`}
    ${trial && !state.trialError && acts.editable && html`<${Save} state=${state} acts=${acts} />`}`;
}

function Field({ field, value, wrong, set }) {
  const id = `given-${field.name.replace(/\W/g, '-')}`;
  const input = (event) => set(event.target.value);
  const common = { id, value, onInput: input, 'aria-invalid': wrong ? 'true' : undefined };
  const kinds = { date: 'date', time: 'time' };
  let control;
  if (field.type === 'boolean') {
    control = html`<select ...${common} onChange=${input}><option value="">not given</option><option value="true">true</option><option value="false">false</option></select>`;
  } else if (field.choices?.length) {
    control = html`<input ...${common} list=${`${id}-list`} autocomplete="off" placeholder="not given" /><datalist id=${`${id}-list`}>${field.choices.map((each) => html`<option value=${field.type === 'string' ? each.replace(/^"|"$/g, '') : each}></option>`)}</datalist>`;
  } else {
    control = html`<input ...${common} type=${kinds[field.type] ?? 'text'} inputmode=${field.type === 'number' ? 'decimal' : undefined} autocomplete="off" placeholder=${['string', 'number'].includes(field.type) ? 'not given' : 'FEEL, e.g. [1, 2]'} />`;
  }
  return html`<div class="trial-field"><label for=${id}>${field.label}<span>${field.type === 'Any' ? '' : field.type}</span></label>${control}${wrong && html`<p class="wrong">${wrong}</p>`}</div>`;
}

function Result({ state, acts }) {
  const { trial } = state;
  const nobody = !trial.matched.length;
  return html`
    <div class=${`result ${nobody ? 'none' : ''}`}>
      <div class="result-title">${nobody ? 'No row matches' : trial.matched.length === 1 ? 'One row matches' : `${trial.matched.length} rows match`}
        ${trial.matched.slice(0, 8).map((id) => html`<button type="button" key=${id} class="row-chip" onClick=${() => acts.reveal(id)}>row ${acts.numberOf(id)}</button>`)}
        ${trial.matched.length > 1 && html`<button type="button" class="plain tiny square" aria-label="Show only the rows that match" title="Show only these rows" onClick=${() => acts.showOnly(trial.matched)}><${Icon} name="funnel" acts=${acts} /></button>`}
      </div>
      <code class="result-value">${trial.value}</code>
      ${trial.warnings.map((text) => html`<p class="result-warning"><${Icon} name="triangle-alert" tone="waits" acts=${acts} />${acts.numbered(text)}</p>`)}
      ${trial.left_out.length > 0 && html`<p class="result-warning"><${Icon} name="info" acts=${acts} />${trial.left_out.length === 1 ? 'A row with an error is' : `${trial.left_out.length} rows with errors are`} left out.</p>`}
    </div>`;
}

function Why({ state, acts }) {
  const number = state.whyRow ? acts.numberOf(state.whyRow) : 0;
  if (!number) return html`<p class="panel-hint">Select any row to see why it does not match.</p>`;
  if (state.trial.left_out.includes(state.whyRow)) return html`<section class="why-not"><h3>Row ${number} cannot be asked</h3><p>It has an error; mend that first.</p></section>`;
  if (!state.trial.why) return null;
  if (!state.trial.why.length) return html`<section class="why-not good"><h3><${Icon} name="circle-check" tone="good" acts=${acts} />Row ${number} matches</h3></section>`;
  return html`
    <section class="why-not" aria-label="Why not this row">
      <h3><${Icon} name="circle-x" tone="bad" acts=${acts} />Why not row ${number}</h3>
      <ul>${state.trial.why.map((each) => html`<li key=${each.column}>${each.message}</li>`)}</ul>
    </section>`;
}

function Save({ state, acts }) {
  const [name, setName] = useState('');
  const save = (event) => {
    event.preventDefault();
    acts.saveCase(name.trim() || suggestedName(state));
    setName('');
  };
  return html`
    <form class="save-case" onSubmit=${save}>
      <label class="hidden" for="case-name">Name of the test case</label>
      <input id="case-name" value=${name} placeholder=${suggestedName(state)} onInput=${(event) => setName(event.target.value)} maxlength="200" />
      <button class="tiny"><${Icon} name="bookmark" acts=${acts} />Save as test case</button>
    </form>`;
}

function suggestedName(state) {
  const said = state.fields.map((field) => state.given[field.name]).filter(Boolean);
  return said.join(', ').slice(0, 80) || 'nothing given';
}

// --- test cases

function Cases({ state, acts }) {
  const { coverage } = state;
  if (!state.cases.length) return html`<${Nothing} icon="list-checks" title="No test cases yet" acts=${acts}>Try the table out, and save what comes out as a test case: it is run whenever the table changes, and before it is published.<//>`;
  const verdicts = new Map((coverage?.verdicts ?? []).map((each) => [each.case, each]));
  const failing = [...verdicts.values()].filter((each) => !each.passed).length;
  return html`
    <div class="cases-head">
      <span class=${`state ${!coverage ? 'tone-still' : failing ? 'tone-bad' : 'tone-good'}`}>${!coverage ? 'not run' : failing ? `${failing} of ${state.cases.length} fail` : `all ${state.cases.length} pass`}</span>
      <button type="button" class="tiny" onClick=${acts.runCases}><${Icon} name="play" acts=${acts} />Run all</button>
    </div>
    <ul class="cases">${state.cases.map((each) => html`<${CaseLine} key=${each.id} one=${each} verdict=${verdicts.get(each.id)} acts=${acts} />`)}</ul>
    ${coverage && html`<${Coverage} coverage=${coverage} state=${state} acts=${acts} />`}`;
}

function CaseLine({ one, verdict, acts }) {
  const tone = !verdict ? '' : verdict.passed ? 'good' : 'bad';
  return html`
    <li class="case">
      <button type="button" class="case-open" title="Load into the test form" onClick=${() => acts.loadCase(one)}>
        <${Icon} name=${!verdict ? 'circle' : verdict.passed ? 'circle-check' : 'circle-x'} tone=${tone} acts=${acts} />
        <span class="case-name">${one.name}<span class="hidden">${verdict ? (verdict.passed ? ' passes' : ' fails') : ''}</span></span>
        <code>${one.expected}</code>
      </button>
      ${acts.editable && html`<button type="button" class="plain tiny square" aria-label=${`Delete test case ${one.name}`} title="Delete" onClick=${() => acts.removeCase(one)}><${Icon} name="trash-2" acts=${acts} /></button>`}
      ${verdict && !verdict.passed && html`<p class="case-got">${verdict.wrong || html`came out as <code>${verdict.got}</code>`}
        ${!verdict.wrong && acts.editable && html`<button type="button" class="plain tiny" onClick=${() => acts.acceptCase(one, verdict.got)}>Accept as right</button>`}</p>`}
    </li>`;
}

function Coverage({ coverage, state, acts }) {
  const rows = Object.entries(coverage.hits);
  const hit = rows.filter(([, count]) => count).length;
  const missed = rows.filter(([, count]) => !count).map(([id]) => id);
  return html`
    <section class="coverage" aria-label="Coverage">
      <h3>Rows <span class="number">${hit} of ${rows.length} hit</span></h3>
      <${Bar} part=${hit} whole=${rows.length} />
      ${missed.length > 0 && html`<button type="button" class="plain tiny" onClick=${() => acts.showOnly(missed)}><${Icon} name="funnel" acts=${acts} />Show the ${missed.length} that no case hits</button>`}
      ${state.outputs.map((column) => {
        const values = Object.entries(coverage.outputs[column.id] ?? {});
        const given = values.filter(([, count]) => count).length;
        return html`<details key=${column.id}><summary>${column.label || column.name} <span class="number">${given} of ${values.length} outputs</span></summary>
          <ul>${values.slice(0, 60).map(([text, count]) => html`<li key=${text} class=${count ? '' : 'none'}><code>${text || '(empty)'}</code><span class="number">${count}</span></li>`)}</ul></details>`;
      })}
    </section>`;
}

// --- hits

function Hits({ state, acts }) {
  const { hits } = state;
  if (!hits) return html`<p class="panel-hint">${state.hitsError || 'Counting …'}</p>`;
  const { never, untested, both, fresh, tested } = acts.dead();
  const total = state.rules.length;
  const count = (n) => n.toLocaleString('en');
  const rows = (n) => (n === 1 ? 'one row' : `${count(n)} rows`);
  return html`
    ${state.hitsError && html`<p class="panel-hint">${state.hitsError}</p>`}
    <dl class="hits-totals">
      <div><dt>Decisions in production</dt><dd class="number">${count(hits.decisions)}</dd></div>
      <div><dt>of the newest version</dt><dd class="number">${count(hits.newest)}</dd></div>
      <div><dt>Last decision</dt><dd>${hits.last_at ? acts.ago(hits.last_at) : 'none yet'}</dd></div>
    </dl>
    ${hits.decisions > 0 && html`<section class="coverage" aria-label="Hit in production"><h3>Rows hit in production <span class="number">${count(total - fresh.length - never.length)} of ${count(total - fresh.length)}</span></h3>
      <${Bar} part=${total - fresh.length - never.length} whole=${total - fresh.length} /></section>`}
    ${tested && html`<section class="coverage" aria-label="Hit by test cases"><h3>Rows hit by test cases <span class="number">${count(total - untested.length)} of ${count(total)}</span></h3>
      <${Bar} part=${total - untested.length} whole=${total} /></section>`}
    <section class="dead" aria-label="Dead rows">
      <h3>Rows that look dead</h3>
      ${hits.decisions === 0
        ? html`<p class="panel-hint">No order has asked this table yet. Once orders do, the rows that never fire are listed here.</p>`
        : !never.length ? html`<p class="panel-hint">Every row that was ever asked has fired.</p>`
        : html`<p class="panel-hint">${rows(never.length)[0].toUpperCase() + rows(never.length).slice(1)} never fired in production.</p>
          <ul class="dead-rows">${never.slice(0, SHOWN).map((rule) => html`<li key=${rule.id}><button type="button" class="finding" onClick=${() => acts.reveal(rule.id)}>
            <span class="row-chip">row ${acts.numberOf(rule.id)}</span><code>${rule.inputs.join('  ')}</code><span class="finding-where">0 of ${count(hits.rows[rule.id]?.asked ?? 0)}</span></button></li>`)}</ul>`}
      <div class="dead-acts">
        ${never.length > 0 && html`<button type="button" class="plain tiny" onClick=${() => acts.showOnly(never.map((rule) => rule.id))}><${Icon} name="funnel" acts=${acts} />Show never hit (${count(never.length)})</button>`}
        ${untested.length > 0 && html`<button type="button" class="plain tiny" onClick=${() => acts.showOnly(untested.map((rule) => rule.id))}><${Icon} name="funnel" acts=${acts} />Show not tested (${count(untested.length)})</button>`}
        ${both.length > 0 && html`<button type="button" class="plain tiny" onClick=${() => acts.showOnly(both.map((rule) => rule.id))}><${Icon} name="funnel" acts=${acts} />Show neither (${count(both.length)})</button>`}
      </div>
      ${fresh.length > 0 && hits.decisions > 0 && html`<p class="panel-hint">${fresh.length === 1 ? 'One row is new' : `${count(fresh.length)} rows are new`}: no decision has seen ${fresh.length === 1 ? 'it' : 'them'} yet.</p>`}
    </section>`;
}

function Bar({ part, whole }) {
  const host = useRef(null);
  useEffect(() => { if (host.current) /** @type {any} */ (host.current).style.width = `${whole ? (100 * part) / whole : 0}%`; }, [part, whole]);
  return html`<div class="bar" role="img" aria-label=${`${part} of ${whole}`}><div ref=${host}></div></div>`;
}
