// The big area: what the guard must do now, in a word, a shape and a colour; then why, and who.

import { degrees, span } from "../shared/figures.js";
import { button, find, make, rebuild, setData, setText, shape } from "../shared/page.js";
import { groupOf } from "./group.js";
import { by } from "./post.js";
import { sendOnce } from "./send.js";
import { isAskedWhose, ringing, technicalFaults, verdictOf } from "./snapshot.js";
import { ago, left } from "./state.js";
import { word } from "../shared/words.js";

/** @typedef {import("./snapshot.js").State} State */

const CLOSING_S = 10; // a countdown turns heavy at its end

/** Nothing is known yet, or not any more; the style sheet hides the rest. */
export function renderStarting() {
  head(verdictOf(null), false);
}

/** @param {State} state */
export function renderVerdict(state) {
  const verdict = verdictOf(state);
  head(verdict, ringing(state, ago()).some((hold) => hold.hold_id === state.passage?.hold_id));
  temperature(state);
  setText(find("verdict-person"), person(state.passage));
  const notice = state.asked?.phase === "registering" ? state.notice : null;
  setText(find("verdict-notice"), notice ? (document.documentElement.lang === "en" && notice.en) || notice.zh : "");
  const asks = state.passage !== null && isAskedWhose(state.passage) ? state.passage : null;
  const flags = flagsOf(state.passage, asks !== null);
  const held = state.passage?.decision === "hold" && state.passage.person && !asks ? state.passage.passage_id : null;
  const key = JSON.stringify([flags, state.passage?.green, asks?.passage_id, held, document.documentElement.lang]);
  const green = state.passage?.green ? [greenMark(state.passage.green)] : [];
  rebuild(find("verdict-flags"), key, () => [...green, ...flags.map((flag) => make("span", { class: "flag" }, flag)), ...(asks ? whose(asks.passage_id) : []), ...(held ? [anothers(held)] : [])]);
  setText(find("verdict-reason"), why(state, verdict));
  waiting(state.passage);
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
 * Ask whether the card is theirs: nobody is let go by a card that may be another's.
 * @param {string} about
 */
function whose(about) {
  return [
    make("span", { class: "flag" }, word("card_question.asked")),
    make("div", { class: "answers" },
      button(word("card_question.theirs"), { press: () => answer(about, true), id: "card-theirs" }),
      button(word("card_question.anothers"), { press: () => answer(about, false), id: "card-anothers" })),
  ];
}

/**
 * A held person's card may have been laid over their shoulder, however sure it seemed.
 * @param {string} about
 */
function anothers(about) {
  const no = button(word("card_question.not_theirs"), { press: () => answer(about, false), id: "card-anothers" });
  return make("div", { class: "answers" }, no);
}

/**
 * @param {string} about
 * @param {boolean} theirs
 */
function answer(about, theirs) {
  void sendOnce(`card:${about}:${theirs}`, `/api/v1/passages/${about}/card`, { theirs, by: by() });
}

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

/** @param {State} state */
function temperature(state) {
  const measured = state.passage?.temperature ?? null;
  const centi = measured ? measured.surface_centi_c : state.live_centi_c;
  find("verdict-temperature").hidden = centi === null;
  if (centi !== null) {
    const text = degrees(centi);
    setText(find("verdict-whole"), text.slice(0, -1));
    setText(find("verdict-rest"), `${text.slice(-1)} ℃`);
    setData(find("verdict-temperature"), "live", measured ? "no" : "yes");
  }
  const limits = [];
  for (const name of /** @type {const} */ (["ambient", "score", "threshold"])) {
    const limit = measured?.[`${name}_centi_c`] ?? null;
    if (limit !== null) limits.push(word(`verdict.${name}`, { t: degrees(limit) }));
  }
  if (centi !== null && !measured) limits.push(word("verdict.live"));
  setText(find("verdict-limits"), limits.join(" · "));
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

/** @param {Door.PassageView | null} passage */
function waiting(passage) {
  const line = find("verdict-wait");
  // A held person must not be told to go, and nobody need wait for the others' leaving.
  const waits = (passage?.waits_for ?? []).filter((name) => name !== "departure");
  const counted = passage?.deadline_s ?? null;
  line.hidden = !waits.length;
  if (line.hidden) return;
  setText(find("verdict-wait-word"), waits.map((name) => word(`wait.${name}`)).join(" · "));
  const seconds = counted === null ? null : Math.max(0, left(counted));
  setText(find("verdict-wait-left"), seconds === null ? "" : seconds >= 60 ? span(seconds) : word("screen.seconds", { s: Math.ceil(seconds) }));
  setData(line, "closing", seconds !== null && seconds < CLOSING_S ? "yes" : "no");
}

/**
 * A technical fault in one sentence that says what to do.
 * @param {import("./snapshot.js").Fault} fault
 */
export function faultText({ what, device }) {
  return word(`gate_fault.${what}`, { d: device ? word(`device_kind.${device}`) : "" });
}
