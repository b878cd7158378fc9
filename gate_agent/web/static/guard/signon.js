// The sign-on (值守登录): name buttons and a PIN pad over the page. An alarm pushes it aside.

import { find, make, rebuild, seek, setText } from "../shared/page.js";
import { ask } from "./panel.js";
import { askSession, mustSignOn, onSession, post, session } from "./session.js";
import { mayStaff, openStaff } from "./staff.js";
import { isTyping, typedPin } from "./typing.js";
import { word } from "../shared/words.js";

const LOOK_MS = 30_000;
const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "clear", "0", "enter"];
const LANGUAGE = () => document.documentElement.lang;
/** @type {string | null} */
let chosen = null; // the code of a name button
let digits = "";
let message = "";
let busy = false;
/** @type {"code" | "name" | "pin"} */
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
  const view = session();
  if (!open || view === null) return;
  const key = JSON.stringify([view.people, view.setup, chosen, LANGUAGE(), field]);
  rebuild(find("signon"), key, () => [where(), ...(view.setup ? atNewDoor() : [heading(word("sign_on.choose")), names(view.people), ...(chosen === null ? [] : pad(signOn))])]);
  setText(find("signon-clock"), find("clock").textContent ?? "");
  setText(find("signon-mode"), find("mode").textContent ?? "");
  const line = seek("signon-message"), shown = seek("signon-pin"); // there once a name is chosen
  if (line !== null) setText(line, message);
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
  await post("/api/v1/session/end", {});
  await askSession();
}

/**
 * A key while the sign-on is open; returns whether it was taken.
 * @param {string} key
 */
export function signOnKey(key) {
  if (!signOnIsOpen() || seek("signon-pin") === null) return false;
  if (isTyping(key)) press(key);
  else if (key === "Escape") clear();
  else if (key === "Enter") void submit();
  else return false;
  renderSignOn();
  return true;
}

/**
 * Begin: ask once, and look again now and then.
 * @param {() => void} render
 */
export function watchSession(render) {
  onSession(render);
  void askSession();
  setInterval(() => void askSession(), LOOK_MS);
}

/** @type {() => void | Promise<void>} */
let submit = () => {};

/** Which door this is, what time it is, and how the hall is open: before anybody signs on for it. */
const where = () => make("header", {}, make("b", {}, find("bar").querySelector("h1")?.textContent ?? ""), make("time", { id: "signon-clock" }), make("span", { id: "signon-mode" }));

/** @param {string} text */
const heading = (text) => make("h2", {}, text);

/** @param {Door.ListedGuard[]} people */
function names(people) {
  const buttons = people.map((person) =>
    make("button", { type: "button", "aria-pressed": String(person.code === chosen), onpress: () => choose(person.code) },
      make("span", {}, person.name), make("small", {}, `${person.code} ${word(`guard_role.${person.role}`)}`)));
  return make("div", { class: "names" }, ...buttons);
}

/** @param {() => void | Promise<void>} send */
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

/** @param {string} code */
function choose(code) {
  chosen = code;
  clear();
}

function clear() {
  digits = "";
  message = "";
  renderSignOn();
}

/** @param {string} key */
function press(key) {
  if (busy) return;
  if (key === "enter") {
    void submit();
    return;
  }
  digits = typedPin(digits, key === "clear" ? "Backspace" : key);
  message = "";
  renderSignOn();
}

/**
 * Send it, unless something is under way; a refusal is kept as the message.
 * @template {Api.Any<Door.Posts>} Path
 * @param {Path} path
 * @param {Api.At<Door.Posts, Path>["body"]} body
 */
async function once(path, body) {
  if (busy) return null;
  busy = true;
  digits = "";
  const answer = await post(path, body);
  busy = false;
  if (!answer.ok) message = refusal(answer.status, answer.retryS);
  return answer;
}

/**
 * @param {number} status
 * @param {number} retryS
 */
function refusal(status, retryS) {
  if (status === 0) return word("screen.not_sent");
  return status === 429 ? word("sign_on.wait", { s: retryS }) : word("sign_on.wrong");
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

/** @param {string} name */
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
