// Duties (消毒通风、物资): what is due, one tap a round, a number a count; who leads is always shown.

import { button, find, make, setData, setText } from "../shared/page.js";
import { keypad } from "./keypad.js";
import { closePanel, panelAbout, showPanel } from "./panel.js";
import { by } from "./post.js";
import { sendOnce } from "./send.js";
import { word } from "../shared/words.js";

const ABOUT = "duties";
const AGAIN_MS = 60_000; // what is due grows with the clock, not with events
const KEY = "d";
const TYPES = ["gate.duty.disinfected.v1", "gate.supplies.counted.v1", "gate.shift.noted.v1", "gate.mode.applied.v1"];

let duties = null;
let changed = () => {};

/** Begin to look; `told` is called when there is something new to draw. */
export function watchDuties(told) {
  changed = told;
  find("duties").addEventListener("click", openDuties);
  setInterval(lookAtDuties, AGAIN_MS);
  lookAtDuties();
}

/** A journal mark came: look again if it is about duties. */
export function dutyMark(mark) {
  if (TYPES.includes(mark.type)) lookAtDuties();
}

/** Ask the gate what is due. */
export async function lookAtDuties() {
  try {
    const answer = await fetch("/api/v1/duties", { signal: AbortSignal.timeout(5000) });
    if (answer.ok) duties = await answer.json();
  } catch {
    return; // the stream says whether the gate is there
  }
  changed();
  if (panelAbout() === ABOUT) openDuties();
}

const short = () => duties.rounds.filter((round) => round.done < round.due);
const low = () => duties.supplies.filter((supply) => supply.low);

/** The button's label, and cells for the status line: [name, text, kind]. */
export function renderDuties() {
  setText(find("duties"), word("duties.title"));
  const waiting = duties === null ? 0 : short().length;
  setData(find("duties"), "due", waiting ? String(waiting) : "no");
}

/** Who leads now: {post, phone}, or null. */
export const leader = () => duties?.leader ?? null;

/** `holds`: the leader stands where holds would, unless there are any. */
export function dutyCells(holds) {
  if (duties === null) return [];
  const leads = duties.leader;
  const cells = [];
  if (!leads) cells.push([word("term.duty_leader"), word("duties.leader_none"), "low"]);
  else if (holds) cells.push([word("term.duty_leader"), `${leads.post} ${leads.phone}`, "plain"]);
  if (short().length) cells.push([word("term.rounds"), word("duties.rounds_due", { n: short().length }), "low"]);
  if (low().length) cells.push([word("term.supplies"), word("duties.supplies_low", { n: low().length }), "low"]);
  return cells;
}

/** Take a key; returns whether it was for the duties. */
export function dutiesKey(key) {
  if (key.toLowerCase() !== KEY || duties === null) return false;
  openDuties();
  return true;
}

function openDuties() {
  if (duties === null) return;
  const areas = [...new Set(duties.rounds.map((round) => round.area))];
  const masks = button(`${word("round.masks_sealed")} ${duties.masks_sealed}`, { press: () => done(areas[0], "masks_sealed") });
  showPanel(ABOUT, word("duties.title"), new Map(), [
    make("h3", {}, word("duties.rounds_hint")),
    make("div", { class: "areas" }, ...areas.flatMap(areaRow), masks),
    make("h3", {}, word("term.supplies")),
    make("div", { class: "stocks" }, ...duties.supplies.map(supplyRow)),
    make("h3", {}, word("duties.note")),
    ...noteRow(),
  ]);
}

function areaRow(area) {
  const buttons = duties.rounds.filter((round) => round.area === area).map((round) => {
    const text = `${word(`round.${round.kind}`)} ${round.done}/${round.needed}`;
    const element = button(text, { press: () => done(area, round.kind) });
    setData(element, "due", round.done < round.due ? "yes" : "no");
    return element;
  });
  return [make("div", { class: "area" }, make("b", {}, area), ...buttons)];
}

/** The last note, and a line to write the next one. */
function noteRow() {
  const { note } = duties;
  const input = make("input", { id: "shift-note", class: "text", type: "text", maxlength: "200", autocomplete: "off", "aria-label": word("duties.note"), placeholder: word("duties.note_hint") });
  const send = async () => {
    const text = input.value.trim();
    if (text) await sendOnce(`note:${performance.now()}`, "/api/v1/duties/notes", { text, by: by() });
  };
  return [
    note ? make("p", { id: "last-note" }, `${note.text}（${note.by} ${note.at.slice(5, 10)}）`) : null,
    make("div", { class: "stock" }, input, button(word("duties.note_do"), { press: send, id: "shift-note-send" })),
  ].filter(Boolean);
}

/** One request a tap; the count that was shown makes a second tap on the same one harmless. */
function done(area, kind) {
  const count = duties.rounds.find((round) => round.area === area && round.kind === kind)?.done ?? duties.masks_sealed;
  sendOnce(`duty:${area}:${kind}:${count}`, "/api/v1/duties/rounds", { area, kind, by: by() });
}

function supplyRow(supply) {
  const stock = supply.stock === null ? word("term.never_counted") : `${supply.stock} ${supply.unit}`;
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

async function move(supply, amount) {
  const sent = await sendOnce(`supply:${supply.item}:${performance.now()}`, "/api/v1/duties/supplies", { item: supply.item, by: by(), ...amount });
  if (sent) openDuties();
}

/** Ask for a whole number; `done(n)` gets it. */
function askNumber(title, done) {
  let digits = "";
  const field = make("output", { class: "field", id: "amount" }, "0");
  const draw = () => setText(field, digits || "0");
  const type = (digit) => { if (digits.length < 5) digits = String(Number(digits + digit)); draw(); };
  const erase = () => { digits = digits.slice(0, -1); draw(); };
  const enter = () => { if (digits) { closePanel(); done(Number(digits)); } };
  const keys = new Map([["Backspace", erase], ["Enter", enter]]);
  for (const digit of "0123456789") keys.set(digit, () => type(digit));
  const confirm = button(word("screen.confirm"), { key: "Enter", kind: "go tall", press: enter, id: "amount-confirm" });
  showPanel(`${ABOUT}-number`, title, keys, [
    field,
    make("div", { class: "typing" }, keypad({ type, erase, clear: () => { digits = ""; draw(); } }), make("div", { class: "beside" }, confirm)),
  ]);
}
