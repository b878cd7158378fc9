// Duties (消毒通风、物资): what is due, one tap a round, a number a count; who leads is always shown.

import { button, find, make, setData, setText, textField } from "../shared/page.js";
import { doneBy } from "./keys.js";
import { keypad, keypadKeys } from "./keypad.js";
import { closePanel, panelAbout, showPanel } from "./panel.js";
import { by } from "./post.js";
import { sendOnce } from "./send.js";
import { get } from "./session.js";
import { typedCount } from "./typing.js";
import { word } from "../shared/words.js";

const ABOUT = "duties";
const AGAIN_MS = 60_000; // what is due grows with the clock, not with events
const TYPES = ["gate.duty.disinfected.v1", "gate.supplies.counted.v1", "gate.shift.noted.v1", "gate.mode.applied.v1"];

/** @type {Door.DutiesView | null} */
let duties = null;
let changed = () => {};

/**
 * Begin to look; `told` is called when there is something new to draw.
 * @param {() => void} told
 */
export function watchDuties(told) {
  changed = told;
  find("duties").addEventListener("click", openDuties);
  setInterval(lookAtDuties, AGAIN_MS);
  void lookAtDuties();
}

/**
 * A journal mark came: look again if it is about duties.
 * @param {Door.JournalMark} mark
 */
export function dutyMark(mark) {
  if (TYPES.includes(mark.type)) void lookAtDuties();
}

/** Ask the gate what is due; the stream says whether it is there. */
export async function lookAtDuties() {
  const answer = await get("/api/v1/duties");
  if (answer.status === 0) return;
  if (answer.ok) duties = answer.told;
  changed();
  if (panelAbout() === ABOUT) openDuties();
}

/** @param {Door.DutiesView} view */
const short = (view) => view.rounds.filter((round) => round.done < round.due).length;
/** @param {Door.DutiesView} view */
const low = (view) => view.supplies.filter((supply) => supply.low).length;

/** The button's label. */
export function renderDuties() {
  setText(find("duties"), word("duties.title"));
  const waiting = duties === null ? 0 : short(duties);
  setData(find("duties"), "due", waiting ? String(waiting) : "no");
}

/** Who leads now, or null. */
export const leader = () => duties?.leader ?? null;

/**
 * Cells for the status line; the leader stands where holds would, unless there are some.
 * @param {boolean} hasHolds
 * @returns {import("./status.js").Cell[]}
 */
export const dutyCells = (hasHolds) => (duties === null ? [] : cellsOf(duties, hasHolds));

/**
 * The same of any duties. Pure.
 * @param {Door.DutiesView} view
 * @param {boolean} hasHolds
 */
export function cellsOf(view, hasHolds) {
  const leads = view.leader;
  /** @type {import("./status.js").Cell[]} */
  const cells = [];
  if (!leads) cells.push([word("term.duty_leader"), word("duties.leader_none"), "low"]);
  else if (hasHolds) cells.push([word("term.duty_leader"), `${leads.post} ${leads.phone}`, "plain"]);
  if (short(view)) cells.push([word("term.rounds"), word("duties.rounds_due", { n: short(view) }), "low"]);
  if (low(view)) cells.push([word("term.supplies"), word("duties.supplies_low", { n: low(view) }), "low"]);
  return cells;
}

/**
 * Take a key; returns whether it was for the duties.
 * @param {string} key
 */
export function dutiesKey(key) {
  if (doneBy(key) !== "duties" || duties === null) return false;
  openDuties();
  return true;
}

export function openDuties() {
  if (duties === null) return;
  const view = duties;
  const areas = [...new Set(view.rounds.map((round) => round.area))];
  const [first] = areas;
  const masks = first === undefined ? null
    : button(`${word("round.masks_sealed")} ${view.masks_sealed}`, { press: () => done(first, "masks_sealed", view.masks_sealed) });
  showPanel(ABOUT, word("duties.title"), new Map(), [
    make("h3", {}, word("duties.rounds_hint")),
    make("div", { class: "areas" }, ...areas.map((area) => areaRow(area, view.rounds)), masks),
    make("h3", {}, word("term.supplies")),
    make("div", { class: "stocks" }, ...view.supplies.map(supplyRow)),
    make("h3", {}, word("duties.note")),
    ...noteRow(view.note),
  ]);
}

