// @ts-check
/** Talks to the designer's addresses; every answer is either its JSON or an error that says what kind of trouble it is. */

const KEEPALIVE = 60000; // bytes that a browser still sends for a page that is being left

/** The network or the server is away; trying again later makes sense. */
export class Unreachable extends Error {}

/** The server understood and said no. */
export class Refused extends Error {
  /** @param {number} status @param {any} problem */
  constructor(status, problem) {
    super(problem?.detail ?? `the server answered ${status}`);
    this.status = status;
    this.problem = problem;
  }
}

const token = () => /** @type {HTMLMetaElement | null} */ (document.querySelector('meta[name=csrf-token]'))?.content ?? '';

/**
 * @param {string} method @param {string} address @param {any} [body]
 * @param {{ headers?: Record<string, string>, signal?: AbortSignal, keepalive?: boolean }} [more]
 */
export async function ask(method, address, body, { headers = {}, signal, keepalive } = {}) {
  const text = body === undefined ? undefined : JSON.stringify(body);
  let answer;
  try {
    answer = await fetch(address, {
      method, signal, keepalive: keepalive && (text ?? '').length < KEEPALIVE, credentials: 'same-origin',
      headers: {
        Accept: 'application/json', 'X-CSRFToken': token(),
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }), ...headers
      },
      body: text
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new Unreachable('the server cannot be reached', { cause: error });
  }
  if (answer.status === 304 || answer.status === 204) return null;
  if (answer.status >= 500) throw new Unreachable(`the server answered ${answer.status}`);
  const content = await answer.json().catch((error) => {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    if (answer.ok) throw new Unreachable('the answer broke off', { cause: error });
    return null;
  });
  if (!answer.ok) throw new Refused(answer.status, content);
  return content;
}
