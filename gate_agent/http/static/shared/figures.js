// Figures as people read them: temperatures, spans, times of day. Pure.

/**
 * Hundredths of a degree as text, both digits: 3642 → 36.42 (never rounded to a verdict).
 * @param {number} centi
 */
export function degrees(centi) {
  const size = Math.abs(centi);
  return `${centi < 0 ? "−" : ""}${Math.trunc(size / 100)}.${two(size % 100)}`;
}

/**
 * Seconds as a guard reads them: 0:07, 9:58, 1:59:30.
 * @param {number} seconds
 */
export function span(seconds) {
  const whole = Math.max(0, Math.ceil(seconds));
  const [h, m, s] = [Math.trunc(whole / 3600), Math.trunc(whole / 60) % 60, whole % 60];
  return h ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** @param {number} number */
const two = (number) => String(number).padStart(2, "0");

/** @type {Map<string, Intl.DateTimeFormat>} */
const clocks = new Map();

/**
 * A time of day at the gate: 14:51:07.
 * @param {Date} date
 * @param {string} zone
 */
export function clockText(date, zone) {
  let clock = clocks.get(zone);
  if (!clock) {
    clock = new Intl.DateTimeFormat("zh-CN", { timeZone: zone, hourCycle: "h23", hour: "2-digit", minute: "2-digit", second: "2-digit" });
    clocks.set(zone, clock);
  }
  return clock.format(date);
}

/**
 * The same to the minute: 14:51.
 * @param {Date} date
 * @param {string} zone
 */
export const minuteText = (date, zone) => clockText(date, zone).slice(0, 5);

/**
 * The hour alone: 14.
 * @param {Date} date
 * @param {string} zone
 */
export const hourText = (date, zone) => clockText(date, zone).slice(0, 2);
