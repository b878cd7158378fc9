// Twelve big keys: the registration and the contact temperature are typed on the same one.

import { button, make } from "../shared/page.js";
import { word } from "../shared/words.js";

/** A keypad that calls `type(digit)`, `erase()`, `clear()`. */
export function keypad({ type, erase, clear }) {
  const digit = (name) => button(name, { kind: "digit", press: () => type(name) });
  return make(
    "div", { class: "keypad" },
    ..."123456789".split("").map(digit),
    button(word("screen.clear"), { kind: "side", press: clear }),
    digit("0"),
    button(word("screen.erase"), { kind: "side", press: erase }),
  );
}
