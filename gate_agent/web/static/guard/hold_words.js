// A hold in a few words: how warm, how long still, and whom to call when it is late.

import { degrees, span } from "../shared/page.js";
import { left } from "./state.js";
import { word } from "../shared/words.js";

export function heat(hold) {
  if (hold.contact_centi_c !== null) return word("term.thermometer_reading", { t: degrees(hold.contact_centi_c) });
  return hold.surface_centi_c === null ? "" : word("term.surface_reading", { t: degrees(hold.surface_centi_c) });
}

/** The time left for the next step, or how long it is missed. */
export function due(hold) {
  if (hold.due_s === null) return "";
  const seconds = left(hold.due_s);
  return seconds < 0 ? word("case.overdue", { s: span(-seconds) }) : word("case.due", { s: span(seconds) });
}

/** Whom to call now that a deadline was missed. */
export function escalation(hold) {
  const to = hold.escalates_to;
  return to ? word("case.escalated", { n: hold.overdue, p: to.post, t: to.phone }) : word("case.escalated_nobody", { n: hold.overdue });
}

/** What a request about this hold is about: a second tap on the same state of it is none. */
export const sendKey = (hold) => `hold:${hold.hold_id}:${hold.state}:${hold.notes.length}`;
