// A phone as visitors type it themselves: a mobile number of this country, eleven digits. Pure.

const MOBILE = /^1[3-9]\d{9}$/;
const DIGITS = 11;

/**
 * The digits after a key; any other key leaves them.
 * @param {string} digits
 * @param {string} key
 */
export function typedPhone(digits, key) {
  if (key === "Backspace") return digits.slice(0, -1);
  return /^[0-9]$/.test(key) && digits.length < DIGITS ? digits + key : digits;
}

/**
 * As it is shown: 138 1234 5678.
 * @param {string} digits
 */
export const phoneText = (digits) => [digits.slice(0, 3), digits.slice(3, 7), digits.slice(7)].filter(Boolean).join(" ");

/**
 * The number once it is one, or null.
 * @param {string} digits
 */
export const entryOf = (digits) => (MOBILE.test(digits) ? digits : null);
