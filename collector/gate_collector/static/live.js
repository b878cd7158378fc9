// Both doors live by server-sent events; says so when the stream is dead.
import { bars, flow, legend } from "/static/chart.js";
import { clock, local, make, span, zh } from "/static/make.js";
import "/static/search.js";
import { listen } from "/static/shared/stream.js";
import { word } from "/static/shared/words.js";

const CHARTS_EVERY_MS = 30000;
const at = (id) => document.getElementById(id);

/** What the contact thermometer says, or else the skin's temperature. */
function heat({ contact_centi_c: contact, surface_centi_c: skin }) {
  if (contact) return word("term.thermometer_reading", { t: `${(contact / 100).toFixed(2)} ℃` });
  return skin ? word("term.surface_reading", { t: `${(skin / 100).toFixed(2)} ℃` }) : "";
}

function holdLine(name, row) {
  const late = row.overdue || (row.due_s !== null && row.due_s < 0);
  const line = make("div", null, `hold${late ? " overdue" : ""}${row.drill ? " drill" : ""}`);
  line.append(make("strong", `${row.drill ? word("live.drill") : ""}${word("term.hold")} ${name}`), make("span", word(`hold_state.${row.state}`)), make("span", heat(row)), make("span", row.opened ? local(row.opened) : ""));
  if (row.due_s !== null) line.append(make("b", word(row.due_s < 0 ? "live.overdue" : "live.left", { s: clock(row.due_s) })));
  return line;
}

function lamp(text, bad) {
  return make("li", text, bad ? "bad" : "");
}

function door(gate, hallMode) {
  const article = make("article");
  article.dataset.gate = gate.gate;
  const online = gate.state === "online" && gate.silent_s < 35;
  const title = make("h2", gate.name);
  title.title = gate.gate;
  title.append(make("span", word(`gate_state.${gate.state === "online" && !online ? "silent" : gate.state}`), online ? "state" : "state bad"));
  const sum = (decision) => gate.counts.filter((row) => !decision || row.decision === decision).reduce((a, row) => a + row.count, 0);
  const big = make("div", null, "big");
  const figure = (value, name) => {
    const part = make("div", name);
    part.prepend(make("b", value));
    big.append(part);
  };
  figure(sum(), word("live.today"));
  figure(gate.flow.at(-1), word("live.last_minutes"));
  figure(gate.queue_p95_s === null ? "–" : word("live.most_within", { span: span(gate.queue_p95_s) }), word("live.most"));
  figure(sum("hold"), word("live.holds_today"));
  const lamps = make("ul", null, "lamps");
  if (gate.hall_mode) lamps.append(lamp(word("live.mode", { mode: word(`hall_mode.${gate.hall_mode}`), n: gate.policy_version }), gate.hall_mode !== hallMode));
  for (const [name, state] of Object.entries(gate.devices)) lamps.append(lamp(`${word(`device_kind.${name}`)} ${word(`device_state.${state}`)}`, state !== "ok"));
  const belief = gate.thermometer;
  if (belief && belief.trust !== "trusted") lamps.append(lamp([`${word("device_kind.thermometer")} ${word(`trust.${belief.trust}`)}`, ...belief.doubts.map((doubt) => word(`doubt.${doubt}`))].join(" · "), true));
  if (gate.clock) lamps.append(lamp(`${word("term.clock")} ${word(`clock_quality.${gate.clock}`)}`, gate.clock === "stepped"));
  lamps.append(lamp(word("term.not_uploaded", { n: gate.pending }) + (gate.pending ? ` · ${span(gate.oldest_pending_s)}` : ""), gate.oldest_pending_s > 60));
  lamps.append(lamp(word("live.gaps", { n: gate.missing.length || word("say.none") }), gate.missing.length > 0));
  lamps.append(lamp(word(gate.reported ? "live.reported" : "live.not_reported"), false));
  article.append(title, big, flow(gate.flow, word("live.flow")), lamps);
  return article;
}

function show(told) {
  const names = Object.fromEntries(told.gates.map((gate) => [gate.gate, gate.name]));
  const shut = told.hall_mode === "emergency";
  at("mode").textContent = word(`hall_mode.${told.hall_mode}`);
  at("mode").className = shut ? "shut" : "";
  at("leader").textContent = told.leader ? `${word("term.duty_leader")} ${told.leader.leader} ${told.leader.phone}` : word("say.nobody_on_rota");
  const late = told.lateness;
  at("late").textContent = late.of ? word("live.arrived", { span: span(late.p95_ms / 1000) }) : "";
  at("alarms").hidden = told.alarms.length === 0;
  at("alarms").replaceChildren(...told.alarms.map((alarm) => make("p", `${names[alarm.gate] ?? alarm.gate} ${word(`alarm_kind.${alarm.alarm}`)} · ${local(alarm.since)}`)));
  at("holds").replaceChildren(...told.gates.flatMap((gate) => gate.holds.map((row) => holdLine(gate.name, row))));
  at("gates").replaceChildren(...told.gates.map((gate) => door(gate, told.hall_mode)));
  document.body.dataset.live = "yes";
}

async function charts() {
  const answer = await fetch("/api/v1/charts");
  if (answer.status === 401) location.assign(zh ? "/sign-on" : "/sign-on?lang=en");
  if (!answer.ok) return;
  const told = await answer.json();
  at("day").replaceChildren(bars(told.day, told.names, word("live.by_hour")), legend(told.names));
  at("week").replaceChildren(bars(told.week, told.names, word("live.by_day")), legend(told.names));
}

const drawCharts = () => void charts().catch(() => {});

listen("/api/v1/stream", {
  on: { now: show },
  onLife: (life) => {
    at("dead").hidden = life !== "dead";
    document.body.dataset.live = life === "live" ? "yes" : "no";
  },
  onShown: drawCharts,
  onRefused: drawCharts, // it says whether somebody must sign on
});
setInterval(() => document.hidden || drawCharts(), CHARTS_EVERY_MS);
drawCharts();
