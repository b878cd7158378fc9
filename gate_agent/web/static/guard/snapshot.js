// What follows from a snapshot of the gate: whose verdict is shown, what it is, who comes first. Pure.

/**
 * A snapshot with who is looked at: `passage` is shown, the keypad asks of `asked`.
 * @typedef {Door.ScreenState & { spot: Door.PassageView | null, asked: Door.PassageView | null }} State
 */

/** @typedef {{ picked: string | null, typed: string | null }} Looks the place that was tapped; whose figures are being typed */

/**
 * Everybody at this door: who stands at the spot, and who waits at the desk.
 * @param {State} state
 */
export const places = (state) => [state.spot, ...state.desk].filter(isThere);

/**
 * @template T
 * @param {T | null | undefined} one
 * @returns {one is T}
 */
const isThere = (one) => one !== null && one !== undefined;

/**
 * Who waits at the desk; a held person too: a phone or a document may come at any time.
 * @param {State} state
 */
export const waiting = (state) => state.desk;

/**
 * Whether the keypad may ask of this place: a held person's phone only once that is picked.
 * @param {Door.PassageView} place
 * @param {Door.PassageView | undefined} picked
 */
const asks = (place, picked) => (place.phase === "registering" && !isAskedWhose(place)) || place.needs_hand || (place.decision === "hold" && place === picked && place.person !== null);

/**
 * Who comes by the green channel goes first; the others as they came.
 * @param {Door.PassageView[]} all
 */
const greenFirst = (all) => [...all].sort((a, b) => Number(Boolean(b.green)) - Number(Boolean(a.green)));

/**
 * Whether the guard is asked if the card is theirs: where that decides what comes, or in a hold.
 * @param {Door.PassageView} place
 */
export const isAskedWhose = (place) => place.unsure && (place.card_asked || place.decision === "hold");

/**
 * Choose whose verdict is shown, and of whom the keypad asks; `agoS` is the snapshot's age.
 * @param {Door.ScreenState} snapshot
 * @param {Looks} looks
 * @param {number} agoS
 * @returns {{ state: State, looks: Looks }}
 */
export function focus(snapshot, looks, agoS) {
  const spot = snapshot.passage;
  const all = greenFirst([spot, ...snapshot.desk].filter(isThere));
  /** @param {string | null} id */
  const byId = (id) => all.find((place) => place.passage_id === id);
  // who is stopped at the spot is shown, whatever the guard was looking at
  const stopped = ringing(snapshot, agoS).some((hold) => hold.hold_id === spot?.hold_id);
  const picked = stopped ? undefined : byId(looks.picked);
  // one person at a time: whom the keypad asks of is shown, and of who is shown alone it asks
  const looked = picked ?? (stopped ? spot : null);
  const asked = (looked ? [looked] : [byId(looks.typed), ...all]).find((place) => place && asks(place, picked)) ?? null;
  return {
    state: { ...snapshot, spot, passage: looked ?? asked ?? spot, asked },
    looks: { picked: picked?.passage_id ?? null, typed: (looked ? byId(looks.typed) : asked)?.passage_id ?? null },
  };
}

/** @typedef {{ what: string, device: string }} Fault */

/**
 * What is wrong with the gate itself, gravest first. Never a person's alarm.
 * @param {Door.ScreenState} state
 * @returns {Fault[]}
 */
export function technicalFaults(state) {
  const faults = state.journal.writable ? [] : [{ what: "journal", device: "" }];
  for (const [device, view] of Object.entries(state.devices)) {
    if (view.state !== "ok") faults.push({ what: view.state, device });
  }
  if (state.thermometer?.trust === "not_trusted") faults.push({ what: "untrusted", device: "thermometer" });
  return faults;
}

/**
 * Seconds left of a span that was `seconds` when the snapshot came, `agoS` ago.
 * @param {number} seconds
 * @param {number} agoS
 */
export const leftOf = (seconds, agoS) => seconds - agoS;

/**
 * @param {Door.HoldView} hold
 * @param {number} agoS
 */
export const isOverdue = (hold, agoS) => hold.overdue > 0 || (hold.due_s !== null && leftOf(hold.due_s, agoS) < 0);

/**
 * Whether somebody must go to this hold now: nobody answered, or a step was missed.
 * @param {Door.HoldView} hold
 * @param {number} agoS
 */
export const calls = (hold, agoS) => hold.state === "flagged" || isOverdue(hold, agoS);

/**
 * @param {Door.ScreenState} state
 * @param {number} agoS
 */
export const ringing = (state, agoS) => state.holds.filter((hold) => calls(hold, agoS));

/**
 * Open holds, the one that needs somebody first on top.
 * @param {Door.ScreenState} state
 */
