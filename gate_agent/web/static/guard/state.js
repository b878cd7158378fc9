// What this screen knows: the newest snapshot, when it came, and at whom the guard looks.

import { focus, leftOf } from "./snapshot.js";

/** @typedef {import("./snapshot.js").State} State */

/** @type {State | null} */
let state = null;
let heardAt = 0;
/** @type {import("./snapshot.js").Looks} */
let looks = { picked: null, typed: null };

/**
 * Keep a new snapshot; `at` is performance.now() of its arrival. Returns what is shown of it.
 * @param {Door.ScreenState} snapshot
 * @param {number} at
 */
export function take(snapshot, at) {
  heardAt = at;
  return show(snapshot, looks);
}

/**
 * Show the place of this id; null: whoever stands at the spot.
 * @param {string | null} id
 */
export function pick(id) {
  looks = { ...looks, picked: id };
  if (state !== null) show({ ...state, passage: state.spot }, looks);
}

/**
 * @param {Door.ScreenState} snapshot
 * @param {import("./snapshot.js").Looks} wanted
 */
function show(snapshot, wanted) {
  const focused = focus(snapshot, wanted, ago());
  state = focused.state;
  looks = focused.looks;
  return state;
}

export const current = () => state;

/** What it was is not what it is: the line to the gate was given back, or is made anew. */
export function forgetState() {
  state = null;
}

/** How many seconds ago the snapshot came. */
export const ago = () => (performance.now() - heardAt) / 1000;

/**
 * Seconds left of a span that was `seconds` when the snapshot came.
 * @param {number} seconds
 */
export const left = (seconds) => leftOf(seconds, ago());

/**
 * The gate's own time now, as a Date: the board may know better than this screen.
 * @param {Door.ScreenState} snapshot
 */
export const gateTime = (snapshot) => new Date(Date.parse(snapshot.time) + ago() * 1000);
