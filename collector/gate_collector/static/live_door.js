// What the live page says of a door and of its holds: figures, lamps, and what is abnormal. Pure.

import { degrees, span } from "./shared/figures.js";
import { word } from "./shared/words.js";
import { lasting } from "./times.js";

const SILENT_S = 35; // three heartbeats and some
const WAITS_S = 60; // longer than this nothing should wait at a door

/** @typedef {{ text: string, bad: boolean }} Lamp */

/** @param {Centre.OpenHold} hold */
export const isLate = (hold) => hold.overdue > 0 || (hold.due_s !== null && hold.due_s < 0);

/**
 * What the contact thermometer says, or else the skin's temperature.
 * @param {Centre.OpenHold} hold
 */
export function heatOf({ contact_centi_c: contact, surface_centi_c: skin }) {
  if (contact !== null) return word("term.thermometer_reading", { t: `${degrees(contact)} ℃` });
  return skin === null ? "" : word("term.surface_reading", { t: `${degrees(skin)} ℃` });
}

/**
 * The time left for the next step, or how long it is missed.
 * @param {Centre.OpenHold} hold
 */
export function dueOf({ due_s: due }) {
  if (due === null) return "";
  return word(due < 0 ? "live.overdue" : "live.left", { s: span(Math.abs(due)) });
}

/**
 * Whether a door is there: what it says of itself counts only while it is heard.
 * @param {Centre.DoorNow} door
 * @returns {Lamp}
 */
export function stateOf(door) {
  const isHeard = door.silent_s !== null && door.silent_s < SILENT_S;
  const state = door.state === "online" && !isHeard ? "silent" : door.state;
  return { text: word(`gate_state.${state}`), bad: state !== "online" };
}

/**
 * Today's passages, all or of one outcome.
 * @param {Centre.DoorNow} door
 * @param {string} [decision]
 */
export const passagesOf = (door, decision) => door.counts
  .filter((row) => decision === undefined || row.decision === decision)
  .reduce((total, row) => total + row.count, 0);

/**
 * The four figures of a door, each with its name.
 * @param {Centre.DoorNow} door
 * @returns {[figure: string, name: string][]}
 */
export const figuresOf = (door) => [
  [String(passagesOf(door)), word("live.today")],
  [String(door.flow.at(-1) ?? 0), word("live.last_minutes")],
  [door.queue_p95_s === null ? "–" : word("live.most_within", { span: lasting(door.queue_p95_s) }), word("live.most")],
  [String(passagesOf(door, "hold")), word("live.holds_today")],
];

/**
 * What a door says of its parts; bad is what is not as it must be.
 * @param {Centre.DoorNow} door
 * @param {string} hallMode that the centre wants
 * @returns {Lamp[]}
 */
export function lampsOf(door, hallMode) {
  const mode = door.hall_mode === null ? [] : [
    lamp(word("live.mode", { mode: word(`hall_mode.${door.hall_mode}`), n: door.policy_version ?? "" }), door.hall_mode !== hallMode),
  ];
  const devices = Object.entries(door.devices).map(([name, state]) => lamp(`${word(`device_kind.${name}`)} ${word(`device_state.${state}`)}`, state !== "ok"));
  const doubted = door.thermometer && door.thermometer.trust !== "trusted" ? [lamp(trustOf(door.thermometer), true)] : [];
  const clock = door.clock === null ? [] : [lamp(`${word("term.clock")} ${word(`clock_quality.${door.clock}`)}`, door.clock === "stepped")];
  const version = door.version === null ? [] : [lamp(word("live.version", { n: door.version }), false)];
  const waits = word("term.not_uploaded", { n: door.pending });
  return [
    ...mode, ...devices, ...doubted, ...clock,
    lamp(door.pending ? `${waits} · ${lasting(door.oldest_pending_s)}` : waits, door.oldest_pending_s > WAITS_S),
    lamp(word("live.gaps", { n: door.missing.length || word("say.none") }), door.missing.length > 0),
    lamp(word(door.reported ? "live.reported" : "live.not_reported"), false),
    ...version,
  ];
}

/**
 * @param {string} text
 * @param {boolean} bad
 * @returns {Lamp}
 */
const lamp = (text, bad) => ({ text, bad });

/** @param {Centre.Believed} thermometer */
const trustOf = ({ trust, doubts }) => [
  `${word("device_kind.thermometer")} ${word(`trust.${trust}`)}`, ...doubts.map((doubt) => word(`doubt.${doubt}`)),
].join(" · ");
