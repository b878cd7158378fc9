// What the guard asks of the gate: each request once, however often the button is tapped.

import { find, setText } from "../shared/page.js";
import { askSession, headers } from "./session.js";
import { hasWord, word } from "../shared/words.js";

const done = new Set();
const ANSWER_MS = 5000;
const TOUCH_MS = 60_000;
let hideMessage = 0;

/** Whether `key` is under way or was accepted. */
export const isSent = (key) => done.has(key);

/**
 * POST `body` as JSON, once for each `key` (what it is about, and in which state of it).
 * Returns whether it was accepted; a refusal is shown, and may be tried again.
 */
export async function sendOnce(key, path, body) {
  if (done.has(key)) return false;
  done.add(key);
  try {
    const answer = await fetch(path, {
      method: "POST",
      headers: headers(),
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    if (answer.ok) {
      say(word("screen.sent"), "good");
      return true;
    }
    const fault = await answer.json().catch(() => ({ error: { code: String(answer.status) } }));
    say(refusal(fault.error.code), "bad");
    if (answer.status === 401) void askSession();
  } catch {
    say(word("screen.not_sent"), "bad");
  }
  done.delete(key);
  return false;
}

let touchedAt = -Infinity;

/** Somebody is at this screen: told to the gate once a minute, so that it knows. */
export function touched() {
  const now = performance.now();
  if (now - touchedAt < TOUCH_MS) return;
  touchedAt = now;
  fetch("/api/v1/touch", { method: "POST", headers: headers(), body: "{}" }).catch(() => { touchedAt = -Infinity; });
}

/** Forget requests about what is no longer there; `alive` tells by key. */
export function forget(alive) {
  for (const key of done) if (!alive(key)) done.delete(key);
}

function refusal(code) {
  const key = `refused.${code}`;
  return hasWord(key) ? word(key) : word("refused.other", { c: code });
}

/** Show one line for a few seconds. */
export function say(text, kind) {
  const message = find("message");
  setText(message, text);
  message.dataset.kind = kind;
  message.hidden = false;
  clearTimeout(hideMessage);
  hideMessage = setTimeout(() => { message.hidden = true; }, kind === "bad" ? 6000 : 1500);
}
