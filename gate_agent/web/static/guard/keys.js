// Which key does what (按键): one key one meaning, and the card of keys is printed from here. Pure.

/** @typedef {{ key: string, says: string }} Key `says` is the key of its words */

/** @type {Readonly<Record<string, Key>>} */
export const KEYS = {
  next: { key: "F9", says: "next.guard" },
  symptoms: { key: "F7", says: "action.symptoms" },
  override: { key: "F8", says: "action.override" },
  dismiss: { key: "F10", says: "action.dismiss" },
  manual: { key: "L", says: "action.manual" },
  group: { key: "G", says: "action.group" },
  leave: { key: "E", says: "action.leave" },
  duties: { key: "D", says: "duties.title" },
  mute: { key: "M", says: "sound.ringing" },
  look: { key: "N", says: "look_of.auto" },
};

/** The first purposes of a registration, in their order. */
export const PURPOSE_KEYS = ["F1", "F2", "F3", "F4", "F5", "F6"];

/**
 * What a key does, or undefined.
 * @param {string} pressed
 */
export const doneBy = (pressed) => Object.keys(KEYS).find((name) => KEYS[name]?.key === (pressed.length === 1 ? pressed.toUpperCase() : pressed));

/**
 * The key that does it.
 * @param {string} name
 */
export const keyOf = (name) => KEYS[name]?.key ?? "";
