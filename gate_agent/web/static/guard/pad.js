// A temperature typed on the keypad: 37.8 or 37.81, the point sets itself.

import { degrees } from "../shared/figures.js";
import { button, make, setData, setText } from "../shared/page.js";
import { keypad } from "./keypad.js";
import { isTyping, readingOf, readingText, typedReading } from "./typing.js";
import { word } from "../shared/words.js";

/** A pad for readings of the contact thermometer; the page says in which range they are. */
export const contactPad = () => makePad("contact_range", () => {
  const { contactLow, contactHigh } = document.body.dataset;
  return { low: Number(contactLow), high: Number(contactHigh) };
});

/**
 * A pad for readings of a range, in hundredths; what is typed stays while it is drawn anew.
 * @param {string} said the words of that range
 * @param {() => { low: number, high: number }} range
 */
export function makePad(said, range) {
  let digits = "";
  /** @type {HTMLElement | null} */
  let field = null;
  /** @type {(centi: number) => void} */
  let done = () => {};

  /** @param {string} next */
  function show(next) {
    digits = next;
    if (field === null) return;
    setText(field, readingText(digits));
    setData(field, "bad", "no");
  }
  /** @param {string} key */
  const type = (key) => show(typedReading(digits, key));
  const clear = () => show("");
  function enter() {
    const { low, high } = range();
    const centi = readingOf(digits, low, high);
    if (centi === null) {
      if (field) setData(field, "bad", "yes");
      return;
    }
    digits = "";
    done(centi);
  }

  return {
    clear,
    /** Whether what was typed can be a reading. */
    isWhole: () => readingOf(digits, range().low, range().high) !== null,
    /**
     * It, with its title; `then(centi)` gets a reading that can be one.
     * @param {Node} title
     * @param {(centi: number) => void} then
     */
    typing(title, then) {
      done = then;
      field = make("output", { class: "field", id: "contact" });
      const confirm = button(word("screen.confirm"), { key: "Enter", kind: "go tall", press: enter, id: "contact-confirm" });
      show(digits);
      return make("div", { class: "typing reading" }, keypad({ type, clear }),
        make("div", { class: "beside" }, title, field, make("p", { class: "hint" }, word(`pad.${said}`, { low: degrees(range().low), high: degrees(range().high) })), confirm));
    },
    /**
     * Take a key; returns whether it was for the pad.
     * @param {string} name
     */
    key(name) {
      if (isTyping(name)) type(name);
      else if (name === "Enter") enter();
      else return false;
      return true;
    },
  };
}
