// Alarms as the gate tells them: which one rings, their words, the line that shows them.

import { clockText, find, make, rebuild, setData } from "../shared/page.js";
import { countsByDecision } from "./state.js";
import { faultText } from "./verdict.js";
import { word } from "../shared/words.js";

const SHIFT_MS = 8 * 3600_000;

/** What sounds now: {kind: high | medium | technical | low | none, level, keys}; the gravest wins. */
export function soundOf(alarms) {
  const keys = alarms.map((alarm) => `${alarm.id} ${alarm.since} ${alarm.rung}`);
  const [gravest] = alarms;
  if (!gravest) return { kind: "none", level: 0, keys };
  const kind = gravest.technical && gravest.priority === "medium" ? "technical" : gravest.priority;
  // Each missed deadline rings anew: sooner and louder than the one before.
  return { kind, level: gravest.what === "overdue" ? gravest.rung : gravest.rung - 1, keys };
}

/** Technical alarms that must be acted on, in words; low ones stand in the status line only. */
function technical(state) {
  return state.alarms.filter((alarm) => alarm.technical && alarm.priority !== "low");
}

function text(alarm) {
  const said = faultText({ what: alarm.what, device: alarm.about });
  return alarm.chatters ? `${said}（${word("alarms.chatters", { n: alarm.times })}）` : said;
}

/** What the counts are of: the last eight hours, or the time since the gate was started. */
function alarmsOf(shift, state) {
  const since = new Date(shift.since);
  if (Date.parse(state.time) - since >= SHIFT_MS) return word("alarms.shift");
  return word("alarms.since", { t: clockText(since, state.gate.timezone).slice(0, 5) });
}

/** The line under the bar is always there, so that an alarm moves nothing. */
export function renderAlarmLine(state, language) {
  const line = find("technical");
  const faults = technical(state);
  const counts = countsByDecision(state);
  const shift = state.alarm_counts;
  const told = shift && alarmsOf(shift, state);
  const key = JSON.stringify([language, faults, counts, shift, told, state.today.staff_present, state.today.staff]);
  rebuild(line, key, () => [
    faults.length
      ? make("strong", {}, faults.map((alarm) => `⚠ ${text(alarm)}`).join("　"))
      : make("span", { id: "today" }, `${word("screen.today")} `,
        ...["admit", "deny", "recheck", "hold"].map((name) => make("span", {}, `${word(`decision.${name}`)} `, make("b", {}, String(counts[name])))),
        state.today.staff ? make("span", {}, `${word("screen.staff_present")} `, make("b", {}, `${state.today.staff_present}/${state.today.staff}`)) : null),
    shift && make("span", { id: "shift-alarms" }, `${told} `,
      ...["high", "medium", "low"].map((name) => make("span", {}, `${word(`priority.${name}`)} `, make("b", {}, String(shift[name])))),
      shift.suppressed ? make("span", {}, word("alarms.suppressed", { n: shift.suppressed })) : null),
  ]);
  setData(line, "faults", faults.length ? "yes" : "no");
}
