// The sound's self-test at the start of a shift, and a drill of the hold (演练).

import { button, find, make, setData, setText } from "../shared/page.js";
import { closePanel, panelAbout, showPanel } from "./panel.js";
import { by } from "./post.js";
import { sendOnce } from "./send.js";
import { playSelfTest } from "./sound.js";
import { checkKey, checkParts } from "./thermometer.js";
import { word } from "../shared/words.js";

const KEY = "gate.selftest"; // {at, heard}: of this screen
const SHIFT_MS = 8 * 3600_000;

function last() {
  try {
    return JSON.parse(localStorage.getItem(KEY)) ?? null;
  } catch {
    return null;
  }
}

/** Whether this shift's sound was tested and heard: yes | due | failed. */
function tested() {
  const test = last();
  if (test === null || Date.now() - test.at > SHIFT_MS) return "due";
  return test.heard ? "yes" : "failed";
}

export function renderChecks() {
  setText(find("more"), word("checks.open"));
  setData(find("more"), "tested", tested());
}

export function wireChecks(changed) {
  find("more").addEventListener("click", () => openChecks(changed));
}

function openChecks(changed) {
  const keep = (heard) => {
    localStorage.setItem(KEY, JSON.stringify({ at: Date.now(), heard }));
    changed();
    openChecks(changed);
  };
    const t = new Date(last()?.at ?? 0).toTimeString().slice(0, 5);
  const drill = () => {
    closePanel();
    sendOnce(`drill:${performance.now()}`, "/api/v1/drills", { by: by() });
  };
  showPanel("checks", word("checks.title"), new Map(), [
    make("p", { id: "selftest-state", "data-tested": tested() }, word(`checks.${tested()}`, { t })),
    button(word("checks.play"), { kind: "go tall", press: playSelfTest, id: "selftest" }),
    make("p", {}, word("checks.ask")),
    make("div", { class: "choices two" },
      button(word("checks.heard"), { kind: "tall", press: () => keep(true), id: "selftest-heard" }),
      button(word("checks.unheard"), { kind: "tall", press: () => keep(false), id: "selftest-unheard" })),
    ...checkParts(() => { if (panelAbout() === "checks") openChecks(changed); }),
    make("h3", {}, word("term.drill")),
    button(word("checks.drill_start"), { kind: "tall", press: drill, id: "drill" }),
    make("p", {}, word("checks.drill_hint")),
  ]);
}

/** Take a key while the panel is open; returns whether it was for it. */
export const checksKey = (key) => panelAbout() === "checks" && checkKey(key);
