// The bar below the verdict: how far from the line, in words and as a bar; the raw value beside it, small.

import { degrees } from "../shared/figures.js";
import { draw, find, make, rebuild, setData } from "../shared/page.js";
import { belowLine, distanceWords, onBar } from "./heat.js";
import { word } from "../shared/words.js";

const WIDE = 600, HIGH = 34, MIDDLE = WIDE / 2; // of the drawing
const HATCH = [...Array(12).keys()].map((index) => `M${MIDDLE + 14 + index * 25} 30l18-18`).join("");

/** @param {import("./snapshot.js").State} state */
export function renderHeat(state) {
  const measured = state.passage?.temperature ?? null;
  const area = find("heat");
  area.hidden = measured === null && state.live_centi_c === null;
  const distance = measured && belowLine(measured);
  setData(area, "side", distance === null ? "none" : distance > 0 ? "below" : "above");
  const key = JSON.stringify([document.documentElement.lang, measured, measured ? null : state.live_centi_c]);
  rebuild(area, key, () => (measured ? ofMeasured(measured, distance) : [big(degrees(state.live_centi_c ?? 0), word("verdict.live")), bar(null)]));
}

/**
 * @param {Door.Temperature} measured
 * @param {number | null} distance
 */
function ofMeasured(measured, distance) {
  const contact = measured.contact_centi_c;
  const { says, t } = distance === null ? { says: `heat.${measured.outcome === "low" ? "low" : "unusable"}`, t: "" } : distanceWords(distance);
  return [
    contact === null ? null : big(degrees(contact).replace(/0$/, ""), word("heat.contact")),
    make("p", { id: "heat-says" }, word(says, { t })),
    make("p", { id: "verdict-limits" }, ...limitsOf(measured).map((limit) => make("span", {}, limit))),
    bar(distance),
  ];
}

/**
 * A value in large figures, and what it is.
 * @param {string} value
 * @param {string} what
 */
const big = (value, what) => make("p", { id: "heat-value" }, make("b", {}, value), " ℃ ", make("small", {}, what));

/** @param {Door.Temperature} measured */
function limitsOf(measured) {
  const { surface_centi_c: surface } = measured;
  const limits = surface === null ? [] : [word("term.surface_reading", { t: degrees(surface) })];
  for (const name of /** @type {const} */ (["ambient", "score", "threshold"])) {
    const limit = measured[`${name}_centi_c`];
    if (limit !== null) limits.push(word(`verdict.${name}`, { t: degrees(limit) }));
  }
  return limits;
}

/**
 * The line in the middle, the cool side plain, the warm side hatched; an arrow where it was measured.
 * @param {number | null} distance
 */
function bar(distance) {
  const at = distance === null ? null : Math.round(onBar(distance) * WIDE);
  return draw("svg", { id: "heat-bar", viewBox: `0 0 ${WIDE} ${HIGH}`, preserveAspectRatio: "none", "aria-hidden": "true" },
    draw("rect", { class: "bar-cool", x: 2, y: 12, width: MIDDLE - 2, height: 18 }),
    draw("rect", { class: "bar-warm", x: MIDDLE, y: 12, width: MIDDLE - 2, height: 18 }),
    draw("path", { class: "bar-hatch", d: HATCH }),
    at === null ? "" : draw("rect", { class: "bar-value", x: Math.min(at, MIDDLE), y: 15, width: Math.abs(at - MIDDLE), height: 12 }),
    draw("rect", { class: "bar-line", x: MIDDLE - 3, y: 4, width: 6, height: 30 }),
    at === null ? "" : draw("path", { class: "bar-arrow", d: `M${at} 16l-13-16h26z` }));
}
