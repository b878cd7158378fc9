// One request to our own program and its answer: never an exception, always within a time.

/**
 * @template Told
 * @typedef {{ ok: true, status: number, told: Told } | { ok: false, status: number, told: Refusal | null, retryS: number }} Answer
 */

/** @typedef {{ error: { code: string, expected: string, got: string } }} Refusal */

/**
 * Ask for a path; status 0 where no answer came. What is told is JSON, null where there is none.
 * @param {string} path
 * @param {{ body?: unknown, headers?: Record<string, string>, withinMs?: number }} asks a POST if there is a body
 * @returns {Promise<Answer<unknown>>}
 */
export async function request(path, { body, headers = {}, withinMs = 5000 } = {}) {
  try {
    const sent = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
    const answer = await fetch(path, { ...sent, headers: { "Content-Type": "application/json", ...headers }, signal: timeout(withinMs) });
    const json = read(await answer.text()); // one that is cut short is no answer
    if (answer.ok) return { ok: true, status: answer.status, told: json };
    const refusal = /** @type {Refusal | null} */ (json);
    return { ok: false, status: answer.status, told: refusal, retryS: Number(answer.headers.get("Retry-After") ?? 0) };
  } catch {
    return { ok: false, status: 0, told: null, retryS: 0 };
  }
}

/**
 * @param {string} text
 * @returns {unknown}
 */
function read(text) {
  try {
    /** @type {unknown} */
    const json = JSON.parse(text);
    return json;
  } catch {
    return null;
  }
}

/**
 * A signal that ends a request after so long.
 * @type {(ms: number) => AbortSignal}
 */
export const timeout = (ms) => /** @type {{ timeout: (ms: number) => AbortSignal }} */ (/** @type {unknown} */ (AbortSignal)).timeout(ms); // newer than Debian's TypeScript
