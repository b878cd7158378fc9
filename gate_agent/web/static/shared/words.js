// Every word a guard reads, in Chinese first and in English; nothing else holds text.

import * as CASE from "../guard/words_case.js";
import * as SIGNON from "./words_signon.js";

const ZH = {
  dead: "画面已停止更新", dead_do: "停止放行，人工测温登记，并报值班领导", dead_for: "已停止 {s} 秒，正在重连",
  starting: "正在连接", idle: "请下一位", measuring: "测温中", identified: "请测温",
  measured: "请刷证", registering: "请登记", recording: "请稍候", admit: "放行", deny: "劝返",
  recheck: "复测", ambiguous: "复测", hold: "暂留", technical: "设备故障", blocked: "暂停放行",
  idle_do: "站到测温处，刷身份证", recording_do: "正在写入记录，写完才开门",
  wait_card: "等待刷证", wait_temperature: "等待测温", wait_registration: "等待登记",
  hold_do: "原地等候，接触复测", seconds: "{s} 秒",
  threshold: "阈值 {t}", score: "判定值 {t}", ambient: "环境 {t}", live: "实时",
  visitor: "办事群众", staff: "工作人员", unknown: "未识别",
  symptoms: "申报症状", override: "改判", dismiss: "人已走",
  symptoms_title: "申报了什么症状？点一下即暂留", override_title: "改判为",
  override_admit_title: "改为放行，理由是", back: "返回 Esc",
  flagged: "待响应", acknowledged: "已响应", rechecked: "已复测", confirmed: "已确认",
  reported: "已上报", transferred: "已移送", released: "已解除", left: "已离开", closed: "已结案",
  do_acknowledged: "我已到场", do_rechecked: "录入复测体温", do_confirmed: "确认发热",
  do_reported: "上报", do_transferred: "移送", do_released: "解除", do_left: "已离开",
  do_closed: "消毒并结案",
  hold_title: "暂留", drill: "演练", due: "剩 {s}", overdue: "超时 {s}", overdue_times: "第 {n} 次",
  contact_title: "接触式体温计读数", contact_bad: "应在 25.0～45.0 ℃ 之间", confirm: "确认",
  reported_title: "报给谁？点一下即记录", transferred_title: "移交给谁？点一下即记录",
  released_title: "接触式复测 {t}，解除暂留？", left_title: "人是怎样离开的？点一下即记录",
  closed_title: "现场终末消毒做完了吗？", closed_yes: "已消毒，结案",
  contact: "接触 {t}", surface: "体表 {t}",
  registration: "实名登记", phone: "手机号", phone_optional: "手机号（可不填）",
  phone_bad: "手机号应为 11 位，以 13 至 19 开头", purpose_first: "请点办理事项",
  purpose_hint: "输完 11 位，点办理事项即完成", clear: "清空", erase: "退格",
  recent: "最近通行", none_yet: "今天还没有通行", today: "今日",
  thermometer: "测温仪", id_reader: "读证器", ok: "正常", stale: "无数据", lost: "失联",
  journal: "记录", journal_ok: "正常", journal_bad: "写不进",
  uplink: "上行", connecting: "连接中", connected: "已连接", refused: "被拒绝",
  unheard: "无人接收", pending: "待传 {n}", pending_age: "最久 {s}",
  clock: "时钟", synced: "已校准", holdover: "守时", unsynced: "未校准", stepped: "跳变",
  mode_open: "全面开放", mode_appointment: "预约入场", mode_closed: "封闭管理",
  mode_emergency: "应急：禁入", post: "{n} 号岗", post_title: "现在是谁值守？",
  sound_on: "静音 2 分钟 M", sound_muted: "已静音 {s}", sound_locked: "点此开声音",
  sound_quiet: "声音已开", language: "English", pulse: "画面心跳",
  tech_lost: "{d}失联：请人工测量登记", tech_stale: "{d}无数据：请检查",
  tech_journal: "记录写不进：不得放行，请报修", idle_emergency: "应急响应：任何人不得入内",
  staff_present: "工作人员到岗", manual: "人工录入", manual_why: "为什么不刷证？", manual_do: "录入，接着测温登记", name: "姓名", number: "证件号码",
  name_hint: "与证件一致", number_hint: "末位 X 可小写", number_optional: "可不填", typed_missing: "请填姓名和证件号码",
  companion: "随行人员", companion_do: "加入这次登记", companions: "＋ 随行人员", companions_n: "随行 {n} 人 ＋",
  known_hint: "问一句：还是这个手机号吗？点事项即确认", watched: "复测名单：请再测一次", again: "刚刚来过",
  other_door: "另一入口刚到过", pace: "登记用时", pace_of: "首次 {f} · 再来 {r}",
  duties: "消毒物资", rounds: "消毒通风", rounds_due: "{n} 项该做了", rounds_hint: "做完一轮，点一下即登记",
  disinfected: "消毒", aired: "通风", masks_sealed: "废弃口罩已封存", supplies: "物资",
  supplies_low: "{n} 种不足", low_stock: "不足", never_counted: "未盘点", take: "领用", receive: "入库",
  count: "盘点", shift_note: "交班记录", shift_note_hint: "写给下一班，勿写个人信息", shift_note_do: "记录", leader: "值班领导", leader_none: "未排班",
  sending: "正在提交…", sent: "已记录", failed_send: "没有送到，请再点一次",
  refused_not_found: "这位已不在门口", refused_out_of_turn: "现在不能这样做，请看最新状态",
  refused_invalid: "内容不对：请核对后再提交",
  refused_journal_unavailable: "记录写不进：不能放行", refused: "没有被接受：{c}",
  reason: {
    elevated: "体温偏高", cold_skin: "皮肤太凉，稍候再测", no_card: "没有刷证",
    no_temperature: "没有测到体温", card_fault: "证件号码有误", two_cards: "两张证，请逐人重来",
    two_people: "两个人，请逐人重来", emergency: "应急响应，不得入内",
    hall_closed: "封闭管理，仅限值班人员", no_appointment: "没有预约",
    registration_timeout: "登记超时", thermometer_lost: "测温仪失联，请手测",
    instrument_error: "读数异常，请重测", unstable: "读数不稳，请站定再测",
    declared_symptoms: "申报症状", guard: "值守员决定", dismissed: "人已走",
    no_ambient: "无环境温度", not_measured: "还没有测温", too_few: "读数太少", stale: "读数过时",
  },
  code: {
    doc_resident: "居民身份证", doc_hmt_permit: "港澳台居住证", doc_passport: "护照", doc_other: "其他证件", no_card: "没带证",
    card_damaged: "证件读不出", reader_broken: "读证器故障", other_document: "非身份证件",
    report_case: "病例上报", trace_contacts: "追踪密接", check_identity: "核对身份",
    caution: "值守员从严", identity_by_hand: "证件已人工核对", contact_normal: "接触测温正常",
    duty_leader: "值班领导批准", fever: "发热", cough: "咳嗽", fatigue: "乏力", breathless: "气促",
    other: "其他不适", cdc: "疾控中心", duty_office: "值班领导", community: "街道社区",
    emergency_120: "120 急救", fever_clinic: "发热门诊", hospital: "定点医院",
    walked_away: "自行离开", refused_stay: "拒不配合", family: "家属接走",
  },
};

