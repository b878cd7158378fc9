// A page that was loaded again opens what was open: the case, a panel that is about nobody, the keypad.

import { openCase } from "./case.js";
import { openChecks } from "./checks.js";
import { lookAtDuties, openDuties } from "./duties.js";
import { kept } from "./kept.js";
import { openLeave } from "./leave.js";
import { panelAbout } from "./panel.js";
import { askManual, MANUAL } from "./typed.js";

let isDone = false;

/**
 * Once, when the first state is there.
 * @param {import("./snapshot.js").State} state
 * @param {() => void} changed
 */
export function reopen(state, changed) {
  if (isDone) return;
  isDone = true;
  const [holdId, about] = [kept("case"), kept("panel")];
  if (typeof holdId === "string") openCase(holdId);
  if (typeof about !== "string" || panelAbout() !== null) return;
  if (about.startsWith("duties")) void lookAtDuties().then(openDuties);
  else if (about === "checks") openChecks(changed);
  else if (about === "leave") void openLeave(state.gate.timezone);
  else if (about === MANUAL) askManual(state.passage?.passage_id ?? null);
}