export function orderedHolds(state) {
  /** @param {Door.HoldView} hold */
  const rank = (hold) => (hold.state === "flagged" ? 0 : hold.overdue > 0 ? 1 : 2);
  return [...state.holds].sort(
    (a, b) => rank(a) - rank(b) || (a.due_s ?? Infinity) - (b.due_s ?? Infinity) || (a.opened < b.opened ? -1 : 1),
  );
}

/**
 * Contacts whose hold is closed, and who are not at an end.
 * @param {Door.ScreenState} state
 */
export function orphanedContacts(state) {
  const open = new Set(state.holds.map((hold) => hold.hold_id));
  return state.contacts.filter((contact) => !open.has(contact.hold_id) && contact.next_states.length > 0);
}

/**
 * A guard measures again whoever could not be told apart: one word for both.
 * @param {Door.Decision} decision
 */
export const shown = (decision) => (decision === "ambiguous" ? "recheck" : decision);

/**
 * Today's passages by decision, all kinds of person together.
 * @param {Door.ScreenState} state
 */
export function countsByDecision(state) {
  const counts = { admit: 0, deny: 0, recheck: 0, hold: 0 };
  for (const { decision, count } of state.today.passages) counts[shown(decision)] += count;
  return counts;
}

/** @type {Partial<Record<Door.Phase, string>>} */
const NEEDS = { measuring: "thermometer", identified: "thermometer", measured: "id_reader" };
/** @type {Partial<Record<Door.Phase, string>>} */
const WAITS = { measuring: "thermometer", identified: "thermometer", measured: "card", registering: "pencil" };
/** @type {Record<Door.Decision, string>} */
export const SHAPE = { admit: "check", deny: "noentry", recheck: "again", ambiguous: "again", hold: "stop" };

/** @typedef {{ kind: string, says: string, shape: string }} Verdict `says` is the key of its word */

/**
 * The one thing the guard must see. Nothing unknown is ever "admit", and an admission shows only
 * once it is durable (`gate_open`).
 * @param {Door.ScreenState | null} state
 * @returns {Verdict}
 */
export function verdictOf(state) {
  if (state === null) return { kind: "starting", says: "screen.starting", shape: "hourglass" };
  const passage = state.passage;
  if (passage?.decision === "admit") {
    if (passage.gate_open) return { kind: "admit", says: "decision.admit", shape: SHAPE.admit };
    if (!state.journal.writable) return { kind: "technical", says: "verdict.blocked", shape: "plug" };
    return { kind: "wait", says: "verdict.recording", shape: "hourglass" };
  }
  if (passage?.needs_hand) return { kind: "recheck", says: "verdict.by_hand", shape: "thermometer" };
  if (passage?.decision) return { kind: passage.decision, says: `decision.${shown(passage.decision)}`, shape: SHAPE[passage.decision] };
  /** @param {Fault} fault */
  const stops = ({ what, device }) => what === "journal" || passage === null || device === NEEDS[passage.phase];
  const stopping = technicalFaults(state).filter(stops);
  if (stopping.length) {
    const byHand = stopping.every(({ what }) => what === "untrusted"); // the door goes on by hand
    return { kind: "technical", says: byHand ? "verdict.all_by_hand" : "verdict.blocked", shape: byHand ? "thermometer" : "plug" };
  }
  if (passage === null) {
    if (state.hall_mode === "emergency") return { kind: "deny", says: "decision.deny", shape: SHAPE.deny };
    return { kind: "idle", says: "verdict.idle", shape: "person" };
  }
  const seen = passage.phase === "identified" && state.live_centi_c !== null;
  const phase = seen ? "measuring" : passage.phase;
  return { kind: "wait", says: `phase.${phase}`, shape: WAITS[phase] ?? "hourglass" };
}

const ONCE_FOR_ALL = ["duty", "supply", "note", "contact", "staff", "leave", "found"];

/**
 * Whether a request is still about something that is there; its key is "kind:id…".
 * @param {State} state
 * @param {string} key
 */
export function isAbout(state, key) {
  const [kind = "", id] = key.split(":");
  if (ONCE_FOR_ALL.includes(kind)) return true;
  if (kind === "elsewhere") return state.elsewhere.some((hold) => hold.hold_id === id && hold.can_answer);
  if (kind === "hold") return state.holds.some((hold) => hold.hold_id === id);
  return places(state).some((place) => place.passage_id === id);
}

const PANELS = ["leave", "post", "checks", "manual", "door", "desk", "menu", "notice"];

/**
 * Whether a panel may stay: it is about nobody, or about somebody who is there.
 * @param {State} state
 * @param {string} about
 */
export const panelStands = (state, about) => PANELS.includes(about) || about.startsWith("duties") || about.startsWith("staff")
  || places(state).some((place) => place.passage_id === about) || state.holds.some((hold) => hold.hold_id === about);
