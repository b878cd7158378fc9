// Times as a clerk reads them. Pure.

import { word } from "./shared/words.js";

const TIME = /** @type {const} */ ({ month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });

/**
 * A time of the contract by a clock of this zone.
 * @param {string} utc
 * @param {string} locale
 * @param {string} zone
 */
export const localText = (utc, locale, zone) => new Date(utc).toLocaleString(locale, { ...TIME, timeZone: zone });

/**
 * How long something took: 3.2 s, 12 min, 2.5 h.
 * @param {number} seconds
 */
export function lasting(seconds) {
  if (seconds < 10) return word("span.s", { n: tenth(seconds) });
  if (seconds < 120) return word("span.s", { n: Math.round(seconds) });
  return seconds < 7200 ? word("span.min", { n: Math.round(seconds / 60) }) : word("span.h", { n: tenth(seconds / 3600) });
}

/** @param {number} n */
const tenth = (n) => Number(n.toFixed(1));

/**
 * The time left until something, to the second: 1:02:03.
 * @param {number} seconds
 */
export function remaining(seconds) {
  const whole = Math.max(0, Math.ceil(seconds));
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return parts.map((part, at) => (at ? String(part).padStart(2, "0") : String(part))).join(":");
}
