// What a supervisor may look at (查看): who a held person is, and the picture; each look is recorded.

import { button, make } from "../shared/page.js";
import { timeout } from "../shared/request.js";
import { showPanel } from "./panel.js";
import { say } from "./send.js";
import { headers, post, session } from "./session.js";
import { keysOf, recorded, word } from "../shared/words.js";

const SHOWN_MS = 30_000; // then it is gone from the page

/**
 * A button for a supervisor on this hold, null for anybody else.
 * @param {Door.HoldView} hold
 */
export function lookButton(hold) {
  if (session()?.signed_on?.role !== "supervisor") return null;
  const element = button(word("look.open"), { press: () => askWhy(hold) });
  element.id = "look";
  return element;
}

/** @param {Door.HoldView} hold */
function askWhy(hold) {
  const choices = keysOf("look_reason").map((why) => button(word(`look_reason.${why}`), { kind: "tall", press: () => look(hold, recorded(`look_reason.${why}`)) }));
  showPanel(hold.hold_id, word("look.title"), new Map(), [make("div", { class: "choices" }, ...choices)]);
}

/**
 * @param {Door.HoldView} hold
 * @param {string} reason
 */
async function look(hold, reason) {
  const [person, picture] = await Promise.all([
    post(`/api/v1/passages/${hold.passage_id}/reveal`, { reason }),
    fetchPicture(hold.hold_id, reason),
  ]);
  if (!person.ok && picture === null) {
    say(word("look.nothing"), "bad");
    return;
  }
  const shown = person.ok ? person.told : null;
  const parts = [
    make("p", { id: "looked" }, shown ? [shown.name, shown.number, shown.phone].filter(Boolean).join("　") : word("look.nobody")),
    picture ? make("img", { id: "picture", alt: word("look.picture"), src: picture }) : make("p", {}, word("look.no_picture")),
  ];
  showPanel(hold.hold_id, word("look.title"), new Map(), parts);
  setTimeout(() => {
    if (picture) URL.revokeObjectURL(picture);
    for (const part of parts) part.remove();
  }, SHOWN_MS);
}

/**
 * Return a blob's address, which only this page can read, or null.
 * @param {string} holdId
 * @param {string} reason
 */
async function fetchPicture(holdId, reason) {
  try {
    const asks = { "Content-Type": "application/json", ...headers() };
    const answer = await fetch(`/api/v1/holds/${holdId}/picture`, { method: "POST", headers: asks, body: JSON.stringify({ reason }), signal: timeout(5000) });
    return answer.ok ? URL.createObjectURL(await answer.blob()) : null;
  } catch {
    return null;
  }
}
