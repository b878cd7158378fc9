// Holds of the other doors (另一入口的暂留): shown here too, and answered for the colleague.

import { button, make, rebuild, setData } from "../shared/page.js";
import { word } from "../shared/words.js";
import { heat, nameOf } from "./hold_words.js";
import { by } from "./post.js";
import { isSent, sendOnce } from "./send.js";

/**
 * @param {HTMLElement} card
 * @param {Door.OtherHoldView} hold
 * @param {string} language
 */
export function renderElsewhere(card, hold, language) {
  const key = `elsewhere:${hold.hold_id}`;
  rebuild(card, JSON.stringify([language, hold, isSent(key)]), () => {
    const press = () => void sendOnce(key, `/api/v1/doors/${hold.gate}/holds/${hold.hold_id}/answer`, { by: by() });
    const late = hold.can_answer && hold.overdue > 0;
    return [
      make("div", { class: "hold-who" },
        make("b", { class: "hold-door" }, hold.name),
        make("b", { class: "hold-state" }, word(`hold_state.${hold.state}`)),
        make("b", { class: "hold-temperature" }, heat(hold)),
        make("span", {}, nameOf(hold)),
        make("span", { class: "hold-why" }, late ? "" : word(`reason.${hold.reason}`)),
        late ? make("p", { class: "hold-call" }, word("elsewhere.late", { p: hold.name })) : null),
      make("div", { class: "hold-do" },
        hold.can_answer ? button(word("elsewhere.answer"), { kind: late ? "go" : "", press }) : null,
        hold.answered_here ? make("span", {}, word("elsewhere.answered")) : null),
    ];
  });
  setData(card, "hold", hold.hold_id);
  setData(card, "state", hold.state);
  setData(card, "rings", hold.can_answer && hold.overdue ? "yes" : "no");
  setData(card, "sent", isSent(key) ? "yes" : "no");
}
