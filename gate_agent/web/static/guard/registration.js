// Real-name registration (实名登记): eleven digits, then one tap on the purpose, and it is done.

import { button, find, make, rebuild, seek, setData, setText } from "../shared/page.js";
import { keep, kept } from "./kept.js";
import { keypad } from "./keypad.js";
import { PURPOSE_KEYS } from "./keys.js";
import { ask } from "./panel.js";
import { by } from "./post.js";
import { isSent, say, sendOnce } from "./send.js";
import { current, left } from "./state.js";
import { MOBILE_LINE, isDigit, isMobile, isPhone, isPhoneEnough, isTyping, isWrongPhone, phoneHint, phoneText, typedPhone } from "./typing.js";
import { askCompanion, companionButton } from "./typed.js";
import { keysOf, word } from "../shared/words.js";

const ABROAD = ["+852", "+853", "+886", "+7", "+1", "+"]; // the last: its code is typed

/** @type {string | null} */
let passageId = null; // whose registration is on the screen
let digits = "";
/** @type {string | null} */
let purpose = null;
/** @type {string[]} */
let purposes = [];
let phoneRequired = true;
/** @type {string | null} */
let known = null; // the phone of an earlier visit, masked
/** @type {Door.CompanionBody[]} */
let companions = [];
let line = MOBILE_LINE;
/** @type {Door.EnteredView | null} */
let entered = null; // what the visitor typed, masked

const KEPT = "registration"; // while it is typed, over a reload: gone once it is sent, or its person is

/** @typedef {{ about: string | null, digits: string, purpose: string | null, line: import("./typing.js").Line }} Typed */

/**
 * What was typed for this person before the page was loaded again, or nothing.
 * @param {string | null} about
 * @returns {Typed}
 */
function typedBefore(about) {
  const before = /** @type {Typed | null} */ (kept(KEPT));
  return before !== null && before.about === about && about !== null ? before : { about, digits: "", purpose: null, line: MOBILE_LINE };
}

const sendKey = () => `registration:${passageId}`;
const isReady = () => isPhoneEnough(digits, line, { known, required: phoneRequired });
const isOpen = () => passageId !== null && !isSent(sendKey());

/**
 * Show the panel while a passage waits for it; a new person starts with an empty field.
 * @param {import("./snapshot.js").State} state
 * @param {string} language
 */
export function renderRegistration(state, language) {
  const passage = state.asked && !state.asked.needs_hand ? state.asked : null; // a held one too, once picked
  const next = passage?.passage_id ?? null;
  if (next !== passageId) {
    passageId = next;
    companions = [];
    ({ digits, purpose, line } = typedBefore(next));
    if (next === null) keep(KEPT, null);
  }
  const area = find("registration");
  area.hidden = passage === null;
  setData(document.body, "registering", passage === null ? "no" : "yes");
  if (passage === null) {
    area.replaceChildren(); // a phone number does not stay in the page
    delete area.dataset.key;
    return;
  }
  purposes = passage.green ? [state.green_purpose, ...state.purposes] : state.purposes;
  phoneRequired = state.phone_required;
  known = passage.known_phone;
  entered = passage.entered;
  const key = JSON.stringify([passageId, language, purposes, phoneRequired, known, companions.length, line, entered]);
  rebuild(area, key, () => build(passage.passage_id));
  const who = passage.person ? ` · ${passage.person.name}` : "";
  setText(find("registration-title"), `${word("term.registration")}${who}`);
  const seconds = passage.deadline_s === null ? "" : word("screen.seconds", { s: Math.ceil(Math.max(0, left(passage.deadline_s))) });
  setText(find("registration-left"), seconds);
  setData(area, "sent", isOpen() ? "no" : "yes");
  draw();
}

/** @param {string} about */
function build(about) {
  const pad = keypad({ type, clear: clearDigits });
  const buttons = purposes.map((name, index) => {
    const element = button(word(`purpose.${name}`), { key: PURPOSE_KEYS[index] ?? null, kind: "purpose", press: () => choose(name) });
    element.dataset.purpose = name;
    return element;
  });
  if (!purposes.length) buttons.push(button(word("screen.confirm"), { key: "Enter", kind: "purpose go", press: () => void submit(null) }));
  return [
    make("header", {}, make("h2", { id: "registration-title" }), make("p", { id: "phone-hint", class: "hint" }, word(known ? "registration.known_hint" : "registration.purpose_hint")),
      make("b", { id: "registration-left" })),
    entered && make("div", { id: "entered" },
      make("p", {}, `${word("registration.entered")} `, make("b", {}, enteredText())),
      button(word("registration.entered_no"), { press: () => judgeEntered(false), id: "entered-no" })),
    make("div", { class: "phone-row" },
      make("output", { id: "phone", class: "field", "aria-label": word("registration.phone") }),
      lineButton(about),
      companionButton(companions.length, () => askCompanion(about, (one) => { companions.push(one); })),
    ),
    make("div", { class: "typing" }, pad, make("div", { class: "purposes", "data-many": purposes.length > 6 ? "yes" : "no" }, ...buttons)),
  ];
}

