// A hold in a few words: who, how warm, how long still, and whom to call when it is late.

import { degrees, span } from "../shared/figures.js";
import { leftOf } from "./snapshot.js";
import { word } from "../shared/words.js";

/**
 * Who somebody is, as far as it is known: a masked name, or the kind of person.
 * @param {{ person: Door.PersonView | null, category: Door.Category, with_passage?: string | null }} one
 */
export const nameOf = ({ person, category, with_passage: adult }) => person?.name || word(adult ? "group.companion" : `category.${category}`);

/**
 * Why somebody stays; who was found inside: where.
 * @param {Door.HoldView} hold
 */
export const whyOf = ({ reason, place }) => [word(`reason.${reason}`), place].filter(Boolean).join(" · ");

/**
 * The same, and whether the centre asked for it.
 * @param {Door.HoldView} hold
 */
export const foundAt = (hold) => [whyOf(hold), hold.ordered_by && word("case.ordered", { p: hold.ordered_by })].filter(Boolean).join(" · ");

/** @param {{ contact_centi_c: number | null, surface_centi_c: number | null }} hold */
export function heat(hold) {
  if (hold.contact_centi_c !== null) return word("term.thermometer_reading", { t: degrees(hold.contact_centi_c) });
  return hold.surface_centi_c === null ? "" : word("term.surface_reading", { t: degrees(hold.surface_centi_c) });
}

/**
 * The time left for the next step, or how long it is missed; `agoS` is the snapshot's age.
 * @param {Door.HoldView} hold
 * @param {number} agoS
 */
export function due(hold, agoS) {
  if (hold.due_s === null) return "";
  const seconds = leftOf(hold.due_s, agoS);
  return seconds < 0 ? word("case.overdue", { s: span(-seconds) }) : word("case.due", { s: span(seconds) });
}

/**
 * How far from the held person somebody passed.
 * @param {Door.ContactView} contact
 */
export const apart = ({ apart_s: seconds }) => word(seconds < 0 ? "case.before" : "case.after", { s: span(Math.abs(seconds)) });

/**
 * Whom to call now that a deadline was missed.
 * @param {Door.HoldView} hold
 */
export function escalation(hold) {
  const to = hold.escalates_to;
  return to ? word("case.escalated", { n: hold.overdue, p: to.post, t: to.phone }) : word("case.escalated_nobody", { n: hold.overdue });
}
