// Who is signed on at this browser. The session itself is a cookie that no script reads.

let view = null; // as /api/v1/session says; null until it was asked
const listeners = new Set();

/** The newest answer: { sign_on, setup, people, signed_on } or null. */
export const session = () => view;

/** Whether somebody must sign on before anything but an alarm's acknowledgement. */
export const mustSignOn = () => view !== null && view.sign_on && view.signed_on === null;

/** Call `listener()` when that changes. */
export const onSession = (listener) => listeners.add(listener);

/** The headers of a request that changes something. */
export function headers() {
  const token = view?.signed_on?.csrf;
  return { "Content-Type": "application/json", ...(token ? { "X-Gate-CSRF": token } : {}) };
}

/** Ask the gate who is signed on here. */
export async function askSession() {
  try {
    const answer = await fetch("/api/v1/session", { signal: AbortSignal.timeout(5000) });
    if (answer.ok) view = await answer.json();
  } catch {
    return; // the stream's silence is shown already
  }
  for (const listener of listeners) listener();
}

/** POST `body`; return { ok, status, retryS, told }. */
export async function askFor(path, body) {
  try {
    const options = { method: "POST", headers: headers(), body: JSON.stringify(body), signal: AbortSignal.timeout(15_000) };
    const answer = await fetch(path, options);
    const told = await answer.json().catch(() => null);
    return { ok: answer.ok, status: answer.status, retryS: Number(answer.headers.get("Retry-After") ?? 0), told };
  } catch {
    return { ok: false, status: 0, retryS: 0, told: null };
  }
}
