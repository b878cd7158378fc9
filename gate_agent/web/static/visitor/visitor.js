// The visitors' display (引导屏): one calm thing to do, in a drawing and both languages.

import { find, make, rebuild, setData, setText } from "../shared/page.js";
import { listen } from "../shared/stream.js";
import { inBoth, word } from "../shared/words.js";

const TURN_MS = 9000; // notices and tips take turns

const speaks = new URLSearchParams(location.search).get("voice") === "on";
let view = null;
let heardAt = 0;
let turn = 0;

function onState(next, at) {
  view = next;
  heardAt = at;
  setData(document.body, "live", "yes");
  render();
}

/** An old instruction is worse than none: then people ask the staff. */
function onLife(life) {
  if (life !== "live") {
    view = null;
    setData(document.body, "live", "no");
    find("channels").hidden = true;
  }
  render();
}

function render() {
  const guide = view === null ? "ask" : view.guide;
  const [zh, en] = inBoth(`guide.${guide}`);
  const [whyZh, whyEn] = inBoth(view?.why ? `guide_why.${view.why}` : `guide_more.${guide}`);
  if (document.body.dataset.guide !== guide) say(zh);
  setData(document.body, "guide", guide);
  setText(find("zh"), zh);
  setText(find("en"), en);
  setText(find("more"), whyZh);
  setText(find("more-en"), whyEn);
  const picture = `/static/drawings/${guide}.svg`;
  if (find("drawing").getAttribute("src") !== picture) find("drawing").setAttribute("src", picture);
  if (view === null) return;
  setText(find("hall"), word(`hall_mode.${view.hall_mode}`));
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
  const [scan, scanEn] = inBoth("visitor.scan");
  const [booking, bookingEn] = inBoth("visitor.booking");
  rebuild(area, JSON.stringify([view.channels, view.booking]), () => [
    view.channels.length ? make("h2", {}, scan, " ", make("small", { lang: "en" }, scanEn)) : null,
    make("div", { class: "codes" }, ...view.channels.map((channel, index) => make("figure", {},
      make("img", { src: `/visitor/channels/${index}.svg`, alt: channel.zh }),
      make("figcaption", {}, channel.zh, channel.en ? make("small", { lang: "en" }, channel.en) : null)))),
    view.booking ? make("p", { class: "booking" }, booking + view.booking.zh, view.booking.en ? make("small", { lang: "en" }, bookingEn + view.booking.en) : null) : null,
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

listen("/api/v1/visitor/stream", {
  on: { state: onState, pulse: () => {} },
  onLife,
});
setInterval(() => { turn += 1; }, TURN_MS);
