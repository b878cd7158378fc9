// The desk (等候台): who is measured and waits, while the spot is free for the next. A tap picks one.

import { span } from "../shared/figures.js";
import { button, find, make, rebuild, setData, setText, shape } from "../shared/page.js";
import { groupOf } from "./group.js";
import { nameOf } from "./hold_words.js";
import { shown, waiting } from "./snapshot.js";
import { left, pick } from "./state.js";
import { word } from "../shared/words.js";

const MANY = 3; // more than one line of them

/**
 * Show who waits, and for how long still; the one whose verdict is on the screen is marked.
 * @param {import("./snapshot.js").State} state
 * @param {string} language
 * @param {() => void} changed
 */
export function renderDesk(state, language, changed) {
  const area = find("desk");
  const places = waiting(state);
  area.hidden = places.length === 0;
  setData(find("verdict"), "desk", places.length > MANY ? "many" : places.length ? "some" : "none");
  const key = JSON.stringify([language, state.spot?.passage_id, state.spot && what(state.spot),
    places.map((place) => [place.passage_id, place.green, place.person, place.waits_for, place.decision, place.gate_open, groupOf(place)])]);
  rebuild(area, key, () => [
    make("b", { id: "desk-title" }, word("desk.title", { n: places.length })),
    chip(null, word("desk.spot"), state.spot ? what(state.spot) : "", changed, () => state.spot?.passage_id ?? null),
    ...places.map((place) => chip(place.passage_id, nameOf(place), what(place), changed, () => place.passage_id, Boolean(place.green))),
  ]);
  for (const element of area.querySelectorAll("button")) {
    const place = places.find((one) => one.passage_id === element.dataset.place);
    setData(element, "shown", state.passage?.passage_id === (element.dataset.place ?? state.spot?.passage_id) ? "yes" : "no");
    const seconds = place?.deadline_s ?? null;
    const time = element.querySelector("time");
    if (time) setText(time, seconds === null ? "" : span(Math.max(0, left(seconds))));
  }
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
  const mark = green ? [shape("ahead"), word("green.guard"), " "] : [];
  element.append(make("span", { class: green ? "green" : "" }, ...mark, who), make("span", {}, waits, " ", make("time", {})));
  return element;
}

/** @param {Door.PassageView} place */
function what(place) {
  if (place.decision === "admit") return word(place.gate_open ? "decision.admit" : "verdict.recording");
  if (place.needs_hand) return word("desk.hand");
  if (place.decision) return word(`decision.${shown(place.decision)}`);
  const waits = place.waits_for.map((name) => word(`wait.${name}`)).join(" · ");
  return [waits, groupOf(place)].filter(Boolean).join(" · ");
}

