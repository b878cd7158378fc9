// Two places: who stands at the thermometer now, and who waits at the desk (等候台), each with a time.

import { span } from "../shared/figures.js";
import { button, find, make, rebuild, setData, setText, shape } from "../shared/page.js";
import { groupOf } from "./group.js";
import { nameOf } from "./hold_words.js";
import { ask } from "./panel.js";
import { shown, waiting } from "./snapshot.js";
import { gateTime, left, pick } from "./state.js";
import { word } from "../shared/words.js";

const SHOWN = 3; // of who waits; the others behind one button
const NARROW = 2; // on a phone
const LOW = 1; // at a small kiosk

/**
 * Show who is where, and for how long; the one whose verdict is on the screen is marked.
 * @param {import("./snapshot.js").State} state
 * @param {string} language
 * @param {() => void} changed
 */
export function renderDesk(state, language, changed) {
  const area = find("desk");
  const all = waiting(state);
  const most = innerHeight <= 600 ? LOW : innerWidth <= 900 ? NARROW : SHOWN;
  setData(area, "waits", String(all.length));
  const seen = all.length > most ? first(state, all, most - 1) : all;
  const key = JSON.stringify([language, state.spot?.passage_id, state.spot?.person, state.spot && what(state.spot), all.length,
    seen.map((place) => [place.passage_id, place.green, place.person, what(place)])]);
  rebuild(area, key, () => [
    chip(null, [word("desk.spot"), state.spot?.person?.name].filter(Boolean).join(" · "), state.spot ? what(state.spot) : word("places.nobody"), changed, () => state.spot?.passage_id ?? null),
    make("b", { id: "desk-title" }, word("desk.title", { n: all.length })),
    ...seen.map((place) => chip(place.passage_id, nameOf(place), what(place), changed, () => place.passage_id, Boolean(place.green))),
    all.length > seen.length ? button(word(seen.length ? "places.more" : "desk.title", { n: all.length - seen.length }), { id: "desk-more", press: () => askAll(all, changed) }) : null,
  ]);
  for (const element of area.querySelectorAll("button")) {
    if (element.id) continue;
    const place = all.find((one) => one.passage_id === element.dataset.place) ?? null;
    const isSpot = element.dataset.place === undefined;
    setData(element, "shown", all.length && state.passage !== null && state.passage.passage_id === (element.dataset.place ?? state.spot?.passage_id) ? "yes" : "no");
    const time = element.querySelector("time");
    if (time) setText(time, isSpot ? sinceText(state) : leftText(place));
  }
}

/**
 * The first of those who wait, and whoever is looked at.
 * @param {import("./snapshot.js").State} state
 * @param {Door.PassageView[]} all
 * @param {number} most
 */
function first(state, all, most) {
  const ahead = all.slice(0, most);
  const looked = all.find((one) => one.passage_id === state.passage?.passage_id);
  return most && looked && !ahead.includes(looked) ? [...ahead.slice(0, -1), looked] : ahead;
}

/** @param {import("./snapshot.js").State} state */
function sinceText(state) {
  if (state.spot === null) return "";
  return word("places.since", { s: span((gateTime(state).getTime() - Date.parse(state.spot.started)) / 1000) });
}

/** @param {Door.PassageView | null} place */
const leftText = (place) => (place === null || place.deadline_s === null ? "" : word("places.left", { s: span(Math.max(0, left(place.deadline_s))) }));

/**
 * @param {Door.PassageView[]} all
 * @param {() => void} changed
 */
function askAll(all, changed) {
  const choices = all.map((place) => ({ label: `${nameOf(place)} ${what(place)}`, kind: "tall", press: () => { pick(place.passage_id); changed(); } }));
  ask("desk", word("places.all"), [{ choices }]);
}

/**
 * @param {string | null} id
 * @param {string} who
 * @param {string} waits
 * @param {() => void} changed
 * @param {() => string | null} picks
 * @param {boolean} green
 */
function chip(id, who, waits, changed, picks, green = false) {
  const element = button("", { press: () => { pick(picks()); changed(); } });
  if (id !== null) element.dataset.place = id;
  const mark = green ? [shape("ahead")] : [];
  element.replaceChildren(make("span", { class: green ? "who green" : "who" }, ...mark, who), make("span", {}, green ? word("green.guard") : waits), make("time", {}));
  return element;
}

/** @param {Door.PassageView} place */
function what(place) {
  if (place.decision === "admit") return word(place.gate_open ? "decision.admit" : "verdict.recording");
  if (place.needs_hand) return word("desk.hand");
  if (place.decision) return word(`decision.${shown(place.decision)}`);
  return groupOf(place) || word(`phase.${place.phase}`);
}
