// Around the verdict: hall mode, clock, technical faults, last passages, today, devices, uplink.

import { clockText, degrees, find, make, rebuild, setData, setText, shape, span } from "../shared/page.js";
import { dutyCells } from "./duties.js";
import { gateTime, shown } from "./state.js";
import { trustWords } from "./thermometer.js";
import { word } from "../shared/words.js";

const SHAPE = { admit: "check", deny: "noentry", recheck: "again", ambiguous: "again", hold: "stop" };
const ROWS = 12;

export function renderBar(state) {
  setText(find("mode"), word(`hall_mode.${state.hall_mode}`));
  setData(find("mode"), "mode", state.hall_mode);
  setText(find("clock"), clockText(gateTime(), state.gate.timezone));
}

export function renderRecent(state, language) {
  const lines = state.recent.slice(0, ROWS);
  const key = `${language} ${lines.map((line) => line.sequence).join()}`;
  rebuild(find("recent"), key, () => [
    make("h2", {}, word("screen.recent")),
    lines.length ? make("ol", {}, ...lines.map((line) => row(line, state.gate.timezone))) : make("p", {}, word("screen.none_yet")),
  ]);
}

function row(line, zone) {
  const why = line.decision === "admit" ? "" : line.reasons.map((reason) => word(`reason.${reason}`)).join("；");
  return make("li", { "data-decision": line.decision },
    make("time", {}, clockText(new Date(line.decided), zone)),
    shape(SHAPE[line.decision]),
    make("b", {}, word(`decision.${shown(line.decision)}`)),
    make("span", { class: "row-who" }, line.person?.name ?? word(`category.${line.category}`)),
    make("span", { class: "row-why" }, why),
    make("span", { class: "row-temperature" }, line.surface_centi_c === null ? "—" : degrees(line.surface_centi_c)),
  );
}

export function renderStatus(state, language) {
  const trust = trustWords(state);
  const devices = Object.entries(state.devices).map(([name, view]) => {
    const doubts = name === "thermometer" && view.state === "ok" ? trust : "";
    return [word(`device_short.${name}`), doubts || word(`device_state.${view.state}`), view.state !== "ok" ? "technical" : doubts ? "low" : "plain"];
  });
  const journal = [word("status.journal"), state.journal.writable ? `${word("status.journal_ok")} #${state.journal.sequence}` : word("status.journal_bad"), state.journal.writable ? "plain" : "technical"];
  const { state: link, pending, oldest_pending_s: oldest } = state.uplink;
  const waiting = pending ? ` · ${word("term.not_uploaded", { n: pending })}` + (oldest >= 60 ? ` · ${word("status.oldest", { s: span(oldest) })}` : "") : "";
  const uplink = [word("status.uplink"), word(`uplink_state.${link}`) + waiting, link === "connected" ? "plain" : "low"];
  const clock = [word("term.clock"), word(`clock_quality.${state.clock}`), state.clock === "synced" || state.clock === "holdover" ? "plain" : "low"];
  const { first_visit_ms: first, repeat_visit_ms: repeat } = state.today;
  const seconds = (ms) => (ms === null ? "—" : `${(ms / 1000).toFixed(1)} s`);
  const pace = first === null && repeat === null ? [] : [[word("status.pace"), word("status.pace_of", { f: seconds(first), r: seconds(repeat) }), "plain"]];
  const cells = [...pace, ...devices, journal, uplink, clock, ...dutyCells(state.holds.length)];
  rebuild(find("status"), JSON.stringify([language, cells]), () => [
    ...cells.map(([name, text, kind]) => make("span", { "data-kind": kind }, `${name} `, make("b", {}, text))),
  ]);
}
