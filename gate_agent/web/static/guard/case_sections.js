// What a held person's sheet shows beside the step: calls, symptoms, contacts, how they left.

import { button, clockText, make, span } from "../shared/page.js";
import { by } from "./post.js";
import { isSent, sendOnce } from "./send.js";
import { code, recorded, word } from "../shared/words.js";

const SYMPTOMS = ["fever", "cough", "fatigue", "breathless", "sore_throat", "diarrhoea"];
const HOW_LEFT = ["walked_away", "refused_stay", "family"];
const WHY = {
  dismissed: ["behind_glass", "far", "passed_by", "same"],
  cleared: ["observed", "tested"],
};

let chosen = new Set(); // symptoms that are ticked and not recorded yet
let asking = null; // {contact_id, state} whose reason is asked for

/** The parts of one section; `context` = {state, hold, contacts, note, again}. */
export function sectionOf(tab, context) {
  if (tab === "calls") return [make("h3", {}, word(context.state.calls.length ? "tab_calls" : "calls_none")), ...callRows(context)];
  if (tab === "symptoms") return symptoms(context);
  if (tab === "left") return [make("h3", {}, word("left_title")), leaving(context)];
  return contactRows(context);
}

export const noteTime = (state, note) => clockText(new Date(note.at), state.gate.timezone).slice(0, 5);

/** Whom to call, with the number to dial; `report` is there where the step is to report. */
export function callRows({ state, hold, note, report }) {
  return state.calls.map(({ post, phone }) => {
    const mine = hold.notes.filter((one) => one.kind === "called" && one.to === post);
    const reached = mine.findLast((one) => one.answered);
    const tries = mine.filter((one) => !one.answered).length;
    const told = reached ? word("reached", { t: noteTime(state, reached) }) : tries ? word("tries", { n: tries }) : "";
    const call = (answered) => note({ kind: "called", to: post, answered });
    const acts = reached && report
      ? [button(word("report_to"), { kind: "go", press: () => report(post) })]
      : [button(word("answered"), { kind: reached ? "" : "go", press: () => call(true) }), button(word("unanswered"), { press: () => call(false) })];
    if (reached && report) acts[0].dataset.step = "reported";
    return make("div", { class: "call", "data-post": post },
      make("span", { class: "call-who" }, make("b", {}, post), make("span", {}, told)),
      make("b", { class: "call-number" }, phone), ...acts);
  });
}

function symptoms({ state, hold, note, again }) {
  const known = hold.notes.filter((one) => one.kind === "symptoms");
  const toggle = (name) => {
    if (!chosen.delete(name)) chosen.add(name);
    again();
  };
  const buttons = SYMPTOMS.map((name) => {
    const element = button(code(name), { kind: chosen.has(name) ? "tall chosen" : "tall", press: () => toggleIn(element, name, toggle) });
    element.setAttribute("aria-pressed", String(chosen.has(name)));
    return element;
  });
  const save = (names) => {
    chosen = new Set();
    note({ kind: "symptoms", symptoms: names.map(recorded) });
  };
  return [
    make("h3", {}, word("symptoms_ask")),
    ...known.map((one) => make("p", { class: "told" }, word("symptoms_at", { t: noteTime(state, one), s: one.symptoms.join("、") || word("symptoms_none") }))),
    make("div", { class: "choices" }, ...buttons),
    make("div", { class: "choices two" },
      button(word("symptoms_none"), { kind: "tall", press: () => save([]) }),
      button(word("symptoms_save"), { kind: "go tall", press: () => save(SYMPTOMS.filter((name) => chosen.has(name))) })),
  ];
}

/** The sheet is drawn by its state alone, and what is ticked is not in it: draw the button here. */
function toggleIn(element, name, toggle) {
  toggle(name);
  element.className = chosen.has(name) ? "tall chosen" : "tall";
  element.setAttribute("aria-pressed", String(chosen.has(name)));
}

function contactRows({ contacts, again }) {
  if (!contacts.length) return [make("h3", {}, word("tab_contacts")), make("p", {}, word("contacts_none"))];
  const rows = make("div", { class: "contacts" });
  rows.append(...contacts.map((contact) => contactRow(contact, rows, contacts, again)));
  return [make("h3", {}, word("contacts_title")), rows];
}

function contactRow(contact, rows, contacts, again) {
  const redraw = () => rows.replaceChildren(...contacts.map((one) => contactRow(one, rows, contacts, again)));
  const judge = (state, reason) => {
    asking = null;
    const key = `contact:${contact.contact_id}:${contact.state}`;
    if (!isSent(key)) sendOnce(key, `/api/v1/contacts/${contact.contact_id}`, { state, by: by(), ...(reason ? { reason } : {}) });
  };
  const mine = asking?.contact_id === contact.contact_id ? asking : null;
  const press = (state) => {
    if (!(state in WHY)) return judge(state);
    asking = mine ? null : { contact_id: contact.contact_id, state };
    return redraw();
  };
  const acts = contact.next_states.filter((state) => contact.state === "proposed" || state !== "dismissed").map((state) => {
    const element = button(word(`contact_do_${state}`), { kind: state === "confirmed" ? "go" : "", press: () => press(state) });
    element.dataset.judge = state;
    return element;
  });
  const apart = span(Math.abs(contact.apart_s));
  return make("div", { class: "contact", "data-contact": contact.contact_id, "data-state": contact.state },
    make("b", {}, contact.person?.name ?? word(contact.category)),
    make("span", {}, word(contact.apart_s < 0 ? "before" : "after", { s: apart })),
    make("span", { class: "contact-state" }, word(`contact_${contact.state}`)),
    ...acts,
    mine ? make("div", { class: "choices why" }, make("h3", {}, word(`why_${mine.state}`)),
      ...WHY[mine.state].map((name) => button(code(name), { press: () => judge(mine.state, recorded(name)) }))) : null);
}

/** How the person left: one tap more records it. */
const leaving = ({ step }) => make("div", { class: "choices" }, ...HOW_LEFT.map((name) => button(code(name), {
  kind: "tall", press: () => step("left", { note: recorded(name) }),
})));

/** Forget what was ticked or asked for another hold. */
export function resetSections() {
  chosen = new Set();
  asking = null;
}
