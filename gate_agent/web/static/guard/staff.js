// The accounts of this door (值守人员账号), for a supervisor: a list, a new one, another PIN, and an end.

import { keypad, keypadKeys } from "./keypad.js";
import { button, make, setText, textField } from "../shared/page.js";
import { ask, closePanel, showPanel } from "./panel.js";
import { say, sendOnce } from "./send.js";
import { askSession, get, session } from "./session.js";
import { pinTwice, typedPin } from "./typing.js";
import { word } from "../shared/words.js";

const ABOUT = "staff"; // every panel here is about "staff…": no passage closes it
/** @type {Door.GuardRole[]} */
const ROLES = ["guard", "supervisor", "maintainer"];
const ASKS = { first: "sign_on.new_pin", again: "account.again", anew: "account.differs" };
const own = () => session()?.signed_on ?? null;

/** Whether who is signed on may change accounts. */
export const mayStaff = () => ["supervisor", "maintainer"].includes(own()?.role ?? "");

/**
 * Whether who is signed on may change an account of this role.
 * @param {Door.GuardRole} role
 */
const mayChange = (role) => role !== "maintainer" || own()?.role === "maintainer";

/** Show every account, and a line to add one. */
export async function openStaff() {
  const answer = await get("/api/v1/staff");
  if (answer.ok) {
    show(answer.told);
    return;
  }
  say(word(answer.status === 0 ? "screen.not_sent" : answer.status === 401 ? "refused.sign_on" : "refused.role"), "bad");
  if (answer.status !== 0) void askSession();
}

/** @param {Door.StaffView[]} accounts */
function show(accounts) {
  const active = accounts.filter((account) => !account.disabled);
  const gone = accounts.filter((account) => account.disabled);
  showPanel(ABOUT, word("account.title"), new Map(), [
    button(word("account.add"), { press: askNew, id: "staff-add" }),
    make("ul", { class: "accounts" }, ...[...active, ...gone].map(line)),
  ]);
}

/** @param {Door.StaffView} account */
function line(account) {
  const who = make("div", {}, make("b", {}, account.name), make("span", {}, `${account.code} ${word(`guard_role.${account.role}`)}${account.disabled ? ` · ${word("account.disabled")}` : ""}`));
  const change = mayChange(account.role) ? [
    button(word(account.disabled ? "account.enable" : "account.pin"), { press: () => askPin(account.name, (pin) => void afterwards(sendOnce(key(), `/api/v1/staff/${account.code}/pin`, { pin }))) }),
    account.disabled || account.code === own()?.code ? null : button(word("account.disable"), { press: () => askDisable(account) }),
  ] : [];
  return make("li", { "data-code": account.code }, who, ...change);
}

/** @param {Door.StaffView} account */
function askDisable(account) {
  const press = () => void afterwards(sendOnce(key(), `/api/v1/staff/${account.code}/disable`, {}));
  const choices = [{ label: word("account.disable"), kind: "tall", press }];
  ask(`${ABOUT}-disable`, word("account.disable_title", { n: account.name }), [{ choices }]);
}

/** A name, then a role: then the PIN is asked for. */
function askNew() {
  const name = textField("staff-name", 20, word("sign_on.name"), word("sign_on.name"));
  const roles = ROLES.filter(mayChange).map((role) => button(word(`guard_role.${role}`), {
    kind: "tall",
    press: () => {
      const given = name.value.trim();
      if (given === "") name.focus();
      else askPin(given, (pin) => void afterwards(sendOnce(key(), "/api/v1/staff", { name: given, role, pin })));
    },
  }));
  showPanel(`${ABOUT}-new`, word("account.add"), new Map(), [name, make("h3", {}, word("account.role")), make("div", { class: "choices" }, ...roles)]);
  name.focus();
}

/**
 * Ask for a PIN twice; `then(pin)` gets it. Digits are never shown.
 * @param {string} name
 * @param {(pin: string) => void} then
 */
function askPin(name, then) {
  let before = "";
  let digits = "";
  const field = make("output", { class: "field", id: "staff-typed" });
  const hint = make("p", { role: "status", id: "staff-hint" });
  /** @param {string} next */
  const draw = (next) => { digits = next; setText(field, "●".repeat(digits.length)); };
  /** @param {string} pressed */
  const type = (pressed) => draw(typedPin(digits, pressed));
  const enter = () => {
    const next = pinTwice(before, digits);
    if ("pin" in next) {
      closePanel();
      then(next.pin);
      return;
    }
    before = next.before;
    draw("");
    setText(hint, word(ASKS[next.asks]));
  };
  const confirm = button(word("screen.confirm"), { key: "Enter", kind: "go tall", press: enter, id: "staff-confirm" });
  showPanel(`${ABOUT}-pin`, `${word("account.pin")} · ${name}`, keypadKeys({ type, enter }), [
    hint, field, make("div", { class: "typing" }, keypad({ type, clear: () => draw("") }), make("div", { class: "beside" }, confirm)),
  ]);
  draw("");
  setText(hint, word(ASKS.first));
}

const key = () => `staff:${performance.now()}`;

/**
 * Look again at what was changed.
 * @param {Promise<boolean>} sending
 */
async function afterwards(sending) {
  const sent = await sending;
  await askSession();
  if (sent || mayStaff()) await openStaff();
}
