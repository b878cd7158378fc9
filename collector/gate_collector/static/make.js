// Small makers of elements, and the words of the live page.
export const zh = document.documentElement.dataset.lang === "zh";
export const say = (chinese, english) => (zh ? chinese : english);
const WORDS = {
  online: ["在线", "online"], stopped: ["已停止", "stopped"], lost: ["断开", "lost"], unknown: ["未知", "unknown"], silent: ["无心跳", "silent"],
  emergency: ["应急响应", "emergency"], closed: ["封闭式管理", "closed"], appointment: ["预约办理", "appointment"], open: ["全面开放", "open"],
  admit: ["放行", "admitted"], deny: ["劝返", "denied"], recheck: ["复测", "recheck"], hold: ["暂留", "hold"], ambiguous: ["无法判定", "ambiguous"],
  flagged: ["待响应", "to be acknowledged"], acknowledged: ["已响应", "acknowledged"], rechecked: ["已复测", "rechecked"], confirmed: ["已确认", "confirmed"],
  reported: ["已上报", "reported"], transferred: ["已移送", "transferred"], released: ["已解除", "released"], left: ["已离开", "left"],
  visitor: ["办事群众", "visitor"], staff: ["工作人员", "staff"],
  thermometer: ["测温仪", "thermometer"], id_reader: ["读卡器", "ID reader"], ok: ["正常", "ok"], stale: ["无数据", "stale"],
  synced: ["已同步", "synced"], unsynced: ["未同步", "not synced"], holdover: ["守时", "holdover"], stepped: ["跳变", "stepped"],
  doubtful: ["存疑", "doubtful"], not_trusted: ["不可信", "not trusted"], trust: ["测温存疑", "thermometer in doubt"], certificate: ["证书将到期", "certificate ends"],
  frozen: ["读数不变", "frozen"], collapsed: ["人人几乎一样", "all alike"], clipped: ["读数堆在一处", "clipped"], pulled: ["估值被拉向正常", "pulled to normal"],
  fevers_missed: ["漏测发热", "missed fevers"], unexplained_flags: ["连续偏高未复测", "many high, not rechecked"], ambient_range: ["环境温度超范围", "ambient out of range"],
  check_failed: ["校验不合格", "check failed"], check_repeat: ["校验不合格一次", "check failed once"], check_overdue: ["今日未校验", "no check today"],
  warming_up: ["预热中", "warming up"], ambient_step: ["环境温度突变", "ambient jumped"], shifted: ["与平时相差大", "unlike usual"], elsewhere: ["与另一入口相差大", "unlike the other door"],
  deaf: ["消息服务器未连接", "no broker"], late: ["迟报", "late"], gap: ["缺号", "gap"], device: ["设备异常", "device"], mismatch: ["链值不符", "mismatch"],
  rewound: ["序号倒退", "rewound"], refused: ["拒收", "refused"], unread: ["有内容读不懂", "not all can be read"], report: ["日报漏报", "daily report missing"],
};
export const word = (key) => (WORDS[key] ? say(...WORDS[key]) : String(key));
export const local = (utc) => new Date(utc).toLocaleString(zh ? "zh-CN" : "en-GB", { month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false, timeZone: document.documentElement.dataset.zone });
export function clock(seconds) {
  const s = Math.abs(Math.round(seconds));
  return `${Math.floor(s / 60)}:${String(s % 60).padStart(2, "0")}`;
}
export function make(tag, text, className) {
  const element = document.createElement(tag);
  if (text !== undefined && text !== null) element.textContent = text;
  if (className) element.className = className;
  return element;
}
export function draw(tag, attributes, text) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  if (text !== undefined) element.textContent = text;
  return element;
}