function draw() {
  const field = seek("phone");
  if (!field) return;
  keep(KEPT, isOpen() && (digits || purpose) ? { about: passageId, digits, purpose, line } : null);
  setText(field, phoneText(digits, line) || known || word(phoneRequired ? "registration.phone" : "registration.phone_optional"));
  setData(field, "empty", digits || known ? "no" : "yes");
  setData(field, "bad", isWrongPhone(digits, line) ? "yes" : "no");
  setData(field, "full", isPhone(digits, line) || (known && !digits) ? "yes" : "no");
  for (const element of /** @type {NodeListOf<HTMLElement>} */ (find("registration").querySelectorAll(".purpose"))) {
    setData(element, "chosen", element.dataset.purpose === purpose ? "yes" : "no");
  }
}

/** @param {string} key */
function type(key) {
  if (isOpen() || !isDigit(key)) digits = typedPhone(digits, key, line);
  hint();
}

function clearDigits() {
  digits = "";
  hint();
}

function hint() {
  draw();
  setText(find("phone-hint"), word(`registration.${phoneHint(digits, line, known)}`));
}

/**
 * One key away: a number of another place, or a landline, which has its reason.
 * @param {string} about
 */
function lineButton(about) {
  if (!isMobile(line)) return button(word("registration.line_mobile"), { kind: "quiet", press: () => setLine(MOBILE_LINE), id: "line" });
  return button(word("registration.line"), { kind: "quiet", press: () => askLine(about), id: "line" });
}

/** @param {string} about */
function askLine(about) {
  const abroad = ABROAD.map((prefix) => ({ label: prefix === "+" ? word("registration.other_prefix") : prefix, kind: "tall", press: () => setLine({ prefix, because: null }) }));
  const reasons = /** @type {import("./typing.js").Because[]} */ (keysOf("landline_reason"));
  const landline = reasons.map((because) => ({ label: word(`landline_reason.${because}`), kind: "tall", press: () => setLine({ prefix: "", because }) }));
  ask(about, word("registration.line"), [{ heading: word("registration.abroad"), choices: abroad }, { heading: word("registration.landline"), choices: landline }]);
}

/** @param {import("./typing.js").Line} next */
function setLine(next) {
  line = next;
  digits = "";
  const state = current();
  if (state !== null) renderRegistration(state, document.documentElement.lang); // drawn anew at once, with its other hint
  hint();
}

/** @param {string} name */
function choose(name) {
  purpose = name;
  draw();
  if (isReady()) void submit(name);
  else setText(find("phone-hint"), word("registration.phone_bad"));
}

/** @param {string | null} name */
async function submit(name) {
  if (passageId === null || !isOpen()) return;
  if (!isReady()) {
    say(word("registration.phone_bad"), "bad");
    return;
  }
  const about = passageId;
  const area = find("registration");
  area.dataset.sent = "yes";
  const because = line.because && digits ? { landline_because: line.because } : {};
  const body = { phone: digits ? line.prefix + digits : null, ...because, purpose: name, ...(companions.length ? { companions } : {}) };
  await sendOnce(sendKey(), `/api/v1/passages/${about}/registration`, body);
  if (passageId === about) setData(area, "sent", isOpen() ? "no" : "yes");
}

/**
 * Take a key; returns whether it was for the registration.
 * @param {string} key
 */
export function registrationKey(key) {
  if (passageId === null) return false;
  const keyed = purposes[PURPOSE_KEYS.indexOf(key)];
  if (isTyping(key)) type(key);
  else if (key === "Escape") clearDigits();
  else if (key === "Enter") enter();
  else if (keyed !== undefined) choose(keyed);
  else return false;
  return true;
}

/** What the visitor typed, as the guard reads it to them: no whole number. */
export const enteredText = () => [entered?.phone, entered?.purpose && word(`purpose.${entered.purpose}`)].filter(Boolean).join(" · ");

/**
 * Register the visitor with what they typed, or let them type it again.
 * @param {boolean} take
 */
export function judgeEntered(take) {
  if (passageId !== null) void sendOnce(take ? sendKey() : `entered:${passageId}:${performance.now()}`, `/api/v1/passages/${passageId}/entry`, { take, by: by() });
}

/**
 * What it waits for: the phone, the purpose, or to be sent; null where nobody registers.
 * @returns {"entered" | "phone" | "purpose" | "send" | "sent" | null}
 */
export function registrationAsks() {
  if (passageId === null) return null;
  if (!isOpen()) return "sent";
  if (entered !== null && !digits) return "entered";
  if (!isReady()) return "phone";
  return purpose === null && purposes.length ? "purpose" : "send";
}

/** Send what was typed: what Enter does. */
export const submitTyped = () => enter();

function enter() {
  if (purpose !== null || !purposes.length) void submit(purpose);
  else hint();
}
