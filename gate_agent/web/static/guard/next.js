// The one thing that comes next, and whose turn it is: what the foot of the verdict says. Pure.

import { orderedHolds, ringing, technicalFaults, isAskedWhose } from "./snapshot.js";

/**
 * What the right side waits for: a panel, a case or the keypad; `go` is its own button's text.
 * @typedef {{ panel: boolean, case: string | null, go: string | null, registration: "entered" | "phone" | "purpose" | "send" | "sent" | null, hand: "reading" | "confirm" | "sent" | null }} Side
 */

/** @typedef {"hold" | "go" | "point" | "theirs" | "manual" | "dismiss" | "entered" | "register" | "hand" | null} Does */

/** @typedef {{ says: string, turn: "guard" | "visitor" | "gate", does: Does, about: string, due_s: number | null }} Next `says` is the key of its words, or the button's own text after "=" */

/** @type {Side} */
export const NO_SIDE = { panel: false, case: null, go: null, registration: null, hand: null };

/**
 * @param {Next["turn"]} turn
 * @param {string} says
 * @param {Does} [does]
 * @param {string} [about]
 * @param {number | null} [dueS]
 * @returns {Next}
 */
const is = (turn, says, does = null, about = "", dueS = null) => ({ says, turn, does, about, due_s: dueS });

/**
 * What comes next; `agoS` is the snapshot's age. A hold that calls somebody comes before everything,
 * then what is open at the right, then who is shown, and then a hold that goes on by itself.
 * @param {import("./snapshot.js").State | null} state
 * @param {Side} side
 * @param {number} agoS
 * @returns {Next}
 */
export function nextOf(state, side, agoS) {
  if (state === null) return is("gate", "next.starting");
  const [calling] = orderedHolds({ ...state, holds: ringing(state, agoS) });
  if (calling && calling.hold_id !== side.case) return ofHold(calling);
  if (side.panel || side.case !== null) {
    return side.go === null ? is("guard", "next.choose", "point", side.case ?? "panel") : is("guard", `=${side.go}`, "go", side.case ?? "panel", dueOf(state, side.case));
  }
  const here = ofPassage(state, side);
  const [open] = orderedHolds(state);
  return open && here.turn !== "guard" ? ofHold(open) : here;
}

/** @param {Door.HoldView} hold */
const ofHold = (hold) => is("guard", `hold_do.${hold.next_steps[0] ?? "closed"}`, "hold", hold.hold_id, hold.due_s);

/**
 * @param {import("./snapshot.js").State} state
 * @param {string | null} holdId
 */
const dueOf = (state, holdId) => state.holds.find((hold) => hold.hold_id === holdId)?.due_s ?? null;

/**
 * @param {import("./snapshot.js").State} state
 * @param {Side} side
 * @returns {Next}
 */
function ofPassage(state, side) {
  const one = state.passage;
  if (one === null) return ofNobody(state);
  const about = one.passage_id;
  if (isAskedWhose(one)) return is("guard", "next.theirs", "theirs", about);
  if (side.hand !== null) {
    return side.hand === "sent" ? is("gate", "next.waits") : is("guard", side.hand === "confirm" ? "next.confirm_reading" : "next.reading", "hand", about);
  }
  if (side.registration !== null && one.decision !== "hold") {
    const asks = side.registration;
    if (asks === "sent") return is("gate", "next.waits");
    return is("guard", `next.${asks}`, asks === "send" ? "register" : asks === "entered" ? "entered" : "point", about, one.deadline_s);
  }
  switch (one.decision) {
    case "admit":
      if (one.gate_open) return is("visitor", "next.go");
      return state.journal.writable ? is("gate", "next.recording") : is("gate", "next.stopped");
    case "deny":
      return is("guard", "next.denied", "dismiss", about);
    case "hold":
      return is("visitor", "decision.hold");
    case null:
      return ofUndecided(state, one);
    default:
      return is("visitor", "next.again");
  }
}

/**
 * @param {import("./snapshot.js").State} state
 * @param {Door.PassageView} one
 * @returns {Next}
 */
function ofUndecided(state, one) {
  if (!state.journal.writable) return is("gate", "next.stopped");
  const isLost = technicalFaults(state).some(({ device }) => device === "id_reader");
  switch (one.phase) {
    case "measured":
      return isLost ? is("guard", "next.manual", "manual", one.passage_id, one.deadline_s) : is("visitor", "next.card", null, "", one.deadline_s);
    case "identified":
      return is("visitor", "next.identified", null, "", one.deadline_s);
    case "gathering":
      return is("visitor", "next.gathering", null, "", one.deadline_s);
    default:
      return is("visitor", "next.measuring", null, "", one.deadline_s);
  }
}

/**
 * Nobody is here: whoever comes next, or what must be seen to first.
 * @param {import("./snapshot.js").State} state
 * @returns {Next}
 */
function ofNobody(state) {
  if (!state.journal.writable) return is("gate", "next.stopped");
  if (state.hall_mode === "emergency") return is("gate", "next.emergency");
  if (state.thermometer?.by_hand) return is("visitor", "next.idle_hand");
  return technicalFaults(state).some(({ what }) => what !== "untrusted") ? is("gate", "next.broken") : is("visitor", "next.idle");
}
