// @ts-check
// Talks to the server: JSON both ways, the CSRF token, and one kind of error per kind of trouble.

const SILENCE = 20000; // ms without an answer after which the network counts as gone
const KEEPALIVE = 60000; // bytes that a browser still sends for a page that is being left

/** Nobody answered; the request may or may not have arrived, and asking again is right. */
export class Offline extends Error {}

/** The server understood and said no; `problem` is its RFC 9457 answer. */
export class Refused extends Error {
  /** @param {{status: number, title?: string, detail?: string, errors?: {pointer: string, message: string}[], [more: string]: any}} problem */
  constructor(problem) {
    super(problem.detail || problem.title || `the server answered ${problem.status}`);
    this.problem = problem;
    this.status = problem.status;
  }
}

const meta = () => document.querySelector('meta[name="csrf-token"]');
const csrf = () => meta()?.getAttribute('content') ?? '';

/** Whoever signed in again in another tab has a new token: the server names it, and the request is sent once more. */
function renewed(answer) {
  const token = answer.headers.get('X-CSRFToken');
  if (!token || token === csrf()) return false;
  meta()?.setAttribute('content', token);
  return true;
}

/**
 * @param {string} address
 * @param {{method?: string, body?: any, revision?: number, signal?: AbortSignal, last?: boolean}} [options]
 *   `revision` is the state that the request is meant for (If-Match); `last`: the page is being left.
 * @returns {Promise<any>} the answer's JSON, null for an empty answer
 */
export async function ask(address, options = {}) {
  const { method = 'GET', body, revision, signal, last = false } = options;
  const headers = new Headers({ Accept: 'application/json' });
  if (method !== 'GET') headers.set('X-CSRFToken', csrf());
  if (revision !== undefined) headers.set('If-Match', `"${revision}"`);
  const plain = body instanceof FormData || body === undefined;
  const content = plain ? body : JSON.stringify(body);
  if (!plain) headers.set('Content-Type', 'application/json');
  const patience = AbortSignal.timeout(SILENCE);
  let answer;
  let text;
  try {
    answer = await fetch(address, {
      method,
      headers,
      body: content,
      credentials: 'same-origin',
      redirect: 'manual',
      keepalive: last && (content?.length ?? 0) < KEEPALIVE,
      signal: signal ? AbortSignal.any([signal, patience]) : patience
    });
    text = await answer.text();
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Offline(String(error));
  }
  if (renewed(answer)) return ask(address, options);
  if (answer.type === 'opaqueredirect' || answer.status === 401) throw new Refused({ status: 401, detail: 'You are signed out.' });
  let json = null;
  try {
    json = text ? JSON.parse(text) : null;
  } catch {
    if (answer.ok) throw new Refused({ status: answer.status, detail: 'The server answered something unreadable.' });
  }
  if (answer.status >= 502 && answer.status <= 504) throw new Offline(`the server answered ${answer.status}`);
  if (!answer.ok) throw new Refused({ status: answer.status, ...json });
  return json;
}

/** A question that only its newest asking matters for: an older one is given up, and answers null. */
export function newestOnly() {
  /** @type {AbortController | null} */
  let current = null;
  /** @param {(signal: AbortSignal) => Promise<any>} question */
  return async (question) => {
    current?.abort();
    const mine = (current = new AbortController());
    try {
      const answer = await question(mine.signal);
      return mine.signal.aborted ? null : answer;
    } catch (error) {
      if (mine.signal.aborted) return null;
      throw error;
    }
  };
}
