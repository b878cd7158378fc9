import assert from "node:assert/strict";
import { test } from "node:test";

import { KEYS, PURPOSE_KEYS, doneBy } from "door/guard/keys.js";
import { LOOKS, lookAt } from "door/guard/brightness.js";
import { NO_SIDE, nextOf } from "door/guard/next.js";
import { focus } from "door/guard/snapshot.js";
import { hasWord } from "shared/words.js";

import { hold, passage, snapshot } from "./door.mjs";

const door = (more) => focus(snapshot(more), { picked: null, typed: null }, 0).state;
const next = (more, side = {}, agoS = 0) => nextOf(door(more), { ...NO_SIDE, ...side }, agoS);
const person = { name: "张*", number: "1*" };

test("every state has one next step, in words, and says whose turn it is", () => {
  const phases = ["measuring", "identified", "measured", "registering", "gathering"].map((phase) => ({ phase }));
  const decided = ["admit", "deny", "recheck", "ambiguous", "hold"].map((decision) => ({ phase: "settled", decision }));
  const doors = [{}, { hall_mode: "emergency" }, { journal: { writable: false } }, { devices: { thermometer: { state: "lost" } } }, { thermometer: { by_hand: true } }];
  for (const one of [null, ...phases, ...decided, { phase: "settled", decision: "admit", gate_open: true }, { unsure: true, card_asked: true, person }]) {
    for (const more of doors) {
      for (const holds of [[], [hold()], [hold({ state: "confirmed", due_s: 90, next_steps: ["reported"] })]]) {
        const { says, turn, does } = next({ ...more, holds, passage: one && passage(one) });
        assert.ok(hasWord(says), says);
        assert.equal(turn === "guard", does !== null, says);
      }
    }
  }
});

test("nobody's key lets anybody in", () => {
  const open = next({ passage: passage({ phase: "settled", decision: "admit", gate_open: true }) });
  assert.deepEqual([open.turn, open.does], ["visitor", null]);
});

test("a hold that calls comes before everything that is open", () => {
  const busy = { passage: passage({ phase: "registering" }), holds: [hold()] };
  for (const side of [{}, { panel: true, go: "录入" }, { case: "h-7", go: "确认" }, { registration: "send" }]) {
    assert.deepEqual([next(busy, side).does, next(busy, side).about], ["hold", "h-1"]);
  }
  assert.equal(next(busy, { case: "h-1", go: "我已到场" }).says, "=我已到场");
});

test("what is open at the right has its own step, or is pointed at", () => {
  assert.deepEqual(next({}, { panel: true, go: "录入" }), { says: "=录入", turn: "guard", does: "go", about: "panel", due_s: null });
  assert.equal(next({}, { panel: true }).does, "point");
});

test("a registration is typed, then sent", () => {
  const one = { passage: passage({ phase: "registering", deadline_s: 90 }) };
  assert.deepEqual(["phone", "purpose", "send"].map((registration) => next(one, { registration }).does), ["point", "point", "register"]);
  assert.equal(next(one, { registration: "sent" }).does, null);
  const byHand = { passage: passage({ needs_hand: true, decision: "recheck" }) };
  assert.deepEqual(["reading", "confirm"].map((hand) => next(byHand, { hand }).says), ["next.reading", "next.confirm_reading"]);
});

test("a lost reader makes the document the guard's to type", () => {
  const lost = { devices: { thermometer: { state: "ok" }, id_reader: { state: "lost" } } };
  assert.equal(next({ ...lost, passage: passage({ phase: "measured" }) }).does, "manual");
  assert.equal(next({ passage: passage({ phase: "measured" }) }).does, null);
});

test("while nobody waits for the guard, an open hold goes on", () => {
  const open = hold({ state: "confirmed", due_s: 90, next_steps: ["reported"] });
  assert.deepEqual([next({ holds: [open] }).says, next({ holds: [open] }).due_s], ["hold_do.reported", 90]);
  assert.equal(next({ holds: [open], passage: passage({ phase: "registering" }) }, { registration: "phone" }).says, "next.phone");
});

test("one key has one meaning", () => {
  const keys = [...Object.values(KEYS).map(({ key }) => key), ...PURPOSE_KEYS];
  assert.equal(new Set(keys).size, keys.length);
  for (const [name, { key, says }] of Object.entries(KEYS)) {
    assert.equal(doneBy(key.length === 1 ? key.toLowerCase() : key), name);
    assert.ok(hasWord(says), says);
  }
});

test("the screen is dark at night, unless the guard chose another look", () => {
  assert.deepEqual([3, 6, 12, 18, 19, 23, null].map((hour) => lookAt("auto", hour)), ["dark", "light", "light", "light", "dark", "dark", "light"]);
  for (const look of LOOKS.slice(1)) assert.equal(lookAt(look, 23), look);
});
