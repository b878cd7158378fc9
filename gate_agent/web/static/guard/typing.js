// What is typed on a keypad, digit by digit: phones, temperatures, counts, PINs. Pure.

const MOBILE = /^1[3-9]\d{9}$/;
const MOBILE_DIGITS = 11;
const LANDLINE = /^0\d{9,11}$/;
const ABROAD = { least: 7, most: 15 }; // of any number in the world
const READING = { least: 3, most: 4 };
const PIN = { least: 6, most: 12 };
const COUNT_DIGITS = 5;

/**
 * The digits after a key: 0 to 9, or Backspace; any other leaves them.
 * @param {string} digits
 * @param {string} key
 * @param {number} most
 */
export function typed(digits, key, most) {
  if (key === "Backspace") return digits.slice(0, -1);
  return isDigit(key) && digits.length < most ? digits + key : digits;
}

/** @param {string} key */
export const isDigit = (key) => /^[0-9]$/.test(key);

/** @param {string} key */
export const isTyping = (key) => isDigit(key) || key === "Backspace";

/** @typedef {NonNullable<Door.RegistrationRequest["landline_because"]>} Because */

/**
 * What kind of number is typed: a mobile one, one of another place, or a landline and why.
 * @typedef {{ prefix: string, because: Because | null }} Line
 */

/** @type {Line} */
export const MOBILE_LINE = { prefix: "", because: null };

/** @param {Line} line */
export const isMobile = (line) => !line.prefix && !line.because;

/** @param {Line} line */
const mostOf = (line) => (isMobile(line) ? MOBILE_DIGITS : ABROAD.most);

/**
 * Whether it can be a number of this kind.
 * @param {string} digits
 * @param {Line} line
 */
export function isPhone(digits, line) {
  if (isMobile(line)) return MOBILE.test(digits);
  return line.because ? LANDLINE.test(digits) : digits.length >= ABROAD.least;
}

/**
 * Whether no further digit can make it one.
 * @param {string} digits
 * @param {Line} line
 */
export const isWrongPhone = (digits, line) => digits.length === mostOf(line) && !isPhone(digits, line);

/**
 * The phone after a key.
 * @param {string} digits
 * @param {string} key
 * @param {Line} line
 */
export const typedPhone = (digits, key, line) => typed(digits, key, mostOf(line));

/**
 * As it is shown: 138 1234 5678, +852 91234567; "" while there is nothing.
 * @param {string} digits
 * @param {Line} line
 */
export function phoneText(digits, line) {
  const parts = isMobile(line) ? [digits.slice(0, 3), digits.slice(3, 7), digits.slice(7)] : [line.prefix, digits];
  return parts.filter(Boolean).join(" ");
}

/**
 * Whether a registration can be sent: a whole number, or none where none is needed or one is known.
 * @param {string} digits
 * @param {Line} line
 * @param {{ known: string | null, required: boolean }} asks
 */
export const isPhoneEnough = (digits, line, { known, required }) => isPhone(digits, line) || (!digits && (known !== null || !required));

/**
 * What to do next, as the key of its words.
 * @param {string} digits
 * @param {Line} line
 * @param {string | null} known
 */
export function phoneHint(digits, line, known) {
  if (known && !digits) return "known_hint";
  if (isPhone(digits, line)) return "purpose_first";
  if (!isMobile(line)) return line.because ? "landline_hint" : "abroad_hint";
  return digits.length < MOBILE_DIGITS ? "purpose_hint" : "phone_bad";
}

/**
 * A reading of the contact thermometer after a key.
 * @param {string} digits
 * @param {string} key
 */
export const typedReading = (digits, key) => typed(digits, key, READING.most);

/**
 * As it is shown, the point set by itself: "378" → 37.8 ℃.
 * @param {string} digits
 */
export function readingText(digits) {
  const text = digits.padEnd(READING.least, "_");
  return `${text.slice(0, 2)}.${text.slice(2)} ℃`;
}

/**
 * The reading in hundredths of a degree; null while it is none of this range.
 * @param {string} digits
 * @param {number} low
 * @param {number} high
 */
export function readingOf(digits, low, high) {
  const centi = Number(digits.padEnd(READING.most, "0"));
  return digits.length < READING.least || centi < low || centi > high ? null : centi;
}

/**
 * A count after a key; no zero stands before it.
 * @param {string} digits
 * @param {string} key
 */
export function typedCount(digits, key) {
  const next = typed(digits, key, COUNT_DIGITS);
  return next === "" ? "" : String(Number(next));
}

/**
 * A PIN after a key.
 * @param {string} digits
 * @param {string} key
 */
export const typedPin = (digits, key) => typed(digits, key, PIN.most);

/**
 * A PIN that was typed, with the one typed before, "" for none: what is asked next, or the PIN.
 * @param {string} before
 * @param {string} digits
 * @returns {{ asks: "first" | "again" | "anew", before: string } | { pin: string }}
 */
export function pinTwice(before, digits) {
  if (digits.length < PIN.least) return { asks: "first", before };
  if (before === "") return { asks: "again", before: digits };
  return digits === before ? { pin: digits } : { asks: "anew", before: "" };
}
