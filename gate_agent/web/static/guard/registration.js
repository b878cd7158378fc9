// Real-name registration (实名登记): eleven digits, then one tap on the purpose, and it is done.

import { button, find, make, rebuild, setData, setText } from "../shared/page.js";
import { keypad } from "./keypad.js";
import { ask } from "./panel.js";
import { isSent, say, sendOnce } from "./send.js";
import { current, left } from "./state.js";
import { askCompanion, companionButton } from "./typed.js";
import { keysOf, word } from "../shared/words.js";

const LENGTH = 11;
const LONGEST = 15; // of any number in the world
const ABROAD = ["+852", "+853", "+886", "+7", "+1", "+"]; // the last: its code is typed
const LANDLINE = /^0\d{9,11}$/;
const MOBILE = /^1[3-9]\d{9}$/;
const PURPOSE_KEYS = ["F1", "F2", "F3", "F4", "F5", "F6"];

let passageId = null; // whose registration is on the screen
let digits = "";
let purpose = null;
let purposes = [];
let phoneRequired = true;
let known = null; // the phone of an earlier visit, masked
let companions = [];
let line = { prefix: "", because: null }; // a number of another place, or a landline and why

const isMobile = () => !line.prefix && !line.because;
const most = () => (isMobile() ? LENGTH : LONGEST);
const isPhone = () => (isMobile() ? MOBILE.test(digits) : line.because ? LANDLINE.test(digits) : digits.length >= 7);
const sendKey = () => `registration:${passageId}`;
const isReady = () => isPhone() || (!digits && (known !== null || !phoneRequired));
const isOpen = () => passageId !== null && !isSent(sendKey());

/** Show the panel while a passage waits for it; a new person starts with an empty field. */
export function renderRegistration(state, language) {
  const passage = state.asked;
  const next = passage && !passage.needs_hand ? passage.passage_id : null; // a held one too, once picked
  if (next !== passageId) {
    passageId = next;
    digits = "";
    purpose = null;
    companions = [];
    line = { prefix: "", because: null };
  }
  const area = find("registration");
  area.hidden = passageId === null;
  setData(document.body, "registering", area.hidden ? "no" : "yes");
  if (area.hidden) {
    area.replaceChildren(); // a phone number does not stay in the page
    delete area.dataset.key;
    return;
  }
  purposes = state.purposes;
  phoneRequired = state.phone_required;
  known = passage.known_phone;
  rebuild(area, JSON.stringify([passageId, language, purposes, phoneRequired, known, companions.length, line]), build);
  const who = passage.person ? ` · ${passage.person.name}` : "";
  setText(find("registration-title"), `${word("term.registration")}${who}`);
  const seconds = passage.deadline_s === null ? "" : word("screen.seconds", { s: Math.ceil(Math.max(0, left(passage.deadline_s))) });
  setText(find("registration-left"), seconds);
  setData(area, "sent", isOpen() ? "no" : "yes");
  draw();
}

function build() {
  const pad = keypad({ type, erase, clear: clearDigits });
  const buttons = purposes.map((name, index) => {
    const element = button(word(`purpose.${name}`), { key: PURPOSE_KEYS[index], kind: "purpose", press: () => choose(name) });
    element.dataset.purpose = name;
    return element;
  });
  if (!purposes.length) buttons.push(button(word("screen.confirm"), { key: "Enter", kind: "purpose go", press: () => submit(null) }));
  return [
    make("header", {}, make("h2", { id: "registration-title" }), make("b", { id: "registration-left" }), lineButton()),
    make("div", { class: "phone-row" },
      make("output", { id: "phone", class: "field", "aria-label": word("registration.phone") }),
      companionButton(companions, () => askCompanion(passageId, (one) => { companions.push(one); })),
    ),
    make("p", { id: "phone-hint", class: "hint" }, word(known ? "registration.known_hint" : "registration.purpose_hint")),
    make("div", { class: "typing" }, pad, make("div", { class: "purposes", "data-many": purposes.length > 6 ? "yes" : "no" }, ...buttons)),
  ];
}