const EN = {
  dead: "SCREEN STOPPED", dead_do: "Admit nobody. Screen by hand, call the duty leader",
  dead_for: "for {s} s, reconnecting",
  starting: "Connecting", idle: "Next, please", measuring: "Measuring", identified: "Measure",
  measured: "Card, please", registering: "Register", recording: "Please wait", admit: "ADMIT",
  deny: "TURN AWAY", recheck: "RECHECK", ambiguous: "RECHECK", hold: "HOLD",
  technical: "Device fault", blocked: "STOP",
  idle_do: "Stand at the thermometer, lay the ID card",
  recording_do: "Being recorded; the gate opens after",
  wait_card: "Waits for card", wait_temperature: "Waits for temperature",
  wait_registration: "Waits for registration", hold_do: "Keep here, contact thermometer",
  seconds: "{s} s",
  threshold: "alarm at {t}", score: "judged {t}", ambient: "Ambient {t}", live: "live",
  visitor: "Visitor", staff: "Staff", unknown: "Not identified",
  symptoms: "Symptoms", override: "Overrule", dismiss: "Gone",
  symptoms_title: "Which symptom? One tap holds", override_title: "Overrule to",
  override_admit_title: "Admit, because", back: "Back Esc",
  flagged: "Unanswered", acknowledged: "Answered", rechecked: "Rechecked", confirmed: "Confirmed",
  reported: "Reported", transferred: "Transferred", released: "Released", left: "Left",
  closed: "Closed",
  do_acknowledged: "I am here", do_rechecked: "Enter recheck", do_confirmed: "Confirm",
  do_reported: "Report", do_transferred: "Transfer", do_released: "Release", do_left: "Gone",
  do_closed: "Disinfect, close",
  hold_title: "Hold", drill: "Drill", due: "{s} left", overdue: "{s} over",
  overdue_times: "missed {n}×",
  contact_title: "Contact thermometer", contact_bad: "Must be 25.0–45.0 °C", confirm: "OK",
  reported_title: "Reported to? One tap records", transferred_title: "Handed to? One tap records",
  released_title: "Contact {t}: release?", left_title: "How did they leave? One tap records",
  closed_title: "Is the spot disinfected?", closed_yes: "Disinfected, close",
  contact: "Contact {t}", surface: "Skin {t}",
  registration: "Registration", phone: "Mobile number", phone_optional: "Mobile (optional)",
  phone_bad: "A mobile number has 11 digits, from 13… to 19…", purpose_first: "Tap the purpose",
  purpose_hint: "After 11 digits, tap the purpose: done", clear: "Clear", erase: "Del",
  recent: "Last passages", none_yet: "No passage today yet", today: "Today",
  thermometer: "Thermometer", id_reader: "ID reader", ok: "ok", stale: "no data", lost: "LOST",
  journal: "Journal", journal_ok: "ok", journal_bad: "CANNOT WRITE",
  uplink: "Uplink", connecting: "connecting", connected: "connected", refused: "REFUSED",
  unheard: "unheard", pending: "{n} pending", pending_age: "oldest {s}",
  clock: "Clock", synced: "synced", holdover: "holdover", unsynced: "unsynced", stepped: "stepped",
  mode_open: "Open", mode_appointment: "By appointment", mode_closed: "Closed: duty staff",
  mode_emergency: "EMERGENCY", post: "Post {n}", post_title: "Who is on post?",
  sound_on: "Mute 2 min M", sound_muted: "Muted {s}", sound_locked: "Tap: sound",
  sound_quiet: "Sound on", language: "中文", pulse: "Screen pulse",
  tech_lost: "{d} lost: measure and register by hand", tech_stale: "{d} sends no data: check it",
  tech_journal: "Journal cannot write: admit nobody, call repair",
  idle_emergency: "Emergency: nobody may enter",
  staff_present: "Staff here", manual: "By hand", manual_why: "Why no card?", manual_do: "Enter, then measure and register",
  name: "Name", number: "Document number", name_hint: "as on the document", number_hint: "x for X is fine",
  number_optional: "may be left out", typed_missing: "Name and number, please",
  companion: "Companion", companion_do: "Add to this registration", companions: "+ With",
  companions_n: "{n} with them +", known_hint: "Still this number? Tap the purpose to confirm",
  watched: "On the recheck list", again: "Was here just now", other_door: "Was at the other door just now",
  pace: "Registration", pace_of: "first {f} · again {r}",
  duties: "Duties", rounds: "Cleaning", rounds_due: "{n} due", rounds_hint: "One tap when a round is done",
  disinfected: "Disinfect", aired: "Air", masks_sealed: "Used masks sealed", supplies: "Supplies",
  supplies_low: "{n} low", low_stock: "LOW", never_counted: "not counted", take: "Use", receive: "Receive",
  count: "Count", shift_note: "Hand-over note", shift_note_hint: "for the next shift, no personal data", shift_note_do: "Write", leader: "Duty leader", leader_none: "nobody on the rota",
  sending: "Sending…", sent: "Recorded", failed_send: "Not delivered: tap again",
  refused_not_found: "No longer at the door", refused_out_of_turn: "Not possible now: see the state",
  refused_invalid: "Not valid: check and send again",
  refused_journal_unavailable: "Journal cannot write: no admission", refused: "Refused: {c}",
  reason: {
    elevated: "High temperature", cold_skin: "Skin too cold: wait, again",
    no_card: "No card", no_temperature: "No temperature", card_fault: "Card number faulty",
    two_cards: "Two cards: one by one", two_people: "Two people: one by one",
    emergency: "Emergency: nobody in", hall_closed: "Closed: duty staff only",
    no_appointment: "No appointment", registration_timeout: "Registration too late",
    thermometer_lost: "Thermometer lost: by hand", instrument_error: "Reading out of range: again",
    unstable: "Unsteady: stand still, again", declared_symptoms: "Declared symptoms",
    guard: "Guard's decision", dismissed: "Went away", no_ambient: "No ambient reading", not_measured: "Not measured yet",
    too_few: "Too few readings", stale: "Reading too old",
  },
  code: {
    doc_resident: "ID card", doc_hmt_permit: "HMT permit", doc_passport: "Passport",
    doc_other: "Other", no_card: "No card here",
    card_damaged: "Card unreadable", reader_broken: "Reader broken", other_document: "Other document",
    report_case: "Report the case", trace_contacts: "Trace contacts", check_identity: "Check identity",
    caution: "Guard's caution", identity_by_hand: "Identity checked by hand",
    contact_normal: "Contact reading normal", duty_leader: "Duty leader agreed",
    fever: "Fever", cough: "Cough", fatigue: "Fatigue", breathless: "Breathless",
    other: "Other", cdc: "CDC", duty_office: "Duty leader", community: "Community office",
    emergency_120: "Ambulance 120", fever_clinic: "Fever clinic", hospital: "Hospital",
    walked_away: "Walked away", refused_stay: "Refused to stay", family: "Taken by family",
    综合窗口: "Desk", 社保: "Social", 不动产: "Land", 公安: "Police",
    税务: "Tax", 其他: "Other",
  },
};

