// How bright the screen is: light, night, or for glare; by the clock unless the guard chose one.

import { seek, setData, setText } from "../shared/page.js";
import { word } from "../shared/words.js";

const KEY = "gate.look";
const NIGHT = { from: 19, until: 6 }; // hours at the door: a lit hall after dusk needs no sun's white

/** @typedef {"auto" | "light" | "dark" | "contrast"} Look */
/** @type {Look[]} */
export const LOOKS = ["auto", "light", "dark", "contrast"];

/** @returns {Look} */
function chosen() {
  const kept = /** @type {Look} */ (localStorage.getItem(KEY));
  return LOOKS.includes(kept) ? kept : "auto";
}

/**
 * Which look stands at this hour of the door.
 * @param {Look} look
 * @param {number | null} hour null while no gate has told it
 * @returns {"light" | "dark" | "contrast"}
 */
export function lookAt(look, hour) {
  if (look !== "auto") return look;
  return hour !== null && (hour >= NIGHT.from || hour < NIGHT.until) ? "dark" : "light";
}

/**
 * Show the look of this hour, and say at the button which was chosen.
 * @param {number | null} hour
 */
export function renderBrightness(hour) {
  const look = chosen();
  const shows = lookAt(look, hour);
  if (document.documentElement.dataset.look !== shows) document.documentElement.dataset.look = shows;
  const button = seek("look-of");
  if (button === null) return;
  setData(button, "look", look);
  setText(button, word(`look_of.${look}`));
}

/** The next look, remembered on this screen. */
export function switchBrightness() {
  const next = LOOKS[(LOOKS.indexOf(chosen()) + 1) % LOOKS.length] ?? "auto";
  localStorage.setItem(KEY, next);
}
