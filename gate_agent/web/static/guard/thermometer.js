// The thermometer when it is not believed: everybody is measured by hand; and its daily check.

import { degrees, minuteText } from "../shared/figures.js";
import { button, find, make, rebuild, setData } from "../shared/page.js";
import { contactPad, makePad } from "./pad.js";
import { by } from "./post.js";
import { isSent, sendOnce } from "./send.js";
import { current } from "./state.js";
import { word } from "../shared/words.js";

const hand = contactPad();
const reference = makePad("reference_range", () => ({ low: 3400, high: 4200 }));
/** @type {string | null} */
let handId = null; // whose contact reading is asked for
/** @type {Door.CheckRequest["reference"] | null} */
let checking = null; // against what

const handKeyOf = () => `hand:${handId}`;

/**
 * Ask for the contact reading of who can only be measured by hand.
 * @param {import("./snapshot.js").State} state
 * @param {string} language
 */
export function renderHand(state, language) {
  const next = state.asked?.needs_hand ? state.asked.passage_id : null;
  if (next !== handId) hand.clear();
  handId = next;
  const area = find("hand");
  area.hidden = handId === null;
  setData(document.body, "hand", area.hidden ? "no" : "yes");
  if (area.hidden) {
    area.replaceChildren();
    delete area.dataset.key;
    return;
  }
  rebuild(area, `${handId} ${language}`, () => [hand.typing(make("h2", {}, word("pad.hand_title")), post)]);
  setData(area, "sent", isSent(handKeyOf()) ? "yes" : "no");
}

/** @param {number} centi */
function post(centi) {
  void sendOnce(handKeyOf(), `/api/v1/passages/${handId}/hand`, { contact_centi_c: centi, by: by() });
}

/**
 * What the hand reading waits for; null where nobody is measured by hand.
 * @returns {"reading" | "confirm" | "sent" | null}
 */
export function handAsks() {
  if (handId === null) return null;
  return isSent(handKeyOf()) ? "sent" : hand.isWhole() ? "confirm" : "reading";
}

/** Send the hand reading that was typed: what Enter does. */
export const handGo = () => void hand.key("Enter");

/**
 * Take a key; returns whether it was for the hand reading.
 * @param {string} key
 */
export const handKey = (key) => handId !== null && hand.key(key);

/**
 * Words for the status line: trusted, doubtful with why, not trusted.
 * @param {Door.ThermometerView | null} view
 */
export function trustWords(view) {
  if (!view || view.trust === "trusted") return "";
  return [word(`trust.${view.trust}`), ...view.doubts.map((doubt) => word(`doubt.${doubt}`))].join(" · ");
}

/**
 * The daily check, as parts of a panel; `again` draws the panel anew.
 * @param {() => void} again
 */
export function checkParts(again) {
  const state = current();
  if (!state?.thermometer) return [];
  const { check } = state.thermometer;
  const result = check === null ? word("thermometer_check.none") : word(check.passed ? "thermometer_check.passed" : "thermometer_check.failed", {
    t: minuteText(new Date(check.at), state.gate.timezone),
    d: degrees(check.difference_centi_c), m: degrees(check.tolerance_centi_c),
  });
  /** @param {Door.CheckRequest["reference"]} against */
  const begin = (against) => async () => {
    if (await sendOnce(`reference:${performance.now()}`, "/api/v1/thermometer/reference", null)) checking = against;
    again();
  };
  /** @param {number} centi */
  const finish = async (centi) => {
    if (checking === null) return;
    const body = { reference: checking, reference_centi_c: centi, by: by() };
    if (await sendOnce(`check:${performance.now()}`, "/api/v1/thermometer/checks", body)) checking = null;
    again();
  };
  const doubts = trustWords(state.thermometer);
  return [
    make("h3", {}, word("thermometer_check.title")),
    make("p", { id: "check-state", "data-passed": String(check?.passed ?? "none") }, result),
    doubts ? make("p", { id: "check-doubts" }, doubts) : null,
    checking ? reference.typing(make("p", {}, word(`thermometer_check.now_${checking}`)), finish) : make("div", { class: "choices two" },
      button(word("thermometer_check.begin"), { kind: "tall", press: begin("contact"), id: "check-begin" }),
      button(word("thermometer_check.blackbody"), { kind: "tall", press: begin("blackbody"), id: "check-blackbody" })),
  ];
}

/**
 * Take a key while the check's panel is open.
 * @param {string} key
 */
export const checkKey = (key) => checking !== null && reference.key(key);