function draw() {
  const field = find("phone");
  if (!field) return;
  const parts = isMobile() ? [digits.slice(0, 3), digits.slice(3, 7), digits.slice(7)] : [line.prefix, digits];
  const shown = digits || line.prefix ? parts.filter(Boolean).join(" ") : "";
  setText(field, shown || known || word(phoneRequired ? "registration.phone" : "registration.phone_optional"));
  setData(field, "empty", digits || known ? "no" : "yes");
  setData(field, "bad", digits.length === most() && !isPhone() ? "yes" : "no");
  setData(field, "full", isPhone() || (known && !digits) ? "yes" : "no");
  for (const element of find("registration").querySelectorAll(".purpose")) {
    setData(element, "chosen", element.dataset.purpose === purpose ? "yes" : "no");
  }
}

function type(digit) {
  if (isOpen() && digits.length < most()) digits += digit;
  hint();
}

function erase() {
  digits = digits.slice(0, -1);
  hint();
}

function clearDigits() {
  digits = "";
  hint();
}

function hint() {
  draw();
  const unfinished = isMobile() ? (digits.length < LENGTH ? "purpose_hint" : "phone_bad") : line.because ? "landline_hint" : "abroad_hint";
  const name = known && !digits ? "known_hint" : isPhone() ? "purpose_first" : unfinished;
  setText(find("phone-hint"), word(`registration.${name}`));
}

/** One key away: a number of another place, or a landline, which has its reason. */
function lineButton() {
  const element = button(word(isMobile() ? "registration.line" : "registration.line_mobile"), { kind: "quiet", press: isMobile() ? askLine : () => setLine("", null) });
  element.id = "line";
  return element;
}

function askLine() {
  const abroad = ABROAD.map((prefix) => ({ label: prefix === "+" ? word("registration.other_prefix") : prefix, kind: "tall", press: () => setLine(prefix, null) }));
  const because = keysOf("landline_reason").map((name) => ({ label: word(`landline_reason.${name}`), kind: "tall", press: () => setLine("", name) }));
  ask(passageId, word("registration.line"), [{ heading: word("registration.abroad"), choices: abroad }, { heading: word("registration.landline"), choices: because }]);
}

function setLine(prefix, because) {
  line = { prefix, because };
  digits = "";
  find("registration").dataset.key = ""; // drawn anew at once, with its other hint
  renderRegistration(current(), document.documentElement.lang);
  hint();
}

function choose(name) {
  purpose = name;
  draw();
  if (isReady()) submit(name);
  else setText(find("phone-hint"), word("registration.phone_bad"));
}

async function submit(name) {
  if (!isOpen()) return;
  if (!isReady()) {
    say(word("registration.phone_bad"), "bad");
    return;
  }
  const about = passageId;
  const area = find("registration");
  area.dataset.sent = "yes";
  const body = { phone: digits ? line.prefix + digits : null, ...(line.because && digits ? { landline_because: line.because } : {}), purpose: name, ...(companions.length ? { companions } : {}) };
  await sendOnce(sendKey(), `/api/v1/passages/${about}/registration`, body);
  if (passageId === about) setData(area, "sent", isOpen() ? "no" : "yes");
}

/** Take a key; returns whether it was for the registration. */
export function registrationKey(key) {
  if (passageId === null) return false;
  if (/^\d$/.test(key)) type(key);
  else if (key === "Backspace") erase();
  else if (key === "Escape") clearDigits();
  else if (key === "Enter") enter();
  else if (PURPOSE_KEYS.indexOf(key) in purposes) choose(purposes[PURPOSE_KEYS.indexOf(key)]);
  else return false;
  return true;
}

function enter() {
  if (purpose !== null || !purposes.length) submit(purpose);
  else hint();
}
