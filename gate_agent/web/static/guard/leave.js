// Who leaves (离场): one tap counts, and the panel shows who was let in here and not seen leaving.

import { clockText, span } from "../shared/figures.js";
import { button, make } from "../shared/page.js";
import { nameOf } from "./hold_words.js";
import { ask, closePanel, panelAbout, showPanel } from "./panel.js";
import { by } from "./post.js";
import { say, sendOnce } from "./send.js";
import { get } from "./session.js";
import { keysOf, recorded, word } from "../shared/words.js";

const ABOUT = "leave";
const COUNTS = [1, 2, 3, 4, 5, 6];
const MOST = 200; // lines; the centre lists all

/**
 * Ask how many leave; below stands who is inside.
 * @param {string} zone of this door
 */
export async function openLeave(zone) {
  show(null, zone);
  const answer = await get("/api/v1/inside");
  if (panelAbout() !== ABOUT) return;
  if (answer.ok) show(answer.told, zone);
  else say(word("screen.not_sent"), "bad");
}

/**
 * @param {Door.InsideView | null} view
 * @param {string} zone
 */
function show(view, zone) {
  /** @type {import("./panel.js").Keys} */
  const keys = new Map();
  const choices = COUNTS.map((n) => {
    const press = () => { closePanel(); void sendOnce(`leave:${performance.now()}`, "/api/v1/departures", { count: n, by: by() }); };
    keys.set(String(n), press);
    return button(word("leave.n", { n }), { key: String(n), kind: "tall", press });
  });
  showPanel(ABOUT, word("action.leave"), keys, [
    make("div", { class: "choices" }, ...choices),
    make("h3", { id: "inside-count" }, view === null ? word("leave.asking") : word("leave.inside", { n: view.count })),
    button(`${word("reason.found_inside")} · ${word("leave.unknown")}`, { press: () => askFound(null, word("leave.unknown")), id: "found-unknown" }),
    view === null || !view.unnamed_left ? null : make("p", {}, word("leave.unnamed", { n: view.unnamed_left })),
    view === null ? null : make("ul", { class: "accounts", id: "inside" }, ...view.people.slice(0, MOST).map((one) => line(one, zone))),
    ...(view?.elsewhere.length ? [
      make("h3", {}, word("leave.elsewhere")),
      make("ul", { class: "accounts", id: "inside-elsewhere" }, ...view.elsewhere.map((one) => lineElsewhere(one, zone))),
    ] : []),
  ]);
}

/**
 * @param {Door.InsideLine} one
 * @param {string} zone
 */
function line(one, zone) {
  const since = clockText(new Date(one.since), zone).slice(0, 5);
  return make("li", {},
    make("div", {}, make("b", {}, nameOf(one)), make("span", {}, word("leave.since", { t: since, s: span(one.inside_s) }))),
    button(word("reason.found_inside"), { press: () => askFound({ passage_id: one.passage_id }, nameOf(one)) }));
}

/**
 * Somebody whom another door let in: by name where this door knows it, else by door and time.
 * @param {Door.InsideElsewhere} one
 * @param {string} zone
 */
function lineElsewhere(one, zone) {
  const said = word("leave.by_door", { p: one.door, t: clockText(new Date(one.since), zone).slice(0, 5) });
  return make("li", {},
    make("div", {}, make("b", {}, one.person?.name ?? word("leave.unknown")), make("span", {}, said)),
    button(word("reason.found_inside"), { press: () => askFound({ entry: one.entry }, `${one.person?.name ?? ""} ${said}`.trim()) }));
}

/**
 * Somebody is ill inside (厅内发现): where? One tap more opens the hold.
 * @param {{ passage_id: string } | { entry: string } | null} who null: nobody knows yet who it is
 * @param {string} said who that is, in words
 */
function askFound(who, said) {
  const choices = keysOf("hall_place").map((place) => ({
    label: word(`hall_place.${place}`),
    kind: "tall",
    press: () => void sendOnce(`found:${performance.now()}`, "/api/v1/found", { passage_id: null, ...who, place: recorded(`hall_place.${place}`), by: by() }),
  }));
  ask(ABOUT, `${word("reason.found_inside")} · ${said}`, [{ heading: word("leave.where"), choices }]);
}
