// Alarms as the gate tells them: their words, and the line that shows them.

import { minuteText } from "../shared/figures.js";
import { find, make, rebuild, setData } from "../shared/page.js";
import { countsByDecision } from "./snapshot.js";
import { faultText } from "./verdict.js";
import { word } from "../shared/words.js";

const DECISIONS = /** @type {const} */ (["admit", "deny", "recheck", "hold"]);
const PRIORITIES = /** @type {const} */ (["high", "medium", "low"]);
const SHIFT_MS = 8 * 3600_000;

/**
 * Technical alarms that must be acted on; low ones stand in the status line only.
 * @param {Door.ScreenState} state
 */
function technical(state) {
  return state.alarms.filter((alarm) => alarm.technical && alarm.priority !== "low");
}

/** @param {Door.AlarmView} alarm */
function text(alarm) {
  const said = faultText({ what: alarm.what, device: alarm.about });
  return alarm.chatters ? `${said}（${word("alarms.chatters", { n: alarm.times })}）` : said;
}

/**
 * What the counts are of: the last eight hours, or the time since the gate was started.
 * @param {Door.AlarmCounts} shift
 * @param {Door.ScreenState} state
 */
function alarmsOf(shift, state) {
  const since = new Date(shift.since);
  if (Date.parse(state.time) - since.getTime() >= SHIFT_MS) return word("alarms.shift");
  return word("alarms.since", { t: minuteText(since, state.gate.timezone) });
}

/**
 * The line under the bar is always there, so that an alarm moves nothing.
 * @param {Door.ScreenState} state
 * @param {string} language
 */
export function renderAlarmLine(state, language) {
  const line = find("technical");
  const faults = technical(state);
  const counts = countsByDecision(state);
  const shift = state.alarm_counts;
  const counted = shift && alarmsOf(shift, state);
  const key = JSON.stringify([language, faults, counts, shift, counted, state.today.staff_present, state.today.staff, state.inside]);
  rebuild(line, key, () => [
    faults.length
      ? make("strong", {}, faults.map((alarm) => `⚠ ${text(alarm)}`).join("　"))
      : make("span", { id: "today" }, `${word("screen.today")} `,
        ...DECISIONS.map((name) => make("span", {}, `${word(`decision.${name}`)} `, make("b", {}, String(counts[name])))),
        make("span", { id: "inside-now" }, `${word("screen.inside")} `, make("b", {}, String(state.inside))),
        state.today.staff ? make("span", {}, `${word("screen.staff_present")} `, make("b", {}, `${state.today.staff_present}/${state.today.staff}`)) : null),
    shift && make("span", { id: "shift-alarms" }, `${counted} `,
      ...PRIORITIES.map((name) => make("span", {}, `${word(`priority.${name}`)} `, make("b", {}, String(shift[name])))),
      shift.suppressed ? make("span", {}, word("alarms.suppressed", { n: shift.suppressed })) : null),
  ]);
  setData(line, "faults", faults.length ? "yes" : "no");
}