const joined = (table, more) => ({
  ...table, ...more, code: { ...table.code, ...more.code }, reason: { ...table.reason, ...more.reason },
});
export const TABLES = { zh: joined(joined(ZH, CASE.ZH), SIGNON.ZH), en: joined(joined(EN, CASE.EN), SIGNON.EN) };
const KEY = "gate.language";
let language = chosen();

function chosen() {
  const asked = new URLSearchParams(location.search).get("lang");
  if (asked in TABLES) {
    localStorage.setItem(KEY, asked);
    return asked;
  }
  const kept = localStorage.getItem(KEY);
  return kept in TABLES ? kept : "zh";
}

/** The text of `name`, with {x} filled from `values`. */
export function word(name, values = {}) {
  const text = TABLES[language][name] ?? name;
  return text.replace(/\{(\w+)\}/g, (_, key) => values[key] ?? "");
}

/** A reason code of the gate in words; one we do not know is shown as it is. */
export function reason(code) {
  return TABLES[language].reason[code] ?? TABLES[language].code[code] ?? code;
}

/** A choice or a purpose in words. */
export function code(name) {
  return TABLES[language].code[name] ?? name;
}

/** What is recorded for a choice: the Chinese term, whatever the screen shows. */
export const recorded = (name) => TABLES.zh.code[name] ?? name;

/** The other language, remembered on this screen. */
export function switchLanguage() {
  language = language === "zh" ? "en" : "zh";
  localStorage.setItem(KEY, language);
  applyLanguage();
}

/** Fill the fixed words of the page. */
export function applyLanguage() {
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  for (const element of document.querySelectorAll("[data-word]")) {
    element.textContent = word(element.dataset.word);
  }
}
