// The visitors' display (引导屏): one calm thing to do, in a drawing and both languages.

import { minuteText } from "../shared/figures.js";
import { find, make, rebuild, setData, setText } from "../shared/page.js";
import { request } from "../shared/request.js";
import { listen } from "../shared/stream.js";
import { inBoth, word } from "../shared/words.js";
import { noticeAt, saysOf, showsChannels, showsClinics, timeOf } from "./guide.js";

const TURN_MS = 9000; // notices and tips take turns

const touches = new URLSearchParams(location.search).has("touch");
const speaks = new URLSearchParams(location.search).get("voice") === "on";
/** @type {Door.VisitorView | null} */
let view = null;
let heardAt = 0;
let turn = 0;

/**
 * @param {Door.VisitorView} next
 * @param {number} at
 */
function onState(next, at) {
  view = next;
  heardAt = at;
  setData(document.body, "live", "yes");
  render();
}

/** @param {import("../shared/stream.js").Life} life */
function onLife(life) {
  if (life !== "live") {
    view = null;
    setData(document.body, "live", "no");
    find("channels").hidden = true;
    find("entry").hidden = true;
  }
  render();
}

function render() {
  const { guide, zh, en, more, moreEn } = saysOf(view);
  if (document.body.dataset.guide !== guide) say(zh);
  setData(document.body, "guide", guide);
  setText(find("zh"), zh);
  setText(find("en"), en);
  setText(find("more"), more);
  setText(find("more-en"), moreEn);
  const picture = `/static/drawings/${guide}.svg`;
  if (find("drawing").getAttribute("src") !== picture) find("drawing").setAttribute("src", picture);
  if (view === null) return;
  setText(find("hall"), word(`hall_mode.${view.hall_mode}`));
  setText(find("clock"), minuteText(timeOf(view, performance.now() - heardAt), view.timezone));
  channels(view);
  entry(view);
  const notice = noticeAt(view, turn);
  find("told").hidden = notice === null;
  setText(find("told-zh"), notice?.zh ?? "");
  setText(find("told-en"), notice?.en ?? "");
}

/**
 * The code by which who registers types it: on their own phone, or here where this is a touch display.
 * @param {Door.VisitorView} shown
 */
function entry(shown) {
  const area = find("entry");
  const byPhone = shown.entry !== null && shown.entry_by_phone;
  area.hidden = !(byPhone || (touches && shown.entry !== null));
  setData(document.body, "entry", area.hidden ? "no" : "yes");
  rebuild(area, JSON.stringify([area.hidden, byPhone, shown.entry]), () => (area.hidden ? [] : [
    byPhone ? make("img", { src: `/visitor/entry.svg?n=${shown.entry}`, alt: "" }) : null,
    make("p", {}, ...(byPhone ? both("visitor.entry_phone") : []), touches ? make("button", { type: "button", onpress: () => void openEntry() }, ...both("visitor.entry_here")) : null),
  ]));
}

/**
 * A text in both languages, the Chinese one first.
 * @param {string} key
 */
function both(key) {
  const [zh, en] = inBoth(key);
  return [zh, make("small", { lang: "en" }, en)];
}

/** Type it at this display: the code is asked for only now. */
async function openEntry() {
  const answer = /** @type {import("../shared/request.js").Answer<Door.EntryTicket>} */ (await request("/api/v1/visitor/entry"));
  if (answer.ok) location.assign(`/enter?display#${answer.told.token}`);
}

/**
 * Where to do the business instead, and how to book.
 * @param {Door.VisitorView} shown
 */
function channels(shown) {
  const area = find("channels");
  const [goes, doctors] = [showsChannels(shown), showsClinics(shown)];
  const are = goes || doctors;
  area.hidden = !are;
  setData(document.body, "channels", are ? "yes" : "no");
  if (!are) return;
  const [scan, scanEn] = inBoth("visitor.scan");
  const [booking, bookingEn] = inBoth("visitor.booking");
  const [clinics, clinicsEn] = inBoth("visitor.clinics");
  rebuild(area, JSON.stringify([goes, shown.channels, shown.booking, shown.clinics]), () => [...(goes ? [
    shown.channels.length ? make("h2", {}, scan, " ", make("small", { lang: "en" }, scanEn)) : null,
    make("div", { class: "codes" }, ...shown.channels.map((channel, index) => make("figure", {},
      make("img", { src: `/visitor/channels/${index}.svg`, alt: channel.zh }),
      make("figcaption", {}, channel.zh, channel.en ? make("small", { lang: "en" }, channel.en) : null)))),
    shown.booking ? make("p", { class: "booking" }, booking + shown.booking.zh, shown.booking.en ? make("small", { lang: "en" }, bookingEn + shown.booking.en) : null) : null,
  ] : []), ...(doctors ? [
    make("h2", {}, clinics, " ", make("small", { lang: "en" }, clinicsEn)),
    ...shown.clinics.map((one) => make("p", { class: "clinic" }, one.zh, one.en ? make("small", { lang: "en" }, one.en) : null)),
  ] : [])]);
}

/**
 * Spoken by the browser's own voice, where the site wants it: /visitor?voice=on.
 * @param {string} text
 */
function say(text) {
  if (!speaks || !("speechSynthesis" in window)) return;
  const words = new SpeechSynthesisUtterance(text);
  words.lang = "zh-CN";
  speechSynthesis.cancel();
  speechSynthesis.speak(words);
}

find("unstarted").remove(); // the script is here
listen("/api/v1/visitor/stream", {
  on: { state: onState, pulse: () => {} },
  onLife,
});
setInterval(() => { turn += 1; }, TURN_MS);
