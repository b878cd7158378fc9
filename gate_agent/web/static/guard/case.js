// The guided sequence of one hold (暂留处置): where it stands, what to say, the one thing to do now.

import { button, find, make, rebuild, setData, setText } from "../shared/page.js";
import { lookButton } from "./look.js";
import { callRows, noteTime, resetSections, sectionOf } from "./case_sections.js";
import { due, escalation, heat, sendKey } from "./hold_words.js";
import { makePad } from "./pad.js";
import { by } from "./post.js";
import { isSent, sendOnce } from "./send.js";
import { current, isOverdue, orderedHolds, places } from "./state.js";
import { keysOf, recorded, word } from "../shared/words.js";

const FEVER = ["acknowledged", "rechecked", "confirmed", "reported", "transferred", "closed"];
const RELEASED = ["acknowledged", "rechecked", "released", "closed"];
const LEFT = ["left", "closed"];
const TABS = ["step", "calls", "symptoms", "contacts"];
const WARM_CENTI_C = 3730;
const pad = makePad(2500, 4500);

let openId = null;
let tab = "step";
let handedTo = null; // to whom, while the vehicle is asked for
let reference = ""; // of the district's office, while it is typed

export const caseIsOpen = () => openId !== null;

/** Open the sequence of this hold, at what is to be done now. */
export function openCase(holdId) {
  if (holdId !== openId) {
    pad.clear();
    resetSections();
    reference = "";
  }
  openId = holdId;
  tab = "step";
  handedTo = null;
  document.body.dataset.case = "open";
  renderCase(current(), document.documentElement.lang);
}

/** Open the contacts of a hold that is closed. */
export function settleContacts(holdId) {
  openCase(holdId);
  tab = "contacts";
  renderCase(current(), document.documentElement.lang);
}

export function closeCase() {
  openId = null;
  document.body.dataset.case = "closed";
  find("case").hidden = true;
  find("case").replaceChildren();
  delete find("case").dataset.key;
}

export function renderCase(state, language) {
  if (openId === null || state === null) return;
  const hold = state.holds.find((one) => one.hold_id === openId) ?? null;
  const contacts = state.contacts.filter((one) => one.hold_id === openId);
  if (!hold && !contacts.some((one) => one.next_states.length)) {
    closeCase();
    return;
  }
  const area = find("case");
  area.hidden = false;
  area.setAttribute("aria-label", word("term.hold"));
  const others = orderedHolds(state).filter((one) => one.hold_id !== openId);
  const registering = state.asked?.phase === "registering";
  const key = JSON.stringify([language, openId, tab, handedTo, registering, hold && { ...hold, due_s: 0 }, contacts, state.calls, others.map((one) => [one.hold_id, one.state])]);
  rebuild(area, key, () => build(state, hold, contacts, others, registering));
  if (!hold) return;
  setText(find("case-due"), due(hold));
  setData(area, "late", isOverdue(hold) ? "yes" : "no");
  setData(area, "sent", isSent(sendKey(hold)) ? "yes" : "no");
  others.forEach((one, index) => {
    const element = area.querySelectorAll(".other")[index];
    if (element) setData(element, "rings", one.state === "flagged" || isOverdue(one) ? "yes" : "no");
  });
}

