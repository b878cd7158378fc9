// The visitors' display (引导屏): one calm thing to do, in a drawing and both languages.

import { find, make, rebuild, setData, setText } from "../shared/page.js";

const SILENT_MS = 3500; // three pulses missed: better to say nothing than something old
const REOPEN_MS = 3000;
const TURN_MS = 9000; // notices and tips take turns

// guide: [中文, English, 中文 beside it, English beside it]
const GUIDES = {
  welcome: ["欢迎光临", "Welcome", "请站到测温处，准备好身份证", "Stand at the thermometer, ID card ready"],
  measure: ["请看前方", "Look ahead, please", "正在测温，一两秒就好", "It takes a second or two"],
  card: ["请刷身份证", "ID card, please", "把身份证放在读卡区，听到提示再拿开", "Lay it on the reader until you hear the tone"],
  register: ["请登记", "Registration", "请把手机号和要办的事告诉工作人员", "Tell the staff your mobile number and business"],
  wait: ["请稍候", "One moment, please", "工作人员马上过来协助您", "A member of staff is coming to help you"],
  go: ["请进", "Please come in", "请戴好口罩，保持一米距离", "Mask on, keep one metre apart"],
  again: ["请再测一次", "Once more, please", "在旁边休息几分钟，再站到测温处", "Rest a few minutes, then measure again"],
  away: ["今天请网上办理", "Please use the online services today", "", ""],
  ask: ["请听工作人员指引", "Please follow the staff", "", ""],
};
const WHY = {
  no_appointment: ["今天需要预约才能进入", "By appointment only today"],
  hall_closed: ["大厅封闭管理，暂不对外开放", "The hall is closed to the public"],
  emergency: ["大厅暂停开放，谢谢您的理解", "The hall is not open now, thank you for understanding"],
  registration_timeout: ["登记没有完成，可以重新排队", "Registration was not finished, you may queue again"],
};
const HALL = { open: "全面开放", appointment: "预约入场", closed: "封闭管理", emergency: "暂停开放" };
const SCAN = ["扫码网上办，不用来大厅", "Scan to do it online"];
const BOOK = ["预约方式：", "Booking: "];

const speaks = new URLSearchParams(location.search).get("voice") === "on";
let view = null;
let heardAt = performance.now();
let turn = 0;

function render() {
  const guide = view === null ? "ask" : view.guide;
  const [zh, en, more, moreEn] = GUIDES[guide];
  const [whyZh, whyEn] = WHY[view?.why] ?? [more, moreEn];
  if (document.body.dataset.guide !== guide) say(zh);
  setData(document.body, "guide", guide);
  setText(find("zh"), zh);
  setText(find("en"), en);
  setText(find("more"), whyZh);
  setText(find("more-en"), whyEn);
  const picture = `/static/drawings/${guide}.svg`;
  if (find("drawing").getAttribute("src") !== picture) find("drawing").setAttribute("src", picture);
  if (view === null) return;
  setText(find("hall"), HALL[view.hall_mode]);
  setText(find("clock"), clock());
  channels(guide);
  told();
}

function clock() {
  const now = new Date(Date.parse(view.time) + (performance.now() - heardAt));
  return now.toLocaleTimeString("zh-CN", { timeZone: view.timezone, hour12: false, hour: "2-digit", minute: "2-digit" });
}

/** Where to do the business instead, and how to book; for who cannot come in. */
function channels(guide) {
  const area = find("channels");
  const shown = guide === "away" && (view.channels.length > 0 || view.booking !== null);
  area.hidden = !shown;
  setData(document.body, "channels", shown ? "yes" : "no");
  if (!shown) return;
  rebuild(area, JSON.stringify([view.channels, view.booking]), () => [
    view.channels.length ? make("h2", {}, SCAN[0], " ", make("small", { lang: "en" }, SCAN[1])) : null,
    make("div", { class: "codes" }, ...view.channels.map((channel, index) => make("figure", {},
      make("img", { src: `/visitor/channels/${index}.svg`, alt: channel.zh }),
      make("figcaption", {}, channel.zh, channel.en ? make("small", { lang: "en" }, channel.en) : null)))),
    view.booking ? make("p", { class: "booking" }, BOOK[0] + view.booking.zh, view.booking.en ? make("small", { lang: "en" }, BOOK[1] + view.booking.en) : null) : null,
  ]);
}

/** Notices first, health tips after them, one at a time. */
function told() {
  const texts = [...view.notices, ...view.tips];
  const text = texts[turn % Math.max(1, texts.length)];
  find("told").hidden = !text;
  setText(find("told-zh"), text?.zh ?? "");
  setText(find("told-en"), text?.en ?? "");
}

/** Spoken by the browser's own voice, where the site wants it: /visitor?voice=on. */
function say(text) {
  if (!speaks || !("speechSynthesis" in window)) return;
  const words = new SpeechSynthesisUtterance(text);
  words.lang = "zh-CN";
  speechSynthesis.cancel();
  speechSynthesis.speak(words);
}

let source = null;
let openedAt = 0;

function open() {
  source?.close();
  openedAt = performance.now();
  source = new EventSource("/api/v1/visitor/stream");
  source.addEventListener("state", (event) => {
    heardAt = performance.now();
    view = JSON.parse(event.data);
    setData(document.body, "live", "yes");
    render();
  });
  source.addEventListener("pulse", () => { pulsedAt = performance.now(); });
}

let pulsedAt = performance.now();

function look() {
  const silent = performance.now() - Math.max(heardAt, pulsedAt);
  if (silent > REOPEN_MS && performance.now() - openedAt > REOPEN_MS) open();
  if (silent > SILENT_MS && view !== null) {
    view = null; // an old instruction is worse than none
    setData(document.body, "live", "no");
    find("channels").hidden = true;
  }
  render();
}

open();
setInterval(look, 500);
setInterval(() => { turn += 1; }, TURN_MS);
