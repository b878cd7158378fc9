// The accounts of this door (值守人员账号), for a supervisor: a list, a new one, another PIN, and an end.

import { keypad } from "./keypad.js";
import { button, make, setText } from "../shared/page.js";
import { ask, closePanel, showPanel } from "./panel.js";
import { say, sendOnce } from "./send.js";
import { askSession, session } from "./session.js";
import { word } from "../shared/words.js";

const ABOUT = "staff"; // every panel here is about "staff…": no passage closes it
const SHORTEST_PIN = 6;
const LONGEST_PIN = 12;
const own = () => session()?.signed_on ?? null;

/** Whether who is signed on may change accounts. */
export const mayStaff = () => ["supervisor", "maintainer"].includes(own()?.role);

/** Whether who is signed on may change an account of this role. */
const mayChange = (role) => role !== "maintainer" || own()?.role === "maintainer";

/** Show every account, and a line to add one. */
export async function openStaff() {
  try {
    const answer = await fetch("/api/v1/staff", { signal: AbortSignal.timeout(5000) });
    if (answer.ok) return show(await answer.json());
    say(word(answer.status === 401 ? "refused.sign_on" : "refused.role"), "bad");
    void askSession();
  } catch {
    say(word("screen.not_sent"), "bad");
  }
}

function show(accounts) {
  const active = accounts.filter((account) => !account.disabled);
  const gone = accounts.filter((account) => account.disabled);
  showPanel(ABOUT, word("account.title"), new Map(), [
    button(word("account.add"), { press: askNew, id: "staff-add" }),
    make("ul", { class: "accounts" }, ...[...active, ...gone].map(line)),
  ]);
}

function line(account) {
  const who = make("div", {}, make("b", {}, account.name), make("span", {}, `${account.code} ${word(`door_role.${account.role}`)}${account.disabled ? ` · ${word("account.disabled")}` : ""}`));
  const change = mayChange(account.role) ? [
    button(word(account.disabled ? "account.enable" : "account.pin"), { press: () => askPin(account.name, (pin) => send(`${account.code}/pin`, { pin })) }),
    account.disabled || account.code === own()?.code ? null : button(word("account.disable"), { press: () => askDisable(account) }),
  ] : [];
  return make("li", { "data-code": account.code }, who, ...change);
}

function askDisable(account) {
  const choices = [{ label: word("account.disable"), kind: "tall", press: () => send(`${account.code}/disable`, {}) }];
  ask(`${ABOUT}-disable`, word("account.disable_title", { n: account.name }), [{ choices }]);
}

/** A name, then a role: then the PIN is asked for. */
function askNew() {
  const name = make("input", { id: "staff-name", class: "text", type: "text", maxlength: "20", autocomplete: "off", "aria-label": word("sign_on.name"), placeholder: word("sign_on.name") });
  const roles = ["guard", "supervisor", "maintainer"].filter(mayChange).map((role) => button(word(`door_role.${role}`), {
    kind: "tall",
    press: () => {
      const given = name.value.trim();
      if (given === "") return name.focus();
      askPin(given, (pin) => send("", { name: given, role, pin }));
    },
  }));
  showPanel(`${ABOUT}-new`, word("account.add"), new Map(), [name, make("h3", {}, word("account.role")), make("div", { class: "choices" }, ...roles)]);
  name.focus();
}

/** Ask for a PIN twice; `done(pin)` gets it. Digits are never shown. */
function askPin(name, done) {
  let first = "";
  let digits = "";
  const field = make("output", { class: "field", id: "staff-typed" });
  const hint = make("p", { role: "status", id: "staff-hint" });
  const draw = (text) => {
    setText(field, "●".repeat(digits.length));
    if (text) setText(hint, text);
  };
  const type = (digit) => { if (digits.length < LONGEST_PIN) digits += digit; draw(); };
  const erase = () => { digits = digits.slice(0, -1); draw(); };
  const clear = () => { digits = ""; draw(); };
  const enter = () => {
    const typed = digits;
    digits = "";
    if (typed.length < SHORTEST_PIN) return draw(word("sign_on.new_pin"));
    if (first === "") { first = typed; return draw(word("account.again")); }
    if (typed !== first) { first = ""; return draw(word("account.differs")); }
    closePanel();
    done(typed);
  };
  const keys = new Map([["Backspace", erase], ["Enter", enter]]);
  for (const digit of "0123456789") keys.set(digit, () => type(digit));
  const confirm = button(word("screen.confirm"), { key: "Enter", kind: "go tall", press: enter, id: "staff-confirm" });
  showPanel(`${ABOUT}-pin`, `${word("account.pin")} · ${name}`, keys, [
    hint, field, make("div", { class: "typing" }, keypad({ type, erase, clear }), make("div", { class: "beside" }, confirm)),
  ]);
  draw(word("sign_on.new_pin"));
}

async function send(path, body) {
  const sent = await sendOnce(`staff:${performance.now()}`, `/api/v1/staff${path && "/"}${path}`, body);
  await askSession();
  if (sent || mayStaff()) await openStaff();
}
