// A hold's way (暂留处置): which steps it takes, where it stands, what is to be done now. Pure.

/** @type {Door.HoldState[]} */
const FEVER = ["acknowledged", "rechecked", "confirmed", "reported", "transferred", "closed"];
/** @type {Door.HoldState[]} */
const RELEASED = ["acknowledged", "rechecked", "released", "closed"];
/** @type {Door.HoldState[]} */
const LEFT = ["left", "closed"];

/**
 * Which way this hold goes: to the hospital, home, or it has left.
 * @param {Door.HoldState} state
 */
export function wayOf(state) {
  if (state === "left") return LEFT;
  return state === "released" ? RELEASED : FEVER;
}

/**
 * The steps of its way, each done, now or later.
 * @param {Door.HoldState} state
 * @returns {{ step: Door.HoldState, at: "done" | "now" | "later" }[]}
 */
export function railOf(state) {
  const way = wayOf(state);
  const here = way.indexOf(state);
  return way.map((step, index) => ({ step, at: index <= here ? "done" : index === here + 1 ? "now" : "later" }));
}

/**
 * Whether the guard is to mind something, not to say it: nobody is there any more.
 * @param {Door.HoldState} state
 */
export const mustHeed = (state) => state === "left" || state === "transferred";

/**
 * @typedef {{ does: "come" } | { does: "measure" } | { does: "decide", warm: boolean } | { does: "report", calls: boolean }
 *   | { does: "hand_over" } | { does: "choose_vehicle", to: string } | { does: "end", cleaned: Door.NoteView | null }} Act
 */

/**
 * The one thing to do now; `handedTo` is whom the guard chose, while the vehicle is asked for.
 * @param {Door.HoldView} hold
 * @param {Door.CallView[]} calls
 * @param {string | null} handedTo
 * @returns {Act}
 */
export function actOf(hold, calls, handedTo) {
  switch (hold.state) {
    case "flagged":
      return { does: "come" };
    case "acknowledged":
      return { does: "measure" };
    case "rechecked":
      if (hold.asks_again) return { does: "measure" };
      return { does: "decide", warm: (hold.contact_centi_c ?? 0) >= hold.contact_line_centi_c };
    case "confirmed":
      return { does: "report", calls: calls.length > 0 };
    case "reported":
      return handedTo === null ? { does: "hand_over" } : { does: "choose_vehicle", to: handedTo };
    default:
      return { does: "end", cleaned: hold.notes.find((note) => note.kind === "disinfected") ?? null };
  }
}

/**
 * What a request about this hold is about: a second tap on the same state of it is none.
 * @param {Door.HoldView} hold
 */
export const sendKey = (hold) => `hold:${hold.hold_id}:${hold.state}:${hold.notes.length}`;

/**
 * What came of calling a post: reached, or how often nobody answered.
 * @param {Door.HoldView} hold
 * @param {string} post
 */
export function callsTo(hold, post) {
  const mine = hold.notes.filter((note) => note.kind === "called" && note.to === post);
  return { reached: mine.filter((note) => note.answered).at(-1) ?? null, tries: mine.filter((note) => !note.answered).length };
}

/**
 * Which posts of the call list take a report (上报): those outside the hall, where there is one.
 * @param {Door.CallView[]} calls
 * @param {string} own what the list calls the hall's own leader
 * @returns {string[]}
 */
export function takesReport(calls, own) {
  const posts = calls.map(({ post }) => post);
  const outside = posts.filter((post) => post !== own);
  return outside.length ? outside : posts;
}

/**
 * An office's reference number in one form, however it was typed; null where it can be none.
 * @param {string} text
 */
export function fileReference(text) {
  const number = text.normalize("NFKC").trim();
  return /^[0-9A-Za-z\u3007\u4e00-\u9fff〔〕【】()[\]/.:#_ -]{1,40}$/.test(number) ? number : null;
}

/**
 * The newest reference number (受理编号) of a hold, with who took the report and when.
 * @param {Door.HoldView} hold
 */
export function filedAs(hold) {
  const told = [...hold.steps, ...hold.notes].filter((one) => one.office_reference);
  return told.sort((one, other) => one.at.localeCompare(other.at)).at(-1) ?? null;
}

/** @type {Partial<Record<Door.ContactState, string[]>>} */
export const CONTACT_WHY = {
  dismissed: ["behind_glass", "far", "passed_by", "same"],
  cleared: ["observed", "tested"],
};

/**
 * How a contact may be judged now; who was judged once is not dismissed.
 * @param {Door.ContactView} contact
 */
export const judgementsOf = (contact) => contact.next_states.filter((state) => contact.state === "proposed" || state !== "dismissed");
