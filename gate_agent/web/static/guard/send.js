// What the guard asks of the gate: each request once, however often the button is tapped.

import { find, setText } from "../shared/page.js";
import { askSession, post } from "./session.js";
import { hasWord, word } from "../shared/words.js";

/** @type {Set<string>} */
const done = new Set();
const ANSWER_MS = 5000;
const TOUCH_MS = 60_000;
let hideMessage = 0;

/**
 * Whether `key` is under way or was accepted.
 * @param {string} key
 */
export const isSent = (key) => done.has(key);

/**
 * Send `body` once for each `key` (what it is about, and in which state of it). Returns whether it
 * was accepted; a refusal is shown, and may be tried again.
 * @template {Api.Any<Door.Posts>} Path
 * @param {string} key
 * @param {Path} path
 * @param {Api.At<Door.Posts, Path>["body"]} body
 */
export async function sendOnce(key, path, body) {
  if (done.has(key)) return false;
  done.add(key);
  const answer = await post(path, body, ANSWER_MS);
  if (answer.ok) {
    say(word("screen.sent"), "good");
    return true;
  }
  say(answer.status === 0 ? word("screen.not_sent") : refusal(answer.told?.error.code ?? String(answer.status)), "bad");
  if (answer.status === 401) void askSession();
  done.delete(key);
  return false;
}

let touchedAt = -Infinity;

/** Somebody is at this screen: told to the gate once a minute, so that it knows. */
export async function touched() {
  const now = performance.now();
  if (now - touchedAt < TOUCH_MS) return;
  touchedAt = now;
  const answer = await post("/api/v1/touch", {});
  if (answer.status === 0) touchedAt = -Infinity;
}

/**
 * Forget requests about what is no longer there.
 * @param {(key: string) => boolean} isThere
 */
export function forget(isThere) {
  for (const key of done) if (!isThere(key)) done.delete(key);
}

/** @param {string} code */
function refusal(code) {
  const key = `refused.${code}`;
  return hasWord(key) ? word(key) : word("refused.other", { c: code });
}

/**
 * Show one line for a few seconds.
 * @param {string} text
 * @param {"good" | "bad"} kind
 */
export function say(text, kind) {
  const message = find("message");
  setText(message, text);
  message.dataset.kind = kind;
  message.hidden = false;
  clearTimeout(hideMessage);
  hideMessage = setTimeout(() => { message.hidden = true; }, kind === "bad" ? 6000 : 1500);
}
