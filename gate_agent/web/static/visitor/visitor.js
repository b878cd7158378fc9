// The visitors' display (引导屏): one calm thing to do, in a drawing and both languages.

import { minuteText } from "../shared/figures.js";
import { find, make, rebuild, setData, setText } from "../shared/page.js";
import { listen } from "../shared/stream.js";
import { inBoth, word } from "../shared/words.js";
import { noticeAt, saysOf, showsChannels, showsClinics, timeOf } from "./guide.js";

const TURN_MS = 9000; // notices and tips take turns

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
  const notice = noticeAt(view, turn);
  find("told").hidden = notice === null;
  setText(find("told-zh"), notice?.zh ?? "");
  setText(find("told-en"), notice?.en ?? "");
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
