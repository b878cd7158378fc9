// What a held person's sheet shows beside the step: calls, symptoms, contacts, how they left.

import { minuteText } from "../shared/figures.js";
import { button, make } from "../shared/page.js";
import { apart, nameOf } from "./hold_words.js";
import { by } from "./post.js";
import { isSent, sendOnce } from "./send.js";
import { CONTACT_WHY, callsTo, judgementsOf, takesReport } from "./steps.js";
import { joined, keysOf, recorded, word } from "../shared/words.js";

/** @typedef {Omit<Door.HoldNoteRequest, "by">} Note */
/** @typedef {Omit<Door.HoldStepRequest, "by" | "step">} Details */

/**
 * What a section shows, and what its taps do.
 * @typedef {object} Section
 * @property {Door.ScreenState} state
 * @property {Door.HoldView} hold
 * @property {(name: Door.HoldState, details: Details) => void} step
 * @property {(body: Note) => Promise<boolean>} note whether it was taken
 * @property {() => void} again draw anew
 */

/** @type {Set<string>} */
let chosen = new Set(); // symptoms that are ticked and not recorded yet
/** @type {{ contact_id: string, state: Door.ContactState } | null} */
let asking = null; // whose reason is asked for

/**
 * The parts of one section beside the step.
 * @param {"calls" | "symptoms" | "left"} tab
 * @param {Section} section
 */
export function sectionOf(tab, section) {
  if (tab === "symptoms") return symptoms(section);
  if (tab === "left") return [make("h3", {}, word("case.left_title")), leaving(section)];
  return [make("h3", {}, word(section.state.calls.length ? "case.tab_calls" : "case.calls_none")), ...callRows(section)];
}

/**
 * When something was done, by the hall's clock.
 * @param {Door.ScreenState} state
 * @param {{ at: string }} note
 */
export const noteTime = (state, note) => minuteText(new Date(note.at), state.gate.timezone);

/**
 * Whom to call, with the number to dial; `report` is there where the step is to report.
 * @param {Section} section
 * @param {(to: string) => void} [report]
 */
export function callRows({ state, hold, note }, report) {
  const takes = takesReport(state.calls, recorded("term.duty_leader"));
  return state.calls.map(({ post, phone }) => {
    const { reached, tries } = callsTo(hold, post);
    const outcome = reached ? word("case.reached", { t: noteTime(state, reached) }) : tries ? word("case.tries", { n: tries }) : "";
    /** @param {boolean} answered */
    const call = (answered) => void note({ kind: "called", to: post, answered });
    const isAsked = report !== undefined && takes.includes(post);
    // who answers takes the report in the same call: one tap notes the call, and reports
    const both = async () => { if (await note({ kind: "called", to: post, answered: true })) report?.(post); };
    const acts = reached && isAsked ? [stepButton("reported", word("case.report_to"), "go", () => report(post))] : [
      isAsked ? button(word("case.answered_report"), { kind: "go", press: () => void both() }) : button(word("case.answered"), { kind: reached ? "" : "go", press: () => call(true) }),
      button(word("case.unanswered"), { press: () => call(false) }),
    ];
    return make("div", { class: "call", "data-post": post },
      make("span", { class: "call-who" }, make("b", {}, post), make("span", {}, outcome)),
      make("b", { class: "call-number" }, phone), ...acts);
  });
}

/**
 * A button that does a step of the hold.
 * @param {Door.HoldState} step
 * @param {string} text
 * @param {string} kind
 * @param {() => void} press
 */
export function stepButton(step, text, kind, press) {
  const element = button(text, { kind, press });
  element.dataset.step = step;
  return element;
}

