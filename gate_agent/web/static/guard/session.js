// Who is signed on at this browser, and what is asked of the gate in its name. The session itself
// is a cookie that no script reads.

import { request } from "../shared/request.js";

/** @type {Door.SessionView | null} */
let view = null; // null until it was asked
/** @type {Set<() => void>} */
const listeners = new Set();

/** The newest answer, or null. */
export const session = () => view;

/** Whether somebody must sign on before anything but an alarm's acknowledgement. */
export const mustSignOn = () => view !== null && view.sign_on && view.signed_on === null;

/**
 * Call `listener()` when that changes.
 * @param {() => void} listener
 */
export const onSession = (listener) => listeners.add(listener);

/**
 * The headers of a request that changes something.
 * @returns {Record<string, string>}
 */
export function headers() {
  const token = view?.signed_on?.csrf;
  return token ? { "X-Gate-CSRF": token } : {};
}

/** Ask the gate who is signed on here; its silence is shown already. */
export async function askSession() {
  const answer = await get("/api/v1/session");
  if (answer.status === 0) return;
  if (answer.ok) view = answer.told;
  for (const listener of listeners) listener();
}

/**
 * Ask for what a path gives.
 * @template {Api.Any<Door.Gets>} Path
 * @param {Path} path
 * @returns {Promise<import("../shared/request.js").Answer<Api.At<Door.Gets, Path>>>}
 */
export async function get(path) {
  const answer = await request(path);
  return /** @type {import("../shared/request.js").Answer<Api.At<Door.Gets, Path>>} */ (answer);
}

/**
 * Send what a path takes.
 * @template {Api.Any<Door.Posts>} Path
 * @param {Path} path
 * @param {Api.At<Door.Posts, Path>["body"]} body
 * @param {number} [withinMs]
 * @returns {Promise<import("../shared/request.js").Answer<Api.At<Door.Posts, Path>["told"]>>}
 */
export async function post(path, body, withinMs = 15_000) {
  const answer = await request(path, { body: body ?? {}, headers: headers(), withinMs });
  return /** @type {import("../shared/request.js").Answer<Api.At<Door.Posts, Path>["told"]>} */ (answer);
}
