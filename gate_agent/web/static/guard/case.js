// The guided sequence of one hold (暂留处置): where it stands, what to say, the one thing to do now.

import { degrees } from "../shared/figures.js";
import { button, find, make, rebuild, setData, setText } from "../shared/page.js";
import { lookButton } from "./look.js";
import { callRows, contactRows, noteTime, resetSections, sectionOf, stepButton } from "./case_sections.js";
import { due, escalation, foundAt, heat, nameOf } from "./hold_words.js";
import { keep } from "./kept.js";
import { contactPad } from "./pad.js";
import { goButton } from "./panel.js";
import { by } from "./post.js";
import { isSent, sendOnce } from "./send.js";
import { calls, isOverdue, orderedHolds, places } from "./snapshot.js";
import { ago, current } from "./state.js";
import { referenceLine, resetReference } from "./reference.js";
import { actOf, filedAs, mustHeed, railOf, sendKey } from "./steps.js";
import { keysOf, recorded, word } from "../shared/words.js";

const TABS = /** @type {const} */ (["step", "calls", "symptoms", "contacts"]);
const pad = contactPad();

/** @typedef {import("./snapshot.js").State} State */
/** @typedef {import("./case_sections.js").Section} Section */

/** @type {string | null} */
let openId = null;
/** @type {(typeof TABS)[number] | "left"} */
let tab = "step";
/** @type {string | null} */
let handedTo = null; // to whom, while the vehicle is asked for

/**
 * Open the sequence of this hold, at what is to be done now.
 * @param {string} holdId
 */
export function openCase(holdId) {
  if (holdId !== openId) {
    pad.clear();
    resetSections();
    resetReference();
  }
  openId = holdId;
  tab = "step";
  handedTo = null;
  keep("case", holdId);
  document.body.dataset.case = "open";
  renderCase(current(), document.documentElement.lang);
}

/**
 * Open the contacts of a hold that is closed.
 * @param {string} holdId
 */
export function settleContacts(holdId) {
  openCase(holdId);
  tab = "contacts";
  renderCase(current(), document.documentElement.lang);
}

export function closeCase() {
  openId = null;
  keep("case", null);
  document.body.dataset.case = "closed";
  find("case").hidden = true;
  find("case").replaceChildren();
  delete find("case").dataset.key;
}

/**
 * @param {State | null} state
 * @param {string} language
 */
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
  setText(find("case-due"), due(hold, ago()));
  setData(area, "late", isOverdue(hold, ago()) ? "yes" : "no");
  setData(area, "sent", isSent(sendKey(hold)) ? "yes" : "no");
  others.forEach((one, index) => {
    const element = /** @type {HTMLElement | undefined} */ (area.querySelectorAll(".other")[index]);
    if (element) setData(element, "rings", calls(one, ago()) ? "yes" : "no");
  });
}

/**
 * @param {State} state
 * @param {Door.HoldView | null} hold
 * @param {Door.ContactView[]} contacts
 * @param {Door.HoldView[]} others
 * @param {boolean} registering
 */
function build(state, hold, contacts, others, registering) {
  const back = button(word(registering ? "case.back_registration" : "case.back"), { kind: "quiet", press: closeCase, id: "case-back" });
  const title = hold ? [nameOf(hold), heat(hold)].filter(Boolean).join(" · ") : word("case.contacts_left", { n: contacts.length });
  const head = make("header", {},
    hold?.drill ? make("b", { class: "drill" }, word("term.drill")) : null,
    make("h2", {}, title), hold ? make("time", { id: "case-due" }) : null, back);
  const switches = others.map((one) => button(`${nameOf(one)} ${word(`hold_state.${one.state}`)}`, { kind: "other", press: () => openCase(one.hold_id) }));
  return [
    head,
    switches.length ? make("div", { class: "others" }, ...switches) : null,
    hold?.place ? make("p", { class: "told", id: "found-at" }, foundAt(hold)) : null,
    ...(hold ? [rail(hold), hold.overdue ? make("p", { class: "escalation" }, escalation(hold)) : null, saying(hold), filed(state, hold)] : []),
    make("section", { class: "case-do", "data-tab": tab, "data-scrolls": "yes" }, ...partsOf(state, hold, contacts)),
    hold ? tabs(hold, contacts) : null,
  ];
}