/** @param {Section} section */
function symptoms({ state, hold, note, again }) {
  const known = hold.notes.filter((one) => one.kind === "symptoms");
  const buttons = keysOf("symptom").map((name) => {
    const element = button(word(`symptom.${name}`), { press: toggle });
    // The sheet is drawn by its state alone, and what is ticked is not in it: the button draws itself.
    function show() {
      element.className = chosen.has(name) ? "tall chosen" : "tall";
      element.setAttribute("aria-pressed", String(chosen.has(name)));
    }
    function toggle() {
      if (!chosen.delete(name)) chosen.add(name);
      again();
      show();
    }
    show();
    return element;
  });
  /** @param {string[]} names */
  const save = (names) => {
    chosen = new Set();
    void note({ kind: "symptoms", symptoms: names.map((name) => recorded(`symptom.${name}`)) });
  };
  return [
    make("h3", {}, word("case.symptoms_ask")),
    ...known.map((one) => make("p", { class: "told" }, `${noteTime(state, one)} ${joined(one.symptoms) || word("case.symptoms_none")}`)),
    make("div", { class: "choices", "data-many": "yes" }, ...buttons),
    make("div", { class: "choices two" },
      button(word("case.symptoms_none"), { kind: "tall", press: () => save([]) }),
      button(word("case.symptoms_save"), { kind: "go tall", press: () => save(keysOf("symptom").filter((name) => chosen.has(name))) })),
  ];
}

/**
 * Who passed near the held person, each to be judged.
 * @param {Door.ContactView[]} contacts
 */
export function contactRows(contacts) {
  if (!contacts.length) return [make("h3", {}, word("case.tab_contacts")), make("p", {}, word("case.contacts_none"))];
  const rows = make("div", { class: "contacts" });
  rows.append(...contacts.map((contact) => contactRow(contact, rows, contacts)));
  return [make("h3", {}, word("case.contacts_title")), rows];
}

/**
 * @param {Door.ContactView} contact
 * @param {HTMLElement} rows
 * @param {Door.ContactView[]} contacts
 * @returns {HTMLElement}
 */
function contactRow(contact, rows, contacts) {
  const redraw = () => rows.replaceChildren(...contacts.map((one) => contactRow(one, rows, contacts)));
  /**
   * @param {Door.ContactState} state
   * @param {string} [reason]
   */
  const judge = (state, reason) => {
    asking = null;
    const key = `contact:${contact.contact_id}:${contact.state}`;
    if (!isSent(key)) void sendOnce(key, `/api/v1/contacts/${contact.contact_id}`, { state, by: by(), ...(reason ? { reason } : {}) });
  };
  const mine = asking?.contact_id === contact.contact_id ? asking : null;
  /** @param {Door.ContactState} state */
  const press = (state) => {
    if (!CONTACT_WHY[state]) {
      judge(state);
      return;
    }
    asking = mine ? null : { contact_id: contact.contact_id, state };
    redraw();
  };
  const acts = judgementsOf(contact).map((state) => {
    const element = button(word(`contact_do.${state}`), { kind: state === "confirmed" ? "go" : "", press: () => press(state) });
    element.dataset.judge = state;
    return element;
  });
  return make("div", { class: "contact", "data-contact": contact.contact_id, "data-state": contact.state },
    make("b", {}, nameOf(contact)),
    make("span", {}, apart(contact)),
    make("span", { class: "contact-state" }, word(`contact_state.${contact.state}`)),
    ...acts,
    mine ? make("div", { class: "choices why" }, make("h3", {}, word(`contact_why.${mine.state}`)),
      ...(CONTACT_WHY[mine.state] ?? []).map((name) => button(word(`contact_reason.${name}`), { press: () => judge(mine.state, recorded(`contact_reason.${name}`)) }))) : null);
}

/**
 * How the person left: one tap more records it.
 * @param {Section} section
 */
const leaving = ({ step }) => make("div", { class: "choices" }, ...keysOf("left_how").map((name) => button(word(`left_how.${name}`), {
  kind: "tall", press: () => step("left", { note: recorded(`left_how.${name}`) }),
})));

/** Forget what was ticked or asked for another hold. */
export function resetSections() {
  chosen = new Set();
  asking = null;
}
