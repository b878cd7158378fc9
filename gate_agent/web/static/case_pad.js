// The contact thermometer's reading, typed on the keypad: 37.8 or 37.81, the point sets itself.

import { button, make, setData, setText } from "./page.js";
import { keypad } from "./keypad.js";
import { word } from "./words.js";

let digits = ""; // kept while the sheet is drawn anew
let field = null;
let hint = null;
let enter = () => {};

export function resetPad() {
  digits = "";
}

/** The keypad; `done(centi)` gets hundredths of °C once they can be a body's. */
export function contactPad(done) {
  field = make("output", { class: "field", id: "contact" });
  hint = make("p", { class: "hint" }, word("contact_bad"));
  enter = () => {
    const centi = Number(digits.padEnd(4, "0"));
    if (digits.length < 3 || centi < 2500 || centi > 4500) {
      setData(field, "bad", "yes");
      return;
    }
    digits = "";
    done(centi);
  };
  const confirm = button(word("confirm"), { key: "Enter", kind: "go tall", press: () => enter() });
  confirm.id = "contact-confirm";
  draw();
  return [field, make("div", { class: "typing" },
    keypad({ type, erase, clear: () => { digits = ""; draw(); } }),
    make("div", { class: "beside" }, hint, confirm))];
}

/** Take a key; returns whether it was for the keypad. */
export function padKey(key) {
  if (/^[0-9]$/.test(key)) type(key);
  else if (key === "Backspace") erase();
  else if (key === "Enter") enter();
  else return false;
  return true;
}

function type(digit) {
  if (digits.length < 4) digits += digit;
  draw();
}

function erase() {
  digits = digits.slice(0, -1);
  draw();
}

function draw() {
  const text = digits.padEnd(3, "_");
  setText(field, `${text.slice(0, 2)}.${text.slice(2)} ℃`);
  setData(field, "bad", "no");
}
