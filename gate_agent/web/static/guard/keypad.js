// Twelve big keys: every number of the guard screen is typed on the same one.

import { button, make } from "../shared/page.js";
import { word } from "../shared/words.js";

/**
 * A keypad that calls `type(key)` with a digit or Backspace, and `clear()`.
 * @param {{ type: (key: string) => void, clear: () => void }} does
 */
export function keypad({ type, clear }) {
  /** @param {string} name */
  const digit = (name) => button(name, { kind: "digit", press: () => type(name) });
  return make(
    "div", { class: "keypad" },
    ...[..."123456789"].map(digit),
    button(word("screen.clear"), { kind: "side", press: clear }),
    digit("0"),
    button(word("screen.erase"), { kind: "side", press: () => type("Backspace") }),
  );
}

/**
 * The keys of a panel with a keypad: each does what a tap does.
 * @param {{ type: (key: string) => void, enter: () => void }} does
 * @returns {Map<string, () => void>}
 */
export const keypadKeys = ({ type, enter }) => new Map([
  ...[..."0123456789", "Backspace"].map((key) => /** @type {[string, () => void]} */ ([key, () => type(key)])),
  ["Enter", enter],
]);
