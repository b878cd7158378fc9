// What a supervisor may look at (查看): who a held person is, and the picture; each look is recorded.

import { button, make, setText } from "../shared/page.js";
import { showPanel } from "./panel.js";
import { say } from "./send.js";
import { askFor, headers, session } from "./session.js";
import { keysOf, recorded, word } from "../shared/words.js";

const SHOWN_MS = 30_000; // then it is gone from the page

/** A button for a supervisor on this hold, null for anybody else. */
export function lookButton(hold) {
  if (session()?.signed_on?.role !== "supervisor") return null;
  const element = button(word("look.open"), { press: () => askWhy(hold) });
  element.id = "look";
  return element;
}

function askWhy(hold) {
  const choices = keysOf("look_reason").map((why) => button(word(`look_reason.${why}`), { kind: "tall", press: () => look(hold, recorded(`look_reason.${why}`)) }));
  showPanel(hold.hold_id, word("look.title"), new Map(), [make("div", { class: "choices" }, ...choices)]);
}

async function look(hold, reason) {
  const [person, picture] = await Promise.all([
    askFor(`/api/v1/passages/${hold.passage_id}/reveal`, { reason }),
    fetchPicture(hold.hold_id, reason),
  ]);
  if (!person.ok && picture === null) {
    say(word("look.nothing"), "bad");
    return;
  }
  const told = person.ok ? person.told : null;
  const parts = [make("p", { id: "looked" })];
  setText(parts[0], told ? [told.name, told.number, told.phone].filter(Boolean).join("　") : word("look.nobody"));
  parts.push(picture ? make("img", { id: "picture", alt: word("look.picture"), src: picture }) : make("p", {}, word("look.no_picture")));
  showPanel(hold.hold_id, word("look.title"), new Map(), parts);
  setTimeout(() => {
    if (picture) URL.revokeObjectURL(picture);
    for (const part of parts) part.remove();
  }, SHOWN_MS);
}

/** Return a blob's address, which only this page can read, or null. */
async function fetchPicture(holdId, reason) {
  try {
    const options = { method: "POST", headers: headers(), body: JSON.stringify({ reason }), signal: AbortSignal.timeout(5000) };
    const answer = await fetch(`/api/v1/holds/${holdId}/picture`, options);
    return answer.ok ? URL.createObjectURL(await answer.blob()) : null;
  } catch {
    return null;
  }
}
