// A temperature typed on the keypad: 37.8 or 37.81, the point sets itself.

import { button, make, setData, setText } from "../shared/page.js";
import { keypad } from "./keypad.js";
import { word } from "../shared/words.js";

/** A pad for readings of `low` to `high` hundredths; what is typed stays while it is drawn anew. */
export function makePad(low, high, range = "contact_range") {
  let digits = "";
  let field = null;
  let done = () => {};

  function draw() {
    const text = digits.padEnd(3, "_");
    setText(field, `${text.slice(0, 2)}.${text.slice(2)} ℃`);
    setData(field, "bad", "no");
  }
  function type(digit) {
    if (digits.length < 4) digits += digit;
    draw();
  }
  function erase() {
    digits = digits.slice(0, -1);
    draw();
  }
  function clear() {
    digits = "";
    if (field) draw();
  }
  function enter() {
    const centi = Number(digits.padEnd(4, "0"));
    if (digits.length < 3 || centi < low || centi > high) {
      setData(field, "bad", "yes");
      return;
    }
    digits = "";
    done(centi);
  }

  return {
    clear,
    /** It, with its title; `then(centi)` gets a reading that can be one. */
    typing(title, then) {
      done = then;
      field = make("output", { class: "field", id: "contact" });
      const confirm = button(word("screen.confirm"), { key: "Enter", kind: "go tall", press: enter, id: "contact-confirm" });
      draw();
      return make("div", { class: "typing reading" }, keypad({ type, erase, clear }),
        make("div", { class: "beside" }, title, field, make("p", { class: "hint" }, word(`pad.${range}`)), confirm));
    },
    /** Take a key; returns whether it was for the pad. */
    key(name) {
      if (/^[0-9]$/.test(name)) type(name);
      else if (name === "Backspace") erase();
      else if (name === "Enter") enter();
      else return false;
      return true;
    },
  };
}