/**
 * @param {State} state
 * @param {Door.HoldView | null} hold
 * @param {Door.ContactView[]} contacts
 */
function partsOf(state, hold, contacts) {
  if (hold === null || tab === "contacts") return contactRows(contacts);
  /** @type {Section} */
  const section = { state, hold, step: (name, details) => post(hold, name, details), note: (body) => note(hold, body), again: () => renderCase(current(), document.documentElement.lang) };
  return tab === "step" ? [...step(section), referenceLine(section)] : sectionOf(tab, section);
}

/** @param {Door.HoldView} hold */
const rail = (hold) => make("ol", { class: "rail" }, ...railOf(hold.state).map(({ step: name, at }) => make(
  "li", { "data-at": at, "aria-current": at === "now" ? "step" : null }, word(`hold_rail.${name}`))));

/** @param {Door.HoldView} hold */
function saying({ state }) {
  const heed = mustHeed(state);
  return make("p", { class: "say", "data-heed": heed ? "yes" : "no" },
    make("b", {}, word(heed ? "case.heed" : "case.say")), make("q", {}, word(`hold_say.${state}`)));
}

/**
 * Under which number the district's office took the report.
 * @param {State} state
 * @param {Door.HoldView} hold
 */
function filed(state, hold) {
  const told = filedAs(hold);
  if (!told) return null;
  const said = word("case.filed", { t: noteTime(state, told), p: told.to ?? "", r: told.office_reference ?? "" });
  return make("p", { class: "told", id: "filed" }, said);
}

/**
 * @param {Door.HoldView} hold
 * @param {Door.ContactView[]} contacts
 */
function tabs(hold, contacts) {
  const open = contacts.filter((one) => one.state === "proposed").length;
  const calmed = hold.notes.some((one) => one.kind === "counselled");
  /** @param {typeof tab} name */
  const show = (name) => { tab = name; renderCase(current(), document.documentElement.lang); };
  const buttons = TABS.map((name) => {
    const badge = name === "contacts" && open ? ` ${open}` : "";
    const element = button(word(`case.tab_${name}`) + badge, { kind: tab === name ? "chosen" : "", press: () => show(name) });
    element.dataset.tab = name;
    element.setAttribute("aria-pressed", String(tab === name));
    return element;
  });
  const calm = button(calmed ? `✓ ${word("case.tab_counsel")}` : word("case.tab_counsel"), { press: () => void note(hold, { kind: "counselled" }), id: "counsel" });
  calm.disabled = calmed;
  calm.title = word("case.counselled");
  const gone = stepButton("left", word("case.tab_left"), tab === "left" ? "chosen" : "", () => show("left"));
  gone.disabled = !hold.next_steps.includes("left");
  return make("div", { class: "case-tabs", role: "group" }, ...buttons, calm, gone, lookButton(hold));
}

/**
 * The one thing to do now.
 * @param {Section} section
 */