/**
 * @param {string} area
 * @param {Door.RoundView[]} rounds
 */
function areaRow(area, rounds) {
  const buttons = rounds.filter((round) => round.area === area).map((round) => {
    const text = `${word(`round.${round.kind}`)} ${round.done}/${round.needed}`;
    const element = button(text, { press: () => done(area, round.kind, round.done) });
    setData(element, "due", round.done < round.due ? "yes" : "no");
    return element;
  });
  return make("div", { class: "area" }, make("b", {}, area), ...buttons);
}

/**
 * The last note, and a line to write the next one.
 * @param {Door.NoteLineView | null} note
 */
function noteRow(note) {
  const input = textField("shift-note", 200, word("duties.note"), word("duties.note_hint"));
  const send = async () => {
    const text = input.value.trim();
    if (text) await sendOnce(`note:${performance.now()}`, "/api/v1/duties/notes", { text, by: by() });
  };
  return [
    note ? make("p", { id: "last-note" }, `${note.text}（${note.by} ${note.at.slice(5, 10)}）`) : null,
    make("div", { class: "stock" }, input, button(word("duties.note_do"), { press: send, id: "shift-note-send" })),
  ];
}

/**
 * One request a tap; the count that was shown makes a second tap on the same one harmless.
 * @param {string} area
 * @param {Door.Round} kind
 * @param {number} count
 */
function done(area, kind, count) {
  void sendOnce(`duty:${area}:${kind}:${count}`, "/api/v1/duties/rounds", { area, kind, by: by() });
}

/** @param {Door.SupplyView} supply */
function supplyRow(supply) {
  const stock = supply.stock === null ? word("term.never_counted") : `${supply.stock} ${supply.unit}`;
  /** @param {1 | -1} sign */
  const change = (sign) => askNumber(`${supply.item} · ${word(sign < 0 ? "duties.take" : "duties.receive")}`, (n) => move(supply, { change: sign * n }));
  const known = supply.stock !== null;
  const row = make("div", { class: "stock" },
    make("b", {}, supply.item), make("span", {}, `${stock}${supply.low ? ` · ${word("term.low_stock")}` : ""}`),
    known ? button(word("duties.take"), { press: () => change(-1) }) : null,
    known ? button(word("duties.receive"), { press: () => change(1) }) : null,
    button(word("duties.count"), { press: () => askNumber(`${supply.item} · ${word("duties.count")}`, (n) => move(supply, { counted: n })) }),
  );
  setData(row, "low", supply.low ? "yes" : "no");
  return row;
}

/**
 * @param {Door.SupplyView} supply
 * @param {{ change: number } | { counted: number }} amount
 */
async function move(supply, amount) {
  const sent = await sendOnce(`supply:${supply.item}:${performance.now()}`, "/api/v1/duties/supplies", { item: supply.item, by: by(), ...amount });
  if (sent) openDuties();
}

/**
 * Ask for a whole number; `then(n)` gets it.
 * @param {string} title
 * @param {(n: number) => void} then
 */
function askNumber(title, then) {
  let digits = "";
  const field = make("output", { class: "field", id: "amount" }, "0");
  /** @param {string} next */
  const show = (next) => { digits = next; setText(field, digits || "0"); };
  /** @param {string} key */
  const type = (key) => show(typedCount(digits, key));
  const enter = () => { if (digits) { closePanel(); then(Number(digits)); } };
  const confirm = button(word("screen.confirm"), { key: "Enter", kind: "go tall", press: enter, id: "amount-confirm" });
  showPanel(`${ABOUT}-number`, title, keypadKeys({ type, enter }), [
    field,
    make("div", { class: "typing" }, keypad({ type, clear: () => show("") }), make("div", { class: "beside" }, confirm)),
  ]);
}
