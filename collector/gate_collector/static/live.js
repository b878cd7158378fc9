// Both doors live by server-sent events; says so when the line is dead.

import { find, make } from "./shared/page.js";
import { request } from "./shared/request.js";
import { listen } from "./shared/stream.js";
import { word } from "./shared/words.js";
import { bars, flow, legend } from "./chart.js";
import { dueOf, figuresOf, heatOf, isLate, lampsOf, stateOf } from "./live_door.js";
import { local, placed } from "./reader.js";
import "./search.js";
import { lasting } from "./times.js";

const CHARTS_EVERY_MS = 30_000;

/**
 * @param {Centre.DoorNow} door
 * @param {Centre.OpenHold} hold
 */
function holdLine({ gate, name }, hold) {
  const due = dueOf(hold);
  return make("div", { class: `hold${isLate(hold) ? " overdue" : ""}${hold.drill ? " drill" : ""}` },
    make("strong", {}, caseLink(gate, hold, `${hold.drill ? word("live.drill") : ""}${word("term.hold")} ${name}`)),
    make("span", {}, word(`hold_state.${hold.state}`)), make("span", {}, heatOf(hold)),
    make("span", {}, hold.opened ? local(hold.opened) : ""), due ? make("b", {}, due) : null);
}

/**
 * The name of a hold: for who may open its case, a link to it.
 * @param {string} gate
 * @param {Centre.OpenHold} hold
 * @param {string} text
 */
const caseLink = (gate, hold, text) => "cases" in find("holds").dataset
  ? make("a", { href: placed(`/cases/${gate}/${hold.hold_id}`) }, text) : text;

/**
 * @param {Centre.DoorNow} door
 * @param {string} hallMode
 */
function card(door, hallMode) {
  const state = stateOf(door);
  return make("article", { "data-gate": door.gate },
    make("h2", { title: door.gate }, door.name, make("span", { class: state.bad ? "state bad" : "state" }, state.text)),
    make("div", { class: "big" }, ...figuresOf(door).map(([figure, name]) => make("div", {}, make("b", {}, figure), name))),
    flow(door.flow, word("live.flow")),
    make("ul", { class: "lamps" }, ...lampsOf(door, hallMode).map(({ text, bad }) => make("li", { class: bad ? "bad" : null }, text))));
}

/** @param {Centre.HallNow} told */
function show(told) {
  const names = new Map(told.gates.map((door) => [door.gate, door.name]));
  const { lateness, leader } = told;
  find("mode").textContent = word(`hall_mode.${told.hall_mode}`);
  find("mode").className = told.hall_mode === "emergency" ? "shut" : "";
  find("leader").textContent = leader ? `${word("term.duty_leader")} ${leader.leader} ${leader.phone}` : word("say.nobody_on_rota");
  find("late").textContent = lateness.p95_ms === null ? "" : word("live.arrived", { span: lasting(lateness.p95_ms / 1000) });
  find("since").textContent = word("live.since", { at: local(told.since) });
  find("alarms").hidden = told.alarms.length === 0;
  find("alarms").replaceChildren(...told.alarms.map(({ gate, alarm, since }) => make("p", {}, `${names.get(gate) ?? gate} ${word(`alarm_kind.${alarm}`)} · ${local(since)}`)));
  find("holds").replaceChildren(...told.gates.flatMap((door) => door.holds.map((hold) => holdLine(door, hold))));
  find("gates").replaceChildren(...told.gates.map((door) => card(door, told.hall_mode)));
  document.body.dataset.live = "yes";
}

/** @param {import("./shared/stream.js").Life} life */
function onLife(life) {
  find("dead").hidden = life !== "dead";
  document.body.dataset.live = life === "live" ? "yes" : "no";
}

/**
 * The list of the passages that are asked for.
 * @param {Record<string, string>} asked
 */
const passages = (asked) => placed(`/passages?${new URLSearchParams(asked)}`);

async function drawCharts() {
  const answer = await request("/api/v1/charts");
  if (answer.status === 401) location.assign(placed("/sign-on"));
  if (!answer.ok) return;
  const charts = /** @type {Centre.Charts} */ (answer.told);
  const doors = { ...charts, list: "passages" in find("day").dataset ? passages : null };
  find("day").replaceChildren(bars(charts.day, doors, word("live.by_hour")), legend(charts.names));
  find("week").replaceChildren(bars(charts.week, doors, word("live.by_day")), legend(charts.names));
}

listen("/api/v1/stream", {
  on: { now: show },
  onLife,
  onShown: () => void drawCharts(),
  onRefused: () => void drawCharts(), // it says whether somebody must sign on
});
setInterval(() => { if (!document.hidden) void drawCharts(); }, CHARTS_EVERY_MS);
void drawCharts();