function step(section) {
  const { state, hold, step: take } = section;
  /**
   * @param {string} choices the section of the words
   * @param {(key: string) => void} press
   */
  const choose = (choices, press) => make("div", { class: "choices" }, ...keysOf(choices).map((name) => {
    const key = `${choices}.${name}`;
    return button(word(key), { kind: "tall", press: () => press(key) });
  }));
  /**
   * @param {Door.HoldState} name
   * @param {import("./case_sections.js").Details} details
   * @param {string} kind
   */
  const forward = (name, details, kind) => stepButton(name, word(`hold_do.${name}`), kind, () => take(name, details));
  /** @param {string} key */
  const title = (key) => make("h3", {}, word(key));
  const act = actOf(hold, state.calls, handedTo);
  switch (act.does) {
    case "come":
      return [title("case.flagged_title"), forward("acknowledged", {}, "go tall")];
    case "measure":
      return [pad.typing(title(hold.asks_again ? "case.again_title" : "case.acknowledged_title"), (centi) => measured(current(), hold, centi))];
    case "decide":
      return [title("case.rechecked_title"), make("output", { class: "field" }, heat(hold)),
        make("p", { class: "hint" }, word("case.line", { t: degrees(hold.contact_line_centi_c) })), make("div", { class: "choices two" },
          forward("confirmed", {}, act.warm ? "go tall" : "tall"),
          forward("released", {}, act.warm ? "tall" : "go tall"))];
    case "report":
      if (!act.calls) return [title("case.no_calls"), choose("reported_to", (key) => take("reported", { to: recorded(key) }))];
      return [title("case.confirmed_title"), ...callRows(section, (to) => take("reported", { to }))];
    case "hand_over":
      return [title("case.reported_title"), choose("handed_to", (key) => { handedTo = key; section.again(); })];
    case "choose_vehicle":
      return [title("case.vehicle_title"), make("output", { class: "field" }, word(act.to)),
        choose("vehicle", (key) => take("transferred", { to: recorded(act.to), vehicle: recorded(key) }))];
    default:
      return ending(section, act.cleaned);
  }
}

/**
 * The spot is disinfected, then the hold is closed.
 * @param {Section} section
 * @param {Door.NoteView | null} cleaned
 */
function ending({ state, hold, step: take, note: write }, cleaned) {
  const clean = button(cleaned ? `✓ ${word("case.disinfected_at", { t: noteTime(state, cleaned) })}` : word("case.disinfect"),
    { kind: cleaned ? "tall" : "go tall", press: () => void write({ kind: "disinfected" }), id: "disinfect" });
  clean.disabled = cleaned !== null;
  const text = word("case.close_as", { s: word(`hold_state.${hold.state}`) });
  const close = stepButton("closed", text, cleaned ? "go tall" : "tall", () => take("closed", { disinfected: true }));
  close.disabled = cleaned === null;
  return [make("h3", {}, word("case.end_title")), make("div", { class: "choices two" }, clean, close)];
}

/**
 * The contact thermometer's word: where the person's passage is here, it goes on with it.
 * @param {State | null} state
 * @param {Door.HoldView} hold
 * @param {number} centi
 */
function measured(state, hold, centi) {
  const here = state && places(state).find((place) => place.hold_id === hold.hold_id);
  if (!here) {
    const decides = centi >= hold.contact_line_centi_c ? "confirmed" : "released";
    post(hold, hold.asks_again ? decides : "rechecked", { contact_centi_c: centi });
    return;
  }
  tab = "step";
  void sendOnce(sendKey(hold), `/api/v1/passages/${here.passage_id}/hand`, { contact_centi_c: centi, by: by() });
}

/**
 * @param {Door.HoldView} hold
 * @param {Door.HoldState} name
 * @param {import("./case_sections.js").Details} details
 */
function post(hold, name, details) {
  tab = "step";
  handedTo = null;
  void sendOnce(sendKey(hold), `/api/v1/holds/${hold.hold_id}/steps`, { step: name, by: by(), ...details });
}

/**
 * @param {Door.HoldView} hold
 * @param {import("./case_sections.js").Note} body
 */
function note(hold, body) {
  const key = `${sendKey(hold)}:${body.kind}:${body.to ?? ""}`; // a step under way stops no note
  return sendOnce(key, `/api/v1/holds/${hold.hold_id}/notes`, { by: by(), ...body });
}

/**
 * Take a key; returns whether it was for the sequence.
 * @param {string} key
 */
export function caseKey(key) {
  if (openId === null) return false;
  if (key === "Escape") {
    closeCase();
    return true;
  }
  const hold = current()?.holds.find((one) => one.hold_id === openId);
  const isMeasured = hold?.state === "acknowledged" || hold?.asks_again;
  if (tab === "step" && isMeasured && pad.key(key)) return true;
  return /^[0-9]$/.test(key);
}

/** Which hold is open, and the button of what is to be done in it now. */
export function caseGo() {
  const area = openId === null ? null : /** @type {HTMLElement | null} */ (find("case").querySelector(".case-do"));
  return { holdId: openId, go: area && goButton(area) };
}
