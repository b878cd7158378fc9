// Shows both doors; asks once a second, and says so when no answer comes.
const zh = document.documentElement.dataset.lang === "zh";
const say = (chinese, english) => (zh ? chinese : english);
const WORDS = {
  online: ["在线", "online"], stopped: ["已停止", "stopped"], lost: ["失联", "lost"], unknown: ["未知", "unknown"],
  visitor: ["办事群众", "visitors"], staff: ["工作人员", "staff"], unknown_person: ["未识别", "not identified"],
  admit: ["放行", "admitted"], deny: ["劝返", "denied"], recheck: ["复测", "recheck"], hold: ["暂留", "hold"], ambiguous: ["无法判定", "ambiguous"],
  flagged: ["已触发", "flagged"], acknowledged: ["已响应", "acknowledged"], rechecked: ["已复测", "rechecked"], confirmed: ["已确认", "confirmed"],
  reported: ["已上报", "reported"], transferred: ["已移送", "transferred"], released: ["已解除", "released"], left: ["已离开", "left"],
  silent: ["无心跳", "silent"], gap: ["缺号", "gap"], late: ["迟报", "late"], deaf: ["未连接消息服务器", "no broker"], device: ["设备异常", "device"],
  mismatch: ["链值不符", "chain mismatch"], rewound: ["序号倒退", "sequence went back"], refused: ["拒收", "refused"],
  thermometer: ["测温仪", "thermometer"], id_reader: ["读卡器", "ID reader"], ok: ["正常", "ok"], stale: ["无数据", "stale"],
};
const word = (key) => (WORDS[key] ? say(...WORDS[key]) : key.split("_").map((part) => (WORDS[part] ? say(...WORDS[part]) : part)).join(" "));
const DECISIONS = ["admit", "deny", "recheck", "hold", "ambiguous"];
const DEAD_AFTER_MS = 5000;
let heard = performance.now();

function make(tag, text, className) {
  const element = document.createElement(tag);
  if (text !== undefined) element.textContent = text;
  if (className) element.className = className;
  return element;
}

function counts(rows) {
  const table = make("table");
  const head = table.insertRow();
  head.append(make("th", say("今日通行", "today")), ...DECISIONS.map((decision) => make("th", word(decision))));
  for (const category of ["visitor", "staff", "unknown"]) {
    const line = table.insertRow();
    line.append(make("td", word(category === "unknown" ? "unknown_person" : category)));
    for (const decision of DECISIONS) {
      const found = rows.find((row) => row.category === category && row.decision === decision);
      line.append(make("td", String(found ? found.count : 0)));
    }
  }
  return table;
}

function facts(gate) {
  const list = make("dl");
  const add = (name, value) => list.append(make("dt", name), make("dd", value));
  const gaps = gate.missing.map(([first, last]) => (first === last ? first : `${first}–${last}`)).join(", ");
  add(say("事件", "events"), `${gate.upto} / ${Math.max(gate.head, gate.upto)}`);
  add(say("缺号", "gaps"), gaps || say("无", "none"));
  add(say("待传", "waiting at the door"), `${gate.pending}`);
  add(say("设备", "devices"), Object.entries(gate.devices).map(([name, state]) => `${word(name)} ${word(state)}`).join(" · ") || "–");
  add(say("每日零报告", "daily report"), gate.reported ? say("已报", "reported") + ` ${gate.reported.day}` : say("未报", "not yet"));
  return list;
}

function hold(row) {
  const due = row.due_s === null ? "" : row.due_s >= 0 ? say(`剩 ${Math.round(row.due_s)} 秒`, `${Math.round(row.due_s)} s left`) : say(`超时 ${Math.round(-row.due_s)} 秒`, `${Math.round(-row.due_s)} s late`);
  const warm = row.surface_centi_c ? ` ${(row.surface_centi_c / 100).toFixed(2)} ℃` : "";
  const drill = row.drill ? say("【演练】", "[drill] ") : "";
  return make("div", `${drill}${say("暂留", "hold")}: ${word(row.state)}${warm} ${due}`, row.overdue || (row.due_s !== null && row.due_s < 0) ? "hold overdue" : "hold");
}

function door(gate) {
  const article = make("article");
  article.dataset.gate = gate.gate;
  const title = make("h2", gate.gate);
  const online = gate.state === "online" && gate.silent_s < 35;
  title.append(make("span", online ? word("online") : word(gate.state === "online" ? "silent" : gate.state), online ? "state" : "state bad"));
  article.append(title, ...gate.holds.map(hold), counts(gate.counts), facts(gate));
  return article;
}

function show(told) {
  document.getElementById("day").textContent = told.day;
  const late = told.lateness;
  document.getElementById("late").textContent = late.of ? say(`迟报 p50 ${late.p50_ms} 毫秒，p95 ${late.p95_ms} 毫秒`, `lateness p50 ${late.p50_ms} ms, p95 ${late.p95_ms} ms`) : "";
  document.getElementById("alarms").replaceChildren(...told.alarms.map((alarm) => make("p", `${alarm.gate || say("汇聚", "centre")} ${word(alarm.alarm)}: ${alarm.detail}`)));
  document.getElementById("gates").replaceChildren(...told.gates.map(door));
  document.body.dataset.live = "yes";
}

async function look() {
  try {
    const answer = await fetch("/api/v1/overview", { signal: AbortSignal.timeout(3000) });
    if (answer.ok) {
      show(await answer.json());
      heard = performance.now();
    }
  } catch {
    // the cover below says it
  }
  document.getElementById("dead").hidden = performance.now() - heard < DEAD_AFTER_MS;
  setTimeout(look, 1000);
}
look();
