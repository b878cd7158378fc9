// The visitor types for themselves (自助填写): on their own phone, or at the touch display. It keeps nothing.

import { find, make, setData, setText } from "../shared/page.js";
import { request } from "../shared/request.js";
import { inBoth, word } from "../shared/words.js";
import { entryOf, phoneText, typedPhone } from "./entry.js";

const BACK_MS = 6000; // at the touch display, the next one stands there soon

// The code is in the part of the address that no server is told; it goes from the address at once.
const token = location.hash.slice(1);
const isDisplay = new URLSearchParams(location.search).has("display");
history.replaceState(null, "", location.pathname + location.search);

let digits = "";
let isSent = false;

/**
 * A text in both languages, the Chinese one first.
 * @param {string} key
 */
function bilingual(key) {
  const [zh, en] = inBoth(key);
  return [zh, make("small", { lang: "en" }, en)];
}

/** @param {string} key */
function say(key) {
  digits = "";
  find("enter").replaceChildren(make("p", { class: "said" }, ...bilingual(key)));
  if (isDisplay) setTimeout(() => location.replace("/visitor?touch"), BACK_MS);
}

/** @param {string} key */
function type(key) {
  digits = typedPhone(digits, key);
  draw();
}

function draw() {
  const field = find("number");
  setText(field, phoneText(digits) || word("enter.number"));
  setData(field, "empty", digits ? "no" : "yes");
  const ready = entryOf(digits) !== null;
  for (const element of /** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll(".purpose"))) element.disabled = !ready;
}

/** @param {string} purpose */
async function send(purpose) {
  const phone = entryOf(digits);
  if (phone === null || isSent) return;
  isSent = true;
  const answer = await request("/api/v1/visitor/entry", { body: { token, phone, purpose } });
  if (answer.ok) say("enter.done");
  else if (answer.status === 0) {
    isSent = false;
    setText(find("hint"), word("enter.again"));
  } else say(answer.status === 422 ? "enter.wrong" : "enter.over");
}

/** @param {string[]} purposes */
function build(purposes) {
  const keys = [..."123456789", "", "0", "⌫"].map((key) => (key === "" ? make("span") : make("button", {
    type: "button", class: "key", "aria-label": key === "⌫" ? word("enter.erase") : key, onpress: () => type(key === "⌫" ? "Backspace" : key),
  }, key)));
  find("enter").replaceChildren(
    make("h2", {}, ...bilingual("enter.phone")),
    make("output", { id: "number", "data-empty": "yes" }),
    make("div", { class: "keys" }, ...keys),
    make("h2", {}, ...bilingual("enter.purpose")),
    make("div", { class: "choices" }, ...purposes.map((name) => make("button", { type: "button", class: "purpose", onpress: () => void send(name) }, word(`purpose.${name}`)))),
    make("p", { id: "hint" }, ...bilingual("enter.privacy")),
  );
  draw();
}

document.addEventListener("keydown", (event) => type(event.key));
find("unstarted").remove(); // the script is here
const view = /** @type {import("../shared/request.js").Answer<Door.VisitorView>} */ (await request("/api/v1/visitor"));
if (view.ok && token) build(view.told.purposes);
else say(token ? "enter.again" : "enter.over");
