// Around the verdict: hall mode, clock, technical faults, last passages, today, devices, uplink.

import { clockText, degrees, span } from "../shared/figures.js";
import { find, make, rebuild, setData, setText, shape } from "../shared/page.js";
import { dutyCells } from "./duties.js";
import { nameOf } from "./hold_words.js";
import { SHAPE, shown } from "./snapshot.js";
import { gateTime } from "./state.js";
import { trustWords } from "./thermometer.js";
import { word } from "../shared/words.js";

/** @typedef {[name: string, text: string, kind: "plain" | "low" | "technical"]} Cell */

const ROWS = 12;

/** @param {Door.ScreenState} state */
export function renderBar(state) {
  setText(find("mode"), word(`hall_mode.${state.hall_mode}`));
  setData(find("mode"), "mode", state.hall_mode);
  setText(find("clock"), clockText(gateTime(state), state.gate.timezone));
}

/**
 * @param {Door.ScreenState} state
 * @param {string} language
 */
export function renderRecent(state, language) {
  const lines = state.recent.slice(0, ROWS);
  const key = `${language} ${lines.map((line) => line.sequence).join()}`;
  rebuild(find("recent"), key, () => [
    make("h2", {}, word("screen.recent")),
    lines.length ? make("ol", {}, ...lines.map((line) => row(line, state.gate.timezone))) : make("p", {}, word("screen.none_yet")),
  ]);
}

/**
 * @param {Door.PassageLine} line
 * @param {string} zone
 */
function row(line, zone) {
  const why = line.decision === "admit" ? "" : line.reasons.map((reason) => word(`reason.${reason}`)).join("；");
  return make("li", { "data-decision": line.decision },
    make("time", {}, clockText(new Date(line.decided), zone)),
    shape(SHAPE[line.decision]),
    make("b", {}, word(`decision.${shown(line.decision)}`)),
    make("span", { class: "row-who" }, nameOf(line)),
    make("span", { class: "row-why" }, why),
    make("span", { class: "row-temperature" }, line.surface_centi_c === null ? "—" : degrees(line.surface_centi_c)),
  );
}

/**
 * @param {Door.ScreenState} state
 * @param {string} language
 */
export function renderStatus(state, language) {
  const cells = gravestFirst([...dutyCells(state.holds.length > 0), ...cellsOf(state)]);
  const line = find("status");
  const key = JSON.stringify([language, cells, line.clientWidth]);
  if (!rebuild(line, key, () => [...cells.map(cellElement), make("b", { id: "status-more" })])) return;
  // One line, whatever it must tell: what has no room is counted, and stands in the panel of the checks.
  const shownCells = /** @type {HTMLElement[]} */ ([...line.querySelectorAll("span")]);
  const more = find("status-more");
  for (let hidden = 0; hidden <= cells.length; hidden += 1) {
    shownCells.forEach((element, index) => { element.hidden = index >= cells.length - hidden; });
    more.hidden = hidden === 0;
    setText(more, `+${hidden}`);
    if (line.scrollWidth <= line.clientWidth) return;
  }
}

/** @param {Cell} cell */
const cellElement = ([name, text, kind]) => make("span", { "data-kind": kind }, `${name} `, make("b", {}, text));

/**
 * What must be acted on first, what is as it should be last.
 * @param {Cell[]} cells
 */
function gravestFirst(cells) {
  const rank = { technical: 0, low: 1, plain: 2 };
  return [...cells].sort(([, , one], [, , other]) => rank[one] - rank[other]);
}

/**
 * Every cell, as a part of a panel.
 * @param {Door.ScreenState} state
 */
export const allCells = (state) => make("div", { class: "all-cells" }, ...gravestFirst([...dutyCells(false), ...cellsOf(state)]).map(cellElement));

/**
 * The other doors, where the screen is wide enough for them.
 * @param {Door.ScreenState} state
 * @param {string} language
 */
export function renderOtherDoors(state, language) {
  const doors = state.others;
  rebuild(find("others"), JSON.stringify([language, doors]), () => (doors.length ? [
    make("h2", {}, word("other_door.title")),
    ...doors.map((one) => make("p", { "data-live": one.is_live ? "yes" : "no" },
      make("b", {}, one.name), make("span", {}, word(one.is_live ? "other_door.live" : "other_door.away")),
      one.holds ? make("strong", {}, word("other_door.holds", { n: one.holds })) : null)),
  ] : []));
  find("others").hidden = doors.length === 0;
}

/**
 * What the status line says of the gate itself. Pure.
 * @param {Door.ScreenState} state
 * @returns {Cell[]}
 */
export function cellsOf(state) {
  const trust = trustWords(state.thermometer);
  const devices = Object.entries(state.devices).map(([name, view]) => {
    const doubts = name === "thermometer" && view.state === "ok" ? trust : "";
    return cell(word(`device_short.${name}`), doubts || word(`device_state.${view.state}`), view.state !== "ok" ? "technical" : doubts ? "low" : "plain");
  });
  const { writable, sequence } = state.journal;
  const journal = cell(word("status.journal"), writable ? `${word("status.journal_ok")} #${sequence}` : word("status.journal_bad"), writable ? "plain" : "technical");
  const { state: link, pending, oldest_pending_s: oldest } = state.uplink;
  const waits = pending ? [word("term.not_uploaded", { n: pending }), ...(oldest >= 60 ? [word("status.oldest", { s: span(oldest) })] : [])] : [];
  const uplink = cell(word("status.uplink"), [word(`uplink_state.${link}`), ...waits].join(" · "), link === "connected" ? "plain" : "low");
  const clock = cell(word("term.clock"), word(`clock_quality.${state.clock}`), state.clock === "synced" || state.clock === "holdover" ? "plain" : "low");
  const { first_visit_ms: first, repeat_visit_ms: repeat } = state.today;
  /** @param {number | null} ms */
  const seconds = (ms) => (ms === null ? "—" : `${(ms / 1000).toFixed(1)} s`);
  const pace = first === null && repeat === null ? [] : [cell(word("status.pace"), word("status.pace_of", { f: seconds(first), r: seconds(repeat) }), "plain")];
  return [...pace, ...devices, journal, uplink, clock];
}

/**
 * @param {string} name
 * @param {string} text
 * @param {Cell[2]} kind
 * @returns {Cell}
 */
const cell = (name, text, kind) => [name, text, kind];
