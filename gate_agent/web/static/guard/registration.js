// Real-name registration (实名登记): eleven digits, then one tap on the purpose, and it is done.

import { button, find, make, rebuild, setData, setText } from "../shared/page.js";
import { keypad } from "./keypad.js";
import { isSent, say, sendOnce } from "./send.js";
import { left } from "./state.js";
import { askCompanion, companionButton } from "./typed.js";
import { word } from "../shared/words.js";

const LENGTH = 11;
const MOBILE = /^1[3-9]\d{9}$/;
const PURPOSE_KEYS = ["F1", "F2", "F3", "F4", "F5", "F6"];

let passageId = null; // whose registration is on the screen
let digits = "";
let purpose = null;
let purposes = [];
let phoneRequired = true;
let known = null; // the phone of an earlier visit, masked
let companions = [];

const sendKey = () => `registration:${passageId}`;
const isReady = () => MOBILE.test(digits) || (!digits && (known !== null || !phoneRequired));
const isOpen = () => passageId !== null && !isSent(sendKey());

/** Show the panel while a passage waits for it; a new person starts with an empty field. */
export function renderRegistration(state, language) {
  const passage = state.asked;
  const next = passage?.phase === "registering" ? passage.passage_id : null;
  if (next !== passageId) {
    passageId = next;
    digits = "";
    purpose = null;
    companions = [];
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
  rebuild(area, JSON.stringify([passageId, language, purposes, phoneRequired, known, companions.length]), build);
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
    make("header", {}, make("h2", { id: "registration-title" }), make("b", { id: "registration-left" })),
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
  const shown = [digits.slice(0, 3), digits.slice(3, 7), digits.slice(7)].filter(Boolean).join(" ");
  setText(field, shown || known || word(phoneRequired ? "registration.phone" : "registration.phone_optional"));
  setData(field, "empty", digits || known ? "no" : "yes");
  setData(field, "bad", digits.length === LENGTH && !MOBILE.test(digits) ? "yes" : "no");
  setData(field, "full", MOBILE.test(digits) || (known && !digits) ? "yes" : "no");
  for (const element of find("registration").querySelectorAll(".purpose")) {
    setData(element, "chosen", element.dataset.purpose === purpose ? "yes" : "no");
  }
}

function type(digit) {
  if (isOpen() && digits.length < LENGTH) digits += digit;
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
  const name = known && !digits ? "known_hint" : digits.length < LENGTH ? "purpose_hint" : MOBILE.test(digits) ? "purpose_first" : "phone_bad";
  setText(find("phone-hint"), word(`registration.${name}`));
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
  const body = { phone: digits || null, purpose: name, ...(companions.length ? { companions } : {}) };
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
