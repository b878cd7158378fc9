// The big area: what the guard must do now, in a word, a shape and a colour; then why, and who.

import { find, make, rebuild, setData, setText, shape } from "../shared/page.js";
import { groupOf } from "./group.js";
import { renderHeat } from "./thermals.js";
import { isAskedWhose, ringing, technicalFaults, verdictOf } from "./snapshot.js";
import { ago } from "./state.js";
import { word } from "../shared/words.js";

/** @typedef {import("./snapshot.js").State} State */

/** Nothing is known yet, or not any more; the style sheet hides the rest. */
export function renderStarting() {
  head(verdictOf(null), false);
}

/** @param {State} state */
export function renderVerdict(state) {
  const verdict = verdictOf(state);
  head(verdict, ringing(state, ago()).some((hold) => hold.hold_id === state.passage?.hold_id));
  renderHeat(state);
  setText(find("verdict-person"), person(state.passage));
  renderNotice(state);
  const asks = state.passage !== null && isAskedWhose(state.passage);
  const flags = flagsOf(state.passage, asks);
  if (asks) flags.push(word("card_question.asked"));
  const green = state.passage?.green ?? null;
  rebuild(find("verdict-flags"), JSON.stringify([flags, green, document.documentElement.lang]),
    () => [...(green ? [greenMark(green)] : []), ...flags.map((flag) => make("span", { class: "flag" }, flag))]);
  setText(find("verdict-reason"), why(state, verdict));
}

/**
 * What a visitor is told before data is taken, while it is taken; a tap shows the whole of it.
 * @param {State} state
 */
function renderNotice(state) {
  const notice = state.asked?.phase === "registering" ? state.notice : null;
  find("verdict-notice").hidden = notice === null;
  setText(find("verdict-notice"), notice ? (document.documentElement.lang === "en" && notice.en) || notice.zh : "");
}

/**
 * What the guard should know of who is shown; of a card that is asked of the question says it.
 * @param {Door.PassageView | null} passage
 * @param {boolean} asks
 */
function flagsOf(passage, asks) {
  if (passage === null) return [];
  const flags = [...passage.flags.map((flag) => word(`flag.${flag}`)), groupOf(passage)];
  if (passage.unsure && !asks) flags.push(word("flag.unsure"));
  if (passage.by_order) flags.push(word("flag.by_order"));
  // no card tells a child from the adult who steps before the thermometer again
  if (passage.with_passage && !passage.person && passage.phase !== "settled") flags.push(word("group.maybe_adult"));
  return flags.filter(Boolean);
}

/**
 * The mark of who goes first: a word and a shape.
 * @param {Door.Green} green
 */
const greenMark = (green) => make("span", { class: "flag green" }, shape("ahead"), word(`green.${green}`));

/**
 * @param {import("./snapshot.js").Verdict} verdict
 * @param {boolean} rings
 */
function head(verdict, rings) {
  setData(find("verdict"), "kind", verdict.kind);
  setData(find("verdict"), "rings", verdict.kind === "hold" && rings ? "yes" : "no");
  rebuild(find("verdict-shape"), verdict.shape, () => [shape(verdict.shape)]);
  setText(find("verdict-word"), word(verdict.says));
  setData(find("verdict-word"), "width", width(word(verdict.says)));
}

/**
 * How much room a word takes, in sizes of the style sheet: s (放行), m, l, xl (wraps).
 * @param {string} text
 */
export function width(text) {
  const ems = [...text].reduce((sum, letter) => sum + (letter.charCodeAt(0) > 0x2e00 ? 1 : 0.68), 0);
  return ems <= 2 ? "s" : ems <= 3 ? "m" : ems <= 4 ? "l" : "xl";
}

/** @param {Door.PassageView | null} passage */
function person(passage) {
  if (!passage) return "";
  const who = passage.person;
  const kind = word(`category.${passage.category}`);
  return who ? `${who.name}  ${who.number}  ${kind}` : kind;
}

/**
 * @param {State} state
 * @param {import("./snapshot.js").Verdict} verdict
 */
function why(state, verdict) {
  if (verdict.kind === "technical") {
    const [fault] = technicalFaults(state);
    return fault ? faultText(fault) : "";
  }
  const reasons = (state.passage?.reasons ?? []).map((reason) => word(`reason.${reason}`));
  if (verdict.says === "verdict.recording") return word("verdict.recording_do");
  if (verdict.says === "decision.hold") return [...reasons, word("verdict.hold_do")].join(" · ");
  if (reasons.length) return reasons.join("；");
  return state.passage ? "" : idle(state);
}

/**
 * What whoever comes next is to do.
 * @param {State} state
 */
function idle(state) {
  if (state.hall_mode === "emergency") return word("verdict.idle_emergency", { n: state.inside });
  const start = state.thermometer?.commissioning;
  return start?.by_hand ? word("verdict.idle_new", { n: start.both, of: start.wanted }) : word("verdict.idle_do");
}

/**
 * A technical fault in one sentence that says what to do.
 * @param {import("./snapshot.js").Fault} fault
 */
export function faultText({ what, device }) {
  return word(`gate_fault.${what}`, { d: device ? word(`device_kind.${device}`) : "" });
}
