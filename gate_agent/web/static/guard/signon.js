// The sign-on (值守登录): name buttons and a PIN pad over the page. An alarm pushes it aside.

import { find, make, rebuild, setText } from "../shared/page.js";
import { ask } from "./panel.js";
import { askFor, askSession, mustSignOn, onSession, session } from "./session.js";
import { mayStaff, openStaff } from "./staff.js";
import { word } from "../shared/words.js";

const LOOK_MS = 30_000;
const MOST_DIGITS = 12;
const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "clear", "0", "enter"];
const LANGUAGE = () => document.documentElement.lang;
let chosen = null; // the code of a name button
let digits = "";
let message = "";
let busy = false;
let field = "code"; // at a new door: code, then name, then pin
let setup = { code: "", name: "" };

/** Whether keys belong to the sign-on now. */
export const signOnIsOpen = () => mustSignOn() && !alarmStands();

const alarmStands = () => document.body.dataset.alarm === "high";

/** Show the sign-on, or who is signed on, as things stand. */
export function renderSignOn() {
  const open = signOnIsOpen();
  find("signon").hidden = !open;
  document.body.dataset.signon = open ? "open" : mustSignOn() ? "aside" : "no";
  if (!open) return;
  const view = session();
  const key = JSON.stringify([view.people, view.setup, chosen, LANGUAGE(), field]);
  rebuild(find("signon"), key, () => (view.setup ? atNewDoor() : [heading(word("sign_on.choose")), names(view.people), ...(chosen === null ? [] : pad(signOn))]));
  const told = find("signon-message"), shown = find("signon-pin"); // there once a name is chosen
  if (told !== null) setText(told, message);
  if (shown !== null) setText(shown, "●".repeat(digits.length) || word("sign_on.pin"));
}

/** The name that stands in the bar; null while nobody must sign on here. */
export const signedOnName = () => session()?.signed_on?.name ?? null;

/** Ask whether to sign off, at the gate too; a supervisor finds the accounts here. */
export function askSignOff() {
  if (session()?.signed_on === null) return;
  const choices = [{ label: word("sign_on.off"), kind: "tall", press: () => void signOff() }];
  if (mayStaff()) choices.push({ label: word("account.title"), kind: "tall", press: () => void openStaff() });
  ask("post", word("sign_on.off_title"), [{ choices }]);
}

async function signOff() {
  await askFor("/api/v1/session/end", {});
  await askSession();
}

/** A key while the sign-on is open; returns whether it was taken. */
export function signOnKey(key) {
  if (!signOnIsOpen() || find("signon-pin") === null) return false;
  if (/^[0-9]$/.test(key)) press(key);
  else if (key === "Backspace") digits = digits.slice(0, -1);
  else if (key === "Escape") clear();
  else if (key === "Enter") submit();
  else return false;
  renderSignOn();
  return true;
}

/** Begin: ask once, and look again now and then. */
export function watchSession(render) {
  onSession(render);
  void askSession();
  setInterval(() => void askSession(), LOOK_MS);
}

let submit = () => {};

const heading = (text) => make("h2", {}, text);

function names(people) {
  const buttons = people.map((person) =>
    make("button", { type: "button", "aria-pressed": String(person.code === chosen), onpress: () => choose(person.code) },
      make("span", {}, person.name), make("small", {}, `${person.code} ${word(`door_role.${person.role}`)}`)));
  return make("div", { class: "names" }, ...buttons);
}

function pad(send) {
  submit = send;
  const keys = KEYS.map((key) => make("button", { type: "button", class: key, onpress: () => press(key) },
    key === "clear" ? "⌫" : key === "enter" ? word("sign_on.enter") : key));
  return [
    make("output", { id: "signon-pin" }),
    make("div", { class: "pad" }, ...keys),
    make("p", { id: "signon-message", role: "alert" }),
  ];
}

function atNewDoor() {
  if (field === "name") {
    const input = make("input", { id: "signon-name", maxlength: 20, autocomplete: "off", "aria-label": word("sign_on.name") });
    const next = make("button", { type: "button", class: "enter", onpress: () => nameGiven(input.value.trim()) }, word("sign_on.enter"));
    return [heading(word("sign_on.name")), make("div", { class: "names" }, input, next), make("p", { id: "signon-message", role: "alert" })];
  }
  return [heading(word(field === "code" ? "sign_on.setup" : "sign_on.new_pin")), ...pad(field === "code" ? codeGiven : newPinGiven)];
}

function choose(code) {
  chosen = code;
  clear();
}

function clear() {
  digits = "";
  message = "";
  renderSignOn();
}

function press(key) {
  if (busy) return;
  if (key === "clear") digits = digits.slice(0, -1);
  else if (key === "enter") return void submit();
  else if (digits.length < MOST_DIGITS) digits += key;
  message = "";
  renderSignOn();
}

async function once(path, body) {
  if (busy) return null;
  busy = true;
  digits = "";
  const answer = await askFor(path, body);
  busy = false;
  if (!answer.ok) {
    const waits = answer.status === 429;
    message = answer.status === 0 ? word("screen.not_sent") : waits ? word("sign_on.wait", { s: answer.retryS }) : word("sign_on.wrong");
  }
  return answer;
}

async function signOn() {
  if (chosen === null || digits.length === 0) return;
  const answer = await once("/api/v1/session", { code: chosen, pin: digits });
  if (answer?.ok) chosen = null;
  await askSession();
  renderSignOn();
}

function codeGiven() {
  setup.code = digits;
  field = "name";
  clear();
}

function nameGiven(name) {
  if (name === "") return;
  setup.name = name;
  field = "pin";
  clear();
}

async function newPinGiven() {
  const answer = await once("/api/v1/setup", { one_time_code: setup.code, name: setup.name, pin: digits });
  if (answer?.ok) chosen = answer.told.code;
  field = "code";
  setup = { code: "", name: "" };
  await askSession();
  renderSignOn();
}
