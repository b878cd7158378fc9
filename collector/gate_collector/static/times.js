// Times as a clerk reads them. Pure.

import { word } from "./shared/words.js";

const DAY_MS = 86_400_000;
const NEAR = /** @type {const} */ ([[0, "moment.today"], [-1, "moment.yesterday"], [1, "moment.tomorrow"]]);

/**
 * A moment by a clock of this zone: 2026-11-24 10:04.
 * @param {Date} moment
 * @param {string} zone
 */
const onClock = (moment, zone) => moment.toLocaleString("sv-SE", { timeZone: zone }).slice(0, 16);

/**
 * A time of the contract as people say it: today 10:04, yesterday 18:22, 11-24 10:04.
 * @param {string} utc
 * @param {Date} now
 * @param {string} zone
 */
export function spoken(utc, now, zone) {
  const [day = "", at = ""] = onClock(new Date(utc), zone).split(" ");
  const today = onClock(now, zone).slice(0, 10);
  for (const [days, key] of NEAR) {
    if (day === new Date(Date.parse(today) + days * DAY_MS).toISOString().slice(0, 10)) return word(key, { at });
  }
  return `${day.slice(0, 4) === today.slice(0, 4) ? day.slice(5) : day} ${at}`;
}

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
