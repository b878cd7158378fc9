// Open holds (暂留): the gravest on top, each with its clock and its next step as a big button.

import { button, degrees, find, make, rebuild, setData, setText, span } from "./page.js";
import { ask, askTemperature } from "./panel.js";
import { by } from "./post.js";
import { isSent, sendOnce } from "./send.js";
import { isOverdue, left, orderedHolds } from "./state.js";
import { code, reason, recorded, word } from "./words.js";

const TO = {
  reported: ["duty_office", "cdc", "community"],
  transferred: ["emergency_120", "fever_clinic", "hospital"],
};
const HOW_LEFT = ["walked_away", "refused_stay", "family"];
const STEP_KEY = "F9"; // the next step of the hold on top

let top = null; // press of the top hold's first step

export function renderHolds(state, language) {
  const area = find("holds");
  const holds = orderedHolds(state);
  setData(area, "count", String(Math.min(holds.length, 3)));
  rebuild(area, `${language} ${holds.map((hold) => hold.hold_id).join()}`, () => holds.map(() => make("article", { class: "hold" })));
  holds.forEach((hold, index) => renderHold(area.children[index], hold, index === 0, language));
  if (!holds.length) top = null;
}

function renderHold(card, hold, isTop, language) {
  const key = JSON.stringify([language, hold.hold_id, hold.state, hold.next_steps, hold.contact_centi_c, hold.person, hold.surface_centi_c, isTop, hold.drill]);
  const steps = stepsOf(hold);
  rebuild(card, key, () => [
    make("div", { class: "hold-who" },
      make("b", { class: "hold-state" }, word(hold.state)),
      hold.drill ? make("b", { class: "drill" }, word("drill")) : null,
      make("b", { class: "hold-temperature" }, heat(hold)),
      make("span", {}, hold.person ? hold.person.name : word(hold.category)),
      make("span", { class: "hold-why" }, reason(hold.reason)),
    ),
    make("div", { class: "hold-do" }, make("time", { class: "hold-due" }),
      ...steps.map((step, index) => {
        const element = button(word(`do_${step}`), {
          key: isTop && index === 0 ? STEP_KEY : null,
          kind: step === "left" ? "quiet" : index === 0 ? "go" : "",
          press: () => next(hold, step),
        });
        element.dataset.step = step;
        return element;
      })),
  ]);
  if (isTop) top = steps.length ? () => next(hold, steps[0]) : null;
  setData(card, "hold", hold.hold_id);
  setData(card, "state", hold.state);
  setData(card, "rings", hold.state === "flagged" || isOverdue(hold) ? "yes" : "no");
  setData(card, "sent", isSent(stepKey(hold)) ? "yes" : "no");
  setText(card.querySelector(".hold-due"), due(hold));
}

/** The way forward first; `left` always last and small: it is what must not happen. */
const stepsOf = (hold) => [...hold.next_steps].sort((a, b) => (a === "left") - (b === "left"));

const stepKey = (hold) => `hold:${hold.hold_id}:${hold.state}`;

function heat(hold) {
  if (hold.contact_centi_c !== null) return word("contact", { t: degrees(hold.contact_centi_c) });
  return hold.surface_centi_c === null ? "" : word("surface", { t: degrees(hold.surface_centi_c) });
}

function due(hold) {
  if (hold.due_s === null) return "";
  const seconds = left(hold.due_s);
  const missed = hold.overdue ? ` ${word("overdue_times", { n: hold.overdue })}` : "";
  return (seconds < 0 ? word("overdue", { s: span(-seconds) }) : word("due", { s: span(seconds) })) + missed;
}

/** Do the next step, asking first for what it needs; two taps at most. */
function next(hold, step) {
  if (isSent(stepKey(hold))) return;
  const about = hold.hold_id;
  const choices = (names, field) => names.map((name) => ({
    label: code(name), kind: "tall", press: () => post(hold, step, { [field]: recorded(name) }),
  }));
  if (step === "rechecked" || (step === "released" && hold.contact_centi_c === null)) {
    askTemperature(about, (centi) => post(hold, step, { contact_centi_c: centi }));
  } else if (step === "released") {
    const t = degrees(hold.contact_centi_c);
    const press = () => post(hold, step, { contact_centi_c: hold.contact_centi_c });
    ask(about, word("released_title", { t }), [{ choices: [{ label: word("do_released"), kind: "go tall", press }] }]);
  } else if (step in TO) {
    ask(about, word(`${step}_title`), [{ choices: choices(TO[step], "to") }]);
  } else if (step === "left") {
    ask(about, word("left_title"), [{ choices: choices(HOW_LEFT, "note") }]);
  } else if (step === "closed") {
    const press = () => post(hold, step, { disinfected: true });
    ask(about, word("closed_title"), [{ choices: [{ label: word("closed_yes"), kind: "go tall", press }] }]);
  } else {
    post(hold, step, {});
  }
}

function post(hold, step, details) {
  return sendOnce(stepKey(hold), `/api/v1/holds/${hold.hold_id}/steps`, { step, by: by(), ...details });
}

/** Take a key; returns whether it was for the holds. */
export function holdsKey(key) {
  if (key !== STEP_KEY || top === null) return false;
  top();
  return true;
}
