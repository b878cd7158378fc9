// What a held person's sheet shows beside the step: calls, symptoms, contacts, how they left.

import { button, clockText, make, span } from "../shared/page.js";
import { by } from "./post.js";
import { isSent, sendOnce } from "./send.js";
import { keysOf, recorded, word } from "../shared/words.js";

const WHY = {
  dismissed: ["behind_glass", "far", "passed_by", "same"],
  cleared: ["observed", "tested"],
};

let chosen = new Set(); // symptoms that are ticked and not recorded yet
let asking = null; // {contact_id, state} whose reason is asked for

/** The parts of one section; `context` = {state, hold, contacts, note, again}. */
export function sectionOf(tab, context) {
  if (tab === "calls") return [make("h3", {}, word(context.state.calls.length ? "case.tab_calls" : "case.calls_none")), ...callRows(context)];
  if (tab === "symptoms") return symptoms(context);
  if (tab === "left") return [make("h3", {}, word("case.left_title")), leaving(context)];
  return contactRows(context);
}

export const noteTime = (state, note) => clockText(new Date(note.at), state.gate.timezone).slice(0, 5);

/** Whom to call, with the number to dial; `report` is there where the step is to report. */
export function callRows({ state, hold, note, report }) {
  return state.calls.map(({ post, phone }) => {
    const mine = hold.notes.filter((one) => one.kind === "called" && one.to === post);
    const reached = mine.findLast((one) => one.answered);
    const tries = mine.filter((one) => !one.answered).length;
    const told = reached ? word("case.reached", { t: noteTime(state, reached) }) : tries ? word("case.tries", { n: tries }) : "";
    const call = (answered) => note({ kind: "called", to: post, answered });
    const acts = reached && report
      ? [button(word("case.report_to"), { kind: "go", press: () => report(post) })]
      : [button(word("case.answered"), { kind: reached ? "" : "go", press: () => call(true) }), button(word("case.unanswered"), { press: () => call(false) })];
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
  const buttons = keysOf("symptom").map((name) => {
    const element = button(word(`symptom.${name}`), { kind: chosen.has(name) ? "tall chosen" : "tall", press: () => toggleIn(element, name, toggle) });
    element.setAttribute("aria-pressed", String(chosen.has(name)));
    return element;
  });
  const save = (names) => {
    chosen = new Set();
    note({ kind: "symptoms", symptoms: names.map((name) => recorded(`symptom.${name}`)) });
  };
  return [
    make("h3", {}, word("case.symptoms_ask")),
    ...known.map((one) => make("p", { class: "told" }, `${noteTime(state, one)} ${one.symptoms.join("、") || word("case.symptoms_none")}`)),
    make("div", { class: "choices" }, ...buttons),
    make("div", { class: "choices two" },
      button(word("case.symptoms_none"), { kind: "tall", press: () => save([]) }),
      button(word("case.symptoms_save"), { kind: "go tall", press: () => save(keysOf("symptom").filter((name) => chosen.has(name))) })),
  ];
}

/** The sheet is drawn by its state alone, and what is ticked is not in it: draw the button here. */
function toggleIn(element, name, toggle) {
  toggle(name);
  element.className = chosen.has(name) ? "tall chosen" : "tall";
  element.setAttribute("aria-pressed", String(chosen.has(name)));
}

function contactRows({ contacts, again }) {
  if (!contacts.length) return [make("h3", {}, word("case.tab_contacts")), make("p", {}, word("case.contacts_none"))];
  const rows = make("div", { class: "contacts" });
  rows.append(...contacts.map((contact) => contactRow(contact, rows, contacts, again)));
  return [make("h3", {}, word("case.contacts_title")), rows];
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
    const element = button(word(`contact_do.${state}`), { kind: state === "confirmed" ? "go" : "", press: () => press(state) });
    element.dataset.judge = state;
    return element;
  });
  const apart = span(Math.abs(contact.apart_s));
  return make("div", { class: "contact", "data-contact": contact.contact_id, "data-state": contact.state },
    make("b", {}, contact.person?.name ?? word(`category.${contact.category}`)),
    make("span", {}, word(contact.apart_s < 0 ? "case.before" : "case.after", { s: apart })),
    make("span", { class: "contact-state" }, word(`contact_state.${contact.state}`)),
    ...acts,
    mine ? make("div", { class: "choices why" }, make("h3", {}, word(`contact_why.${mine.state}`)),
      ...WHY[mine.state].map((name) => button(word(`contact_reason.${name}`), { press: () => judge(mine.state, recorded(`contact_reason.${name}`)) }))) : null);
}

/** How the person left: one tap more records it. */
const leaving = ({ step }) => make("div", { class: "choices" }, ...keysOf("left_how").map((name) => button(word(`left_how.${name}`), {
  kind: "tall", press: () => step("left", { note: recorded(`left_how.${name}`) }),
})));

/** Forget what was ticked or asked for another hold. */
export function resetSections() {
  chosen = new Set();
  asking = null;
}