function build(state, hold, contacts, others, registering) {
  const back = button(word(registering ? "case.back_registration" : "case.back"), { kind: "quiet", press: closeCase });
  back.id = "case-back";
  const title = hold ? [hold.person?.name ?? word(`category.${hold.category}`), heat(hold)].filter(Boolean).join(" · ") : word("case.contacts_left", { n: contacts.length });
  const head = make("header", {},
    hold?.drill ? make("b", { class: "drill" }, word("term.drill")) : null,
    make("h2", {}, title), hold ? make("time", { id: "case-due" }) : null, back);
  const switches = others.map((one) => button(`${one.person?.name ?? word(`category.${one.category}`)} ${word(`hold_state.${one.state}`)}`, { kind: "other", press: () => openCase(one.hold_id) }));
  const parts = [head, switches.length ? make("div", { class: "others" }, ...switches) : null];
  if (hold) {
    parts.push(rail(hold), hold.overdue ? make("p", { class: "escalation" }, escalation(hold)) : null, saying(hold), filed(state, hold));
  }
  const context = { state, hold, contacts, step: (name, details) => post(hold, name, details), note: (body) => note(hold, body), again: () => renderCase(current(), document.documentElement.lang) };
  const body = tab === "step" && hold ? step(state, hold) : sectionOf(tab, context);
  parts.push(make("section", { class: "case-do", "data-tab": tab }, ...body));
  if (hold) parts.push(tabs(hold, contacts));
  return parts;
}

/** Which way this hold goes: to the hospital, home, or it has left. */
function wayOf(hold) {
  if (hold.state === "left") return LEFT;
  return hold.state === "released" ? RELEASED : FEVER;
}

function rail(hold) {
  const way = wayOf(hold);
  const at = way.indexOf(hold.state);
  return make("ol", { class: "rail" }, ...way.map((name, index) => make(
    "li", { "data-at": index <= at ? "done" : index === at + 1 ? "now" : "later", ...(index === at + 1 ? { "aria-current": "step" } : {}) },
    word(`hold_rail.${name}`))));
}

function saying(hold) {
  const heed = hold.state === "left" || hold.state === "transferred";
  return make("p", { class: "say", "data-heed": heed ? "yes" : "no" },
    make("b", {}, word(heed ? "case.heed" : "case.say")), make("q", {}, word(`hold_say.${hold.state}`)));
}

/** Under which number the district's office took the report. */
function filed(state, hold) {
  const step = hold.steps.findLast((one) => one.office_reference);
  return step ? make("p", { class: "told", id: "filed" }, word("case.filed", { t: noteTime(state, step), p: step.to, r: step.office_reference })) : null;
}

/** Beside the heading, the number that the district's office may tell: it goes with the step. */
function titled(heading) {
  const input = make("input", { id: "reference", class: "text", type: "text", autocomplete: "off", spellcheck: "false", maxlength: "40", value: reference, "aria-label": word("case.reference"), placeholder: word("case.reference_hint") });
  input.addEventListener("input", () => { reference = input.value; });
  return make("div", { class: "titled" }, heading, input);
}

function report(hold, to) {
  const number = reference.trim();
  return post(hold, "reported", { to, ...(number ? { office_reference: number } : {}) });
}

function tabs(hold, contacts) {
  const open = contacts.filter((one) => one.state === "proposed").length;
  const calmed = hold.notes.find((one) => one.kind === "counselled");
  const show = (name) => { tab = name; renderCase(current(), document.documentElement.lang); };
  const buttons = TABS.map((name) => {
    const badge = name === "contacts" && open ? ` ${open}` : "";
    const element = button(word(`case.tab_${name}`) + badge, { kind: tab === name ? "chosen" : "", press: () => show(name) });
    element.dataset.tab = name;
    element.setAttribute("aria-pressed", String(tab === name));
    return element;
  });
  const calm = button(calmed ? `✓ ${word("case.tab_counsel")}` : word("case.tab_counsel"), { press: () => note(hold, { kind: "counselled" }) });
  calm.id = "counsel";
  calm.disabled = calmed !== undefined;
  calm.title = word("case.counselled");
  const gone = button(word("case.tab_left"), { kind: tab === "left" ? "chosen" : "", press: () => show("left") });
  gone.dataset.step = "left";
  gone.disabled = !hold.next_steps.includes("left");
  return make("div", { class: "case-tabs", role: "group" }, ...buttons, calm, gone, lookButton(hold));
}

