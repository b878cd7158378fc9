// Both doors live by server-sent events; says so when the stream is dead.
import { bars, flow, legend } from "/static/chart.js";
import { clock, local, make, say, word } from "/static/make.js";
import "/static/search.js";
import { listen } from "/static/shared/stream.js";

const CHARTS_EVERY_MS = 30000;
const at = (id) => document.getElementById(id);
const seconds = (ms) => (ms < 10000 ? `${(ms / 1000).toFixed(2)} s` : `${Math.round(ms / 1000)} s`);

function holdLine(gate, row) {
  const late = row.overdue || (row.due_s !== null && row.due_s < 0);
  const line = make("div", null, `hold${late ? " overdue" : ""}${row.drill ? " drill" : ""}`);
  const warm = row.surface_centi_c ? `${(row.surface_centi_c / 100).toFixed(2)} ℃` : "";
  line.append(make("strong", `${row.drill ? say("【演练】", "[drill] ") : ""}${say("暂留", "Hold")} ${gate}`), make("span", word(row.state)), make("span", warm), make("span", row.opened ? local(row.opened) : ""));
  if (row.due_s !== null) line.append(make("b", `${row.due_s < 0 ? say("超时 ", "late ") : say("剩 ", "left ")}${clock(row.due_s)}`));
  return line;
}

function lamp(text, bad) {
  return make("li", text, bad ? "bad" : "");
}

function door(gate, hallMode) {
  const article = make("article");
  article.dataset.gate = gate.gate;
  const online = gate.state === "online" && gate.silent_s < 35;
  const title = make("h2", gate.gate);
  title.append(make("span", online ? word("online") : word(gate.state === "online" ? "silent" : gate.state), online ? "state" : "state bad"));
  const sum = (decision) => gate.counts.filter((row) => !decision || row.decision === decision).reduce((a, row) => a + row.count, 0);
  const big = make("div", null, "big");
  const figure = (value, name) => {
    const part = make("div", name);
    part.prepend(make("b", value));
    big.append(part);
  };
  figure(sum(), say("今日通行", "today"));
  figure(gate.flow.at(-1), say("近 5 分钟", "last 5 min"));
  figure(gate.queue_p95_s === null ? "–" : `${gate.queue_p95_s}s`, say("用时 p95", "time p95"));
  figure(sum("hold"), say("今日暂留", "holds today"));
  const lamps = make("ul", null, "lamps");
  if (gate.hall_mode) lamps.append(lamp(`${word(gate.hall_mode)} v${gate.policy_version}`, gate.hall_mode !== hallMode));
  for (const [name, state] of Object.entries(gate.devices)) lamps.append(lamp(`${word(name)} ${word(state)}`, state !== "ok"));
  const heat = gate.thermometer;
  if (heat && heat.trust !== "trusted") lamps.append(lamp(`${word("thermometer")} ${word(heat.trust)}：${heat.doubts.map(word).join(" · ")}`, true));
  if (gate.clock) lamps.append(lamp(`${say("时钟", "clock")} ${word(gate.clock)}`, gate.clock === "stepped"));
  lamps.append(lamp(`${say("待传", "waiting")} ${gate.pending}${gate.pending ? ` · ${Math.round(gate.oldest_pending_s)}s` : ""}`, gate.oldest_pending_s > 60));
  lamps.append(lamp(`${say("缺号", "gaps")} ${gate.missing.length || say("无", "none")}`, gate.missing.length > 0));
  lamps.append(lamp(gate.reported ? say("今日已报", "reported") : say("今日未报", "not reported yet"), false));
  article.append(title, big, flow(gate.flow, say("两小时内每五分钟通行", "two hours, every five minutes")), lamps);
  return article;
}

function show(told) {
  const shut = told.hall_mode === "emergency";
  at("mode").textContent = word(told.hall_mode);
  at("mode").className = shut ? "shut" : "";
  at("leader").textContent = told.leader ? `${say("带班", "leader")} ${told.leader.leader} ${told.leader.phone}` : say("值班表无记录", "nobody on the rota");
  const late = told.lateness;
  at("late").textContent = late.of ? `${say("到达", "lateness")} p50 ${seconds(late.p50_ms)} · p95 ${seconds(late.p95_ms)}` : "";
  at("alarms").hidden = told.alarms.length === 0;
  at("alarms").replaceChildren(...told.alarms.map((alarm) => make("p", `${alarm.gate} ${word(alarm.alarm)} · ${local(alarm.since)}`)));
  at("holds").replaceChildren(...told.gates.flatMap((gate) => gate.holds.map((row) => holdLine(gate.gate, row))));
  at("gates").replaceChildren(...told.gates.map((gate) => door(gate, told.hall_mode)));
  document.body.dataset.live = "yes";
}

async function charts() {
  const answer = await fetch("/api/v1/charts");
  if (answer.status === 401) location.assign(say("/sign-on", "/sign-on?lang=en"));
  if (!answer.ok) return;
  const told = await answer.json();
  at("day").replaceChildren(bars(told.day, told.gates, say("今日每小时通行", "passages by the hour")), legend(told.gates));
  at("week").replaceChildren(bars(told.week, told.gates, say("近七日通行", "passages by the day")), legend(told.gates));
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
