// How far a measurement lies from the line (警戒线): what a raw skin temperature does not tell. Pure.

const SCALE = 200; // the bar reaches so many hundredths to each side
const NEAR = 10; // below a tenth, hundredths are told: 0.0 would be none

/**
 * @typedef {Pick<Door.Temperature, "outcome" | "surface_centi_c" | "body_centi_c" | "score_centi_c" | "threshold_centi_c" | "ceiling_centi_c"
 *   | "rail_centi_c" | "decides_on" | "contact_centi_c" | "contact_threshold_centi_c">} Measured
 */

/**
 * How many hundredths a measurement lies below the line that decides, negative above it; null
 * where nothing was judged. The contact thermometer's word comes before the forehead's.
 * @param {Measured} measured
 */
export function belowLine(measured) {
  const { contact_centi_c: contact, contact_threshold_centi_c: line } = measured;
  if (contact !== null && line !== null) return line - contact;
  if (measured.outcome !== "normal" && measured.outcome !== "elevated") return null;
  const { score_centi_c: score, threshold_centi_c: threshold, ceiling_centi_c: ceiling, rail_centi_c: rail, surface_centi_c: surface } = measured;
  if (score === null || threshold === null) return null;
  if (score >= threshold) return threshold - score;
  const gaps = [threshold - score];
  if (ceiling !== null) gaps.push(ceiling - score);
  if (rail !== null && surface !== null) gaps.push(rail - Math.max(surface, measured.decides_on === "body" ? measured.body_centi_c ?? surface : surface));
  return Math.min(...gaps);
}

/**
 * The key of the words for it, and what fills them.
 * @param {number} centi below the line
 */
export function distanceWords(centi) {
  const size = Math.abs(centi);
  const t = size < NEAR ? `0.${String(size).padStart(2, "0")}` : (size / 100).toFixed(1);
  return { says: centi === 0 ? "heat.at" : centi > 0 ? "heat.below" : "heat.above", t };
}

/**
 * Where it stands on the bar, from 0 to 1; the line is in the middle.
 * @param {number} centi below the line
 */
export const onBar = (centi) => (SCALE - Math.max(-SCALE, Math.min(SCALE, centi))) / (2 * SCALE);
