// Open holds (暂留): a slot that is always there, the gravest card on top; the rest is case.js.

import { openCase, settleContacts } from "./case.js";
import { leader } from "./duties.js";
import { renderElsewhere } from "./elsewhere.js";
import { due, escalation, heat, nameOf, whyOf } from "./hold_words.js";
import { button, find, make, rebuild, setData, setText } from "../shared/page.js";
import { by } from "./post.js";
import { isSent, sendOnce } from "./send.js";
import { isOverdue, orderedHolds, orphanedContacts } from "./snapshot.js";
import { ago, current } from "./state.js";
import { sendKey } from "./steps.js";
import { word } from "../shared/words.js";

/**
 * @param {Door.ScreenState} state
 * @param {string} language
 */
export function renderHolds(state, language) {
  const area = find("holds");
  const holds = orderedHolds(state);
  const [orphan, ...more] = orphanedContacts(state);
  const elsewhere = state.elsewhere;
  setData(area, "count", String(Math.min(holds.length + elsewhere.length, 3)));
  const leads = leader();
  rebuild(area, `${language} ${leads?.phone} ${holds.map((hold) => hold.hold_id).join()} ${orphan?.contact_id} ${more.length} ${elsewhere.map((one) => one.hold_id).join()}`, () => [
    ...holds.map(() => make("article", { class: "hold" })),
    ...elsewhere.map(() => make("article", { class: "hold elsewhere" })),
    orphan ? contactsCard(orphan, 1 + more.length) : null,
    holds.length || elsewhere.length || orphan ? null : make("div", { id: "no-holds" },
      make("span", {}, word("case.no_holds")),
      leads ? make("span", {}, `${word("term.duty_leader")} ${leads.post}`) : null,
      leads ? make("b", {}, leads.phone) : null),
  ]);
  holds.forEach((hold, index) => renderHold(/** @type {HTMLElement} */ (area.children[index]), state, hold, language));
  elsewhere.forEach((one, index) => renderElsewhere(/** @type {HTMLElement} */ (area.children[holds.length + index]), one, language));
}

/**
 * @param {Door.ContactView} orphan
 * @param {number} count
 */
function contactsCard(orphan, count) {
  const press = () => settleContacts(orphan.hold_id);
  return make("article", { class: "hold left-over" },
    make("b", {}, word("case.contacts_left", { n: count })),
    button(word("case.open"), { kind: "go", press }));
}

/**
 * @param {HTMLElement} card
 * @param {Door.ScreenState} state
 * @param {Door.HoldView} hold
 * @param {string} language
 */
function renderHold(card, state, hold, language) {
  const key = JSON.stringify([language, hold.hold_id, hold.state, hold.contact_centi_c, hold.person, hold.surface_centi_c, hold.drill, hold.escalates_to, hold.overdue, hold.cleared_at]);
  rebuild(card, key, () => {
    const [step = "closed"] = hold.next_steps; // a hold that is open has one
    const press = () => proceed(hold);
    const element = button(word(`hold_do.${step}`), { kind: "go", press });
    element.dataset.step = step;
    return [
      make("div", { class: "hold-who" },
        make("b", { class: "hold-state" }, word(`hold_state.${hold.state}`)),
        hold.drill ? make("b", { class: "drill" }, word("term.drill")) : null,
        make("b", { class: "hold-temperature" }, heat(hold)),
        make("span", {}, nameOf(hold)),
        make("span", { class: "hold-why" }, hold.overdue && !hold.place ? "" : whyOf(hold)),
        hold.overdue ? make("p", { class: "hold-call" }, escalation(hold)) : null,
        hold.cleared_at ? make("p", { class: "hold-call" }, word("elsewhere.cleared", { p: hold.cleared_at })) : null,
      ),
      make("div", { class: "hold-do" }, make("time", { class: "hold-due" }), element),
    ];
  });
  setData(card, "hold", hold.hold_id);
  setData(card, "state", hold.state);
  setData(card, "rings", rings(state, hold) ? "yes" : "no");
  setData(card, "sent", isSent(sendKey(hold)) ? "yes" : "no");
  const left = card.querySelector(".hold-due");
  if (left) setText(left, due(hold, ago()));
}

/**
 * Whether the gate rings for this hold; before it says so, the screen's own clock does.
 * @param {Door.ScreenState} state
 * @param {Door.HoldView} hold
 */
const rings = (state, hold) => isOverdue(hold, ago()) || state.alarms.some((alarm) => alarm.about === hold.hold_id && alarm.priority === "high");

/**
 * Answer at once; every other step is done in the guided sequence.
 * @param {Door.HoldView} hold
 */
function proceed(hold) {
  if (hold.state === "flagged" && !isSent(sendKey(hold))) {
    void sendOnce(sendKey(hold), `/api/v1/holds/${hold.hold_id}/steps`, { step: "acknowledged", by: by() });
  }
  openCase(hold.hold_id);
}

/**
 * Go on with the hold of this id: what its own button does.
 * @param {string} holdId
 */
export function proceedWith(holdId) {
  const hold = current()?.holds.find((one) => one.hold_id === holdId);
  if (hold) proceed(hold);
}
