// @ts-check
// What the server finds in the table: marks on cells, rows and columns, the lists of the panel, the counts above.

import { ask, newestOnly, Offline, Refused } from '../designer/server.js';
import { $, address, asOf, drawing, overlay, sheet, state } from './desk.js';
import { drawPanel, showPlace } from './surroundings.js';
import { evaluate, runCases } from './trials.js';

const newestCheck = newestOnly();

export async function check() {
  try {
    const found = await newestCheck((signal) => ask(`${address}/findings${asOf}`, { signal }));
    if (!found) return;
    await idle();
    overlayFindings(found);
    showPlace();
    if (state.tab === 'test') evaluate();
    if (state.cases.length) runCases();
  } catch (error) {
    if (!(error instanceof Offline || error instanceof Refused)) throw error;
    if (state.checking !== 'never') state.checking = 'offline';
    else if (error instanceof Refused) {
      state.checking = 'done';
      state.problems = [{ key: 'refused', severity: 'error', code: 'refused', message: error.message, rows: [] }];
    }
    drawPanel();
  }
}

/** Marks may come a moment later; a key that is being pressed may not. */
const idle = () => new Promise((done) => requestIdleCallback(done, { timeout: 300 }));

function overlayFindings(found) {
  const tones = { error: 'bad', warning: 'waits', note: 'still' };
  const symbols = { error: 'octagon-alert', warning: 'triangle-alert', note: 'info' };
  const rank = { error: 0, warning: 1, note: 2 };
  overlay.rows.clear();
  overlay.cells.clear();
  overlay.columns.clear();
  const columns = new Map(sheet.allColumns.map((column) => [column.id, column]));
  state.gaps = found.findings.filter((each) => each.code === 'gap');
  state.problems = found.findings.filter((each) => each.code !== 'gap').map((each, at) => ({ rows: [], ...each, key: `${at} ${each.message}` }));
  state.problems.sort((one, other) => rank[one.severity] - rank[other.severity]);
  for (const each of state.problems) {
    const tone = tones[each.severity];
    const id = each.rows[0];
    if (each.code === 'fault' && id && each.column) overlay.cells.set(`${id} ${each.column}`, { tone, text: each.message });
    else if (!id && each.column && columns.has(each.column)) overlay.columns.set(each.column, { tone, text: each.message });
    const marked = ['masked', 'never', 'subsumed'].includes(each.code) ? each.rows.slice(0, 1) : each.rows;
    for (const row of marked) if (!overlay.rows.has(row)) overlay.rows.set(row, { tone, text: each.message, icon: symbols[each.severity] });
  }
  state.totals = found.totals;
  state.complete = found.complete;
  state.analysed = 'gaps' in found.totals;
  state.defaults = sheet.table.outputs.some((column) => column.default);
  state.fields = found.fields;
  state.checking = 'done';
  drawing.drawHead();
  drawing.draw();
  drawPanel();
  showCounts();
}

function showCounts() {
  const errors = state.problems.filter((each) => each.severity === 'error').length;
  const warnings = state.problems.filter((each) => each.severity === 'warning').length;
  const gaps = state.totals.gaps ?? state.gaps.length;
  const say = (id, count, one, many, tone) => {
    const host = $(id);
    host.hidden = !count;
    host.querySelector('span').textContent = `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
    host.dataset.tone = tone;
  };
  say('errors', errors, 'error', 'errors', 'bad');
  say('warnings', warnings, 'warning', 'warnings', 'waits');
  say('gap-count', gaps, 'gap', 'gaps', 'waits');
  $('all-good').hidden = state.checking !== 'done' || errors + warnings + gaps > 0;
}
