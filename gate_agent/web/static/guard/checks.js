// The sound's self-test at the start of a shift, and a drill of the hold (演练).

import { button, find, make, setData, setText } from "../shared/page.js";
import { allCells } from "./status.js";
import { commissioningKey, commissioningParts, commissioningPress, commissioningWord } from "./commissioning.js";
import { closePanel, panelAbout, showPanel } from "./panel.js";
import { by } from "./post.js";
import { sendOnce } from "./send.js";
import { playSelfTest } from "./sound.js";
import { current } from "./state.js";
import { checkKey, checkParts } from "./thermometer.js";
import { word } from "../shared/words.js";

const KEY = "gate.selftest"; // of this screen
const SHIFT_MS = 8 * 3600_000;

/** @typedef {{ at: number, heard: boolean }} Test */

let redraw = () => {};
let shown = ""; // of a new door, when the panel was drawn

/** @returns {Test | null} */
function last() {
  try {
    return /** @type {Test | null} */ (JSON.parse(localStorage.getItem(KEY) ?? "null"));
  } catch {
    return null;
  }
}

/**
 * Whether this shift's sound was tested and heard.
 * @param {Test | null} test the newest
 * @param {number} now
 */
export function testedAt(test, now) {
  if (test === null || now - test.at > SHIFT_MS) return "due";
  return test.heard ? "yes" : "failed";
}

const tested = () => testedAt(last(), Date.now());

export function renderChecks() {
  const guides = commissioningWord(current());
  setText(find("more"), guides || word("checks.open"));
  setData(find("more"), "guides", guides ? "yes" : "no");
  if (panelAbout() === "checks" && commissioningKey(current()) !== shown) openChecks(redraw);
  setData(find("more"), "tested", tested());
}

/** @param {() => void} changed */
export function wireChecks(changed) {
  find("more").addEventListener("click", () => openChecks(changed));
}

/** @param {() => void} changed */
export function openChecks(changed) {
  redraw = changed;
  const state = current();
  const guided = commissioningParts(state, () => openChecks(changed));
  shown = commissioningKey(state);
  /** @param {boolean} heard */
  const keep = (heard) => {
    localStorage.setItem(KEY, JSON.stringify({ at: Date.now(), heard }));
    changed();
    openChecks(changed);
  };
  const t = new Date(last()?.at ?? 0).toTimeString().slice(0, 5);
  const drill = () => {
    closePanel();
    void sendOnce(`drill:${performance.now()}`, "/api/v1/drills", { by: by() });
  };
  showPanel("checks", word("checks.title"), new Map(), [
    ...guided,
    ...checkParts(() => { if (panelAbout() === "checks") openChecks(changed); }),
    make("h3", { id: "selftest-state", "data-tested": tested() }, word(`checks.${tested()}`, { t })),
    make("p", {}, word("checks.ask")),
    make("div", { class: "choices three" },
      button(word("checks.play"), { kind: "tall", press: playSelfTest, id: "selftest" }),
      button(word("checks.heard"), { kind: "tall", press: () => keep(true), id: "selftest-heard" }),
      button(word("checks.unheard"), { kind: "tall", press: () => keep(false), id: "selftest-unheard" })),
    make("h3", {}, word("term.drill")),
    make("div", { class: "beside-text" }, button(word("checks.drill_start"), { kind: "tall", press: drill, id: "drill" }), make("p", {}, word("checks.drill_hint"))),
    ...(state === null ? [] : [make("h3", {}, word("status.all")), allCells(state)]),
  ]);
}

/**
 * Take a key while the panel is open; returns whether it was for it.
 * @param {string} key
 */
export const checksKey = (key) => panelAbout() === "checks" && (commissioningPress(key) || checkKey(key));
