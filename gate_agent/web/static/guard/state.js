// What this screen knows: the newest snapshot, when it came, and what follows from it. No page.

let snapshot = null;
let heardAt = 0;
let picked = null; // the place at the desk that the guard tapped
let typed = null; // whose phone or reading is being typed: it stays while the next steps up

/** Keep a new snapshot; `at` is performance.now() of its arrival. */
export function take(next, at) {
  snapshot = { ...next, spot: next.passage };
  heardAt = at;
  focus();
}

/** Show the place of this id; null: whoever stands at the spot. */
export function pick(id) {
  picked = id;
  if (snapshot !== null) focus();
}

/** Everybody at this door: who stands at the spot, and who waits at the desk. */
export const places = (state) => [state.spot ?? state.passage, ...(state.desk ?? [])].filter((place) => place !== null);

/** Who waits at the desk; a held person too: a phone or a document may come at any time. */
export const waiting = (state) => state.desk ?? [];

const isHeld = (place) => place.decision === "hold";
const asks = (place) => place.phase === "registering" || place.needs_hand || (isHeld(place) && place.passage_id === picked && place.person !== null);

/** Choose whose verdict is shown (`passage`), and of whom the keypad asks (`asked`). */
function focus() {
  const all = places(snapshot);
  const byId = (id) => all.find((place) => place.passage_id === id);
  // who is stopped at the spot is shown, whatever the guard was looking at
  if (ringing(snapshot).some((hold) => hold.hold_id === snapshot.spot?.hold_id)) picked = null;
  if (!byId(picked)) picked = null;
  snapshot.passage = byId(picked) ?? snapshot.spot;
  const asked = [byId(picked), byId(typed), ...all].find((place) => place && asks(place)) ?? null;
  snapshot.asked = asked;
  typed = asked?.passage_id ?? null;
}

export const current = () => snapshot;

/** What it was is not what it is: the line to the gate was given back, or is made anew. */
export function forgetState() {
  snapshot = null;
}

/** Seconds left of a span that was `seconds` when the snapshot came. */
export function left(seconds) {
  return seconds - (performance.now() - heardAt) / 1000;
}

/** The gate's own time now, as a Date: the board may know better than this screen. */
export function gateTime() {
  return new Date(Date.parse(snapshot.time) + (performance.now() - heardAt));
}

/** What is wrong with the gate itself, gravest first: {what, device?}. Never a person's alarm. */
export function technicalFaults(state) {
  const faults = [];
  if (!state.journal.writable) faults.push({ what: "journal" });
  for (const [device, view] of Object.entries(state.devices)) {
    if (view.state !== "ok") faults.push({ what: view.state, device });
  }
  if (state.thermometer?.trust === "not_trusted") faults.push({ what: "untrusted", device: "thermometer" });
  return faults;
}

export const isOverdue = (hold) => hold.overdue > 0 || (hold.due_s !== null && left(hold.due_s) < 0);

/** Holds somebody must go to now: nobody answered, or a step was missed. */
export function ringing(state) {
  return state.holds.filter((hold) => hold.state === "flagged" || isOverdue(hold));
}

/** Open holds, the one that needs somebody first on top. */
export function orderedHolds(state) {
  const rank = (hold) => (hold.state === "flagged" ? 0 : hold.overdue > 0 ? 1 : 2);
  return [...state.holds].sort(
    (a, b) => rank(a) - rank(b) || (a.due_s ?? Infinity) - (b.due_s ?? Infinity) || (a.opened < b.opened ? -1 : 1),
  );
}

/** A guard measures again whoever could not be told apart: one word for both. */
export const shown = (decision) => (decision === "ambiguous" ? "recheck" : decision);

/** Today's passages by decision, all kinds of person together. */
export function countsByDecision(state) {
  const counts = { admit: 0, deny: 0, recheck: 0, hold: 0 };
  for (const { decision, count } of state.today.passages) {
    counts[shown(decision)] += count;
  }
  return counts;
}

const NEEDS = { measuring: "thermometer", identified: "thermometer", measured: "id_reader" };
const WAITS = { measuring: "thermometer", identified: "thermometer", measured: "card", registering: "pencil" };
const SETTLED = { deny: "noentry", recheck: "again", ambiguous: "again", hold: "stop" };

/**
 * The one thing the guard must see: {kind, says, shape}: `says` is the key of its word. Pure; nothing unknown is ever "admit".
 * An admission shows only once it is durable (`gate_open`).
 */
export function verdictOf(state) {
  if (state === null) return { kind: "starting", says: "screen.starting", shape: "hourglass" };
  const passage = state.passage;
  if (passage?.decision === "admit") {
    if (passage.gate_open) return { kind: "admit", says: "decision.admit", shape: "check" };
    if (!state.journal.writable) return { kind: "technical", says: "verdict.blocked", shape: "plug" };
    return { kind: "wait", says: "verdict.recording", shape: "hourglass" };
  }
  if (passage?.needs_hand) return { kind: "recheck", says: "verdict.by_hand", shape: "thermometer" };
  if (passage?.decision) return { kind: passage.decision, says: `decision.${shown(passage.decision)}`, shape: SETTLED[passage.decision] };
  const stops = ({ what, device }) => what === "journal" || passage === null || device === NEEDS[passage.phase];
  const stopping = technicalFaults(state).filter(stops);
  if (stopping.length) {
    const byHand = stopping.every(({ what }) => what === "untrusted"); // the door goes on by hand
    return { kind: "technical", says: byHand ? "verdict.all_by_hand" : "verdict.blocked", shape: byHand ? "thermometer" : "plug" };
  }
  if (passage === null) {
    if (state.hall_mode === "emergency") return { kind: "deny", says: "decision.deny", shape: "noentry" };
    return { kind: "idle", says: "verdict.idle", shape: "person" };
  }
  const seen = passage.phase === "identified" && state.live_centi_c !== null;
  const phase = seen ? "measuring" : passage.phase;
  return { kind: "wait", says: `phase.${phase}`, shape: WAITS[phase] ?? "hourglass" };
}
