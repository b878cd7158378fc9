// A new door learns its own normal (启用新门): people whom both thermometers measure, one after the other.

import { degrees, minuteText } from "../shared/figures.js";
import { button, make } from "../shared/page.js";
import { nameOf } from "./hold_words.js";
import { contactPad } from "./pad.js";
import { by } from "./post.js";
import { sendOnce } from "./send.js";
import { places } from "./snapshot.js";
import { word } from "../shared/words.js";

const pad = contactPad();
/** @type {string | null} */
let whose = null; // contact reading is typed

/** @typedef {import("./snapshot.js").State} State */

/**
 * Who is here, was measured by the forehead and goes on: they may be measured by both.
 * @param {State} state
 */
export const measurable = (state) => places(state).filter((one) => one.phase !== "settled" && one.temperature?.outcome === "normal" && one.temperature.contact_centi_c === null);

/**
 * What the button of the panel says while the door is new; "" for any other.
 * @param {State | null} state
 */
export function commissioningWord(state) {
  const view = state?.thermometer?.commissioning;
  return view ? word("commissioning.open", { n: view.both, of: view.wanted }) : "";
}

/**
 * What must be drawn anew when it changes.
 * @param {State | null} state
 */
export const commissioningKey = (state) => JSON.stringify([
  state?.thermometer?.commissioning, state?.thermometer?.commissioned,
  state?.thermometer?.commissioning && measurable(state).map((one) => one.passage_id), whose,
]);

/**
 * The guided step, or what came out of it; `again` draws the panel anew.
 * @param {State | null} state
 * @param {() => void} again
 */
export function commissioningParts(state, again) {
  const view = state?.thermometer;
  if (!state || !view) return [];
  if (!view.commissioning) return view.commissioned ? [make("p", { id: "commissioned" }, outcome(view.commissioned, state.gate.timezone))] : [];
  const { both, wanted, by_hand } = view.commissioning;
  const here = measurable(state);
  if (!here.some((one) => one.passage_id === whose)) whose = null;
  /** @param {string} id */
  const choose = (id) => () => { pad.clear(); whose = id; again(); };
  /** @param {number} centi */
  const send = (centi) => {
    void sendOnce(`hand:${whose}`, `/api/v1/passages/${whose}/hand`, { contact_centi_c: centi, by: by() });
    whose = null;
    again();
  };
  const progress = make("p", { id: "commissioning" }, word("commissioning.progress", { n: both, of: wanted }));
  const [chosen] = here.filter((one) => one.passage_id === whose);
  if (chosen) return [progress, pad.typing(make("p", {}, word("commissioning.reading", { p: nameOf(chosen) })), send)];
  return [
    make("h3", {}, word("commissioning.title")), progress,
    make("p", {}, word(by_hand ? "commissioning.by_hand" : here.length ? "commissioning.whom" : "commissioning.wait")),
    ...here.map((one) => button(`${nameOf(one)} ${degrees(one.temperature?.surface_centi_c ?? 0)}`, { kind: "tall", press: choose(one.passage_id) })),
  ];
}

/**
 * What came out, in a sentence. Pure.
 * @param {Door.CommissionedView} told
 * @param {string} zone
 */
export function outcome(told, zone) {
  const off = told.baseline_centi_c - told.profile_centi_c;
  const d = degrees(Math.abs(off));
  const level = word("commissioning.level", { b: degrees(told.baseline_centi_c), p: degrees(told.profile_centi_c), d: word(off < 0 ? "commissioning.lower" : "commissioning.higher", { d }) });
  const proof = told.contact_centi_c === null ? word("commissioning.alone", { m: told.people })
    : word("commissioning.by_both", { n: told.both, c: degrees(told.contact_centi_c), m: told.people, f: told.flagged });
  return `${minuteText(new Date(told.at), zone)} ${level}${proof}`;
}

/**
 * Take a key while the panel is open.
 * @param {string} key
 */
export const commissioningPress = (key) => whose !== null && pad.key(key);