/** The one thing to do now. */
function step(state, hold) {
  const choose = (section, press) => make("div", { class: "choices" }, ...keysOf(section).map((name) => {
    const key = `${section}.${name}`;
    return button(word(key), { kind: "tall", press: () => press(key) });
  }));
  const forward = (name, details, kind = "go tall") => {
    const element = button(word(`hold_do.${name}`), { kind, press: () => post(hold, name, details) });
    element.dataset.step = name;
    return element;
  };
  const title = (key) => make("h3", {}, word(key));
  switch (hold.state) {
    case "flagged":
      return [title("case.flagged_title"), forward("acknowledged", {})];
    case "acknowledged":
      return [pad.typing(title("case.acknowledged_title"), (centi) => measured(state, hold, centi))];
    case "rechecked": {
      const warm = hold.contact_centi_c >= WARM_CENTI_C;
      return [title("case.rechecked_title"), make("output", { class: "field" }, heat(hold)), make("div", { class: "choices two" },
        forward("confirmed", {}, warm ? "go tall" : "tall"), forward("released", { contact_centi_c: hold.contact_centi_c }, warm ? "tall" : "go tall"))];
    }
    case "confirmed":
      if (!state.calls.length) return [titled(title("case.no_calls")), choose("reported_to", (key) => report(hold, recorded(key)))];
      return [titled(title("case.confirmed_title")), ...callRows({ state, hold, note: (body) => note(hold, body), report: (to) => report(hold, to) })];
    case "reported":
      if (handedTo === null) return [title("case.reported_title"), choose("handed_to", (key) => { handedTo = key; renderCase(state, document.documentElement.lang); })];
      return [title("case.vehicle_title"), make("output", { class: "field" }, word(handedTo)),
        choose("vehicle", (key) => post(hold, "transferred", { to: recorded(handedTo), vehicle: recorded(key) }))];
    default: {
      const cleaned = hold.notes.find((one) => one.kind === "disinfected");
      const clean = button(cleaned ? `✓ ${word("case.disinfected_at", { t: noteTime(state, cleaned) })}` : word("case.disinfect"), { kind: cleaned ? "tall" : "go tall", press: () => note(hold, { kind: "disinfected" }) });
      clean.id = "disinfect";
      clean.disabled = Boolean(cleaned);
      const close = button(word("case.close_as", { s: word(`hold_state.${hold.state}`) }), { kind: cleaned ? "go tall" : "tall", press: () => post(hold, "closed", { disinfected: true }) });
      close.dataset.step = "closed";
      close.disabled = !cleaned;
      return [title("case.end_title"), make("div", { class: "choices two" }, clean, close)];
    }
  }
}

/** The contact thermometer's word: where the person's passage is here, it goes on with it. */
function measured(state, hold, centi) {
  const here = places(state).find((place) => place.hold_id === hold.hold_id);
  if (!here) return post(hold, "rechecked", { contact_centi_c: centi });
  tab = "step";
  return sendOnce(sendKey(hold), `/api/v1/passages/${here.passage_id}/hand`, { contact_centi_c: centi, by: by() });
}

function post(hold, name, details) {
  tab = "step";
  handedTo = null;
  return sendOnce(sendKey(hold), `/api/v1/holds/${hold.hold_id}/steps`, { step: name, by: by(), ...details });
}

function note(hold, body) {
  const key = `${sendKey(hold)}:${body.kind}:${body.to ?? ""}`; // a step under way stops no note
  return sendOnce(key, `/api/v1/holds/${hold.hold_id}/notes`, { by: by(), ...body });
}

/** Take a key; returns whether it was for the sequence. */
export function caseKey(key) {
  if (openId === null) return false;
  if (key === "Escape") {
    closeCase();
    return true;
  }
  const hold = current()?.holds.find((one) => one.hold_id === openId);
  if (tab === "step" && hold?.state === "acknowledged" && pad.key(key)) return true;
  if (key === "F9") find("case").querySelector(".case-do button.go:not(:disabled)")?.click();
  return key === "F9" || /^[0-9]$/.test(key);
}
