import assert from "node:assert/strict";
import { test } from "node:test";

import { dueOf, figuresOf, heatOf, isLate, lampsOf, passagesOf, stateOf } from "centre/live_door.js";
import { lasting, spoken } from "centre/times.js";

globalThis.document = { documentElement: { lang: "zh-CN" } };

const door = (more = {}) => ({
  gate: "west-1f", name: "西侧", state: "online", silent_s: 2, seen: null, pending: 0, oldest_pending_s: 0, clock: "synced",
  devices: { thermometer: "ok", id_reader: "ok" }, thermometer: { trust: "trusted", doubts: [] }, version: "1", head: 1, epoch: "e", upto: 1,
  link: null, events: 1, missing: [], counts: [], holds: [], reported: null, flow: [0, 3], flow_s: 300, queue_p95_s: null, hall_mode: "open",
  policy_version: 7, ...more,
});
const hold = (more = {}) => ({
  hold_id: "h", state: "flagged", category: "visitor", reason: "elevated", opened: null, surface_centi_c: 3790, contact_centi_c: null, overdue: 0,
  drill: false, due_s: 14, ...more,
});
const bad = (more, mode = "open") => lampsOf(door(more), mode).filter((lamp) => lamp.bad).length;

test("a door that says it is online and is not heard is silent", () => {
  assert.equal(stateOf(door()).bad, false);
  assert.notEqual(stateOf(door({ silent_s: 40 })).text, stateOf(door()).text);
  assert.equal(stateOf(door({ silent_s: 40 })).bad, true);
  assert.equal(stateOf(door({ silent_s: null })).bad, true); // never heard: unknown is not well
  assert.equal(stateOf(door({ state: "lost" })).bad, true);
});

test("a sound door has no bad lamp, and each fault lights one", () => {
  assert.equal(bad(), 0);
  assert.equal(bad({ devices: { thermometer: "lost", id_reader: "ok" } }), 1);
  assert.equal(bad({ devices: { thermometer: "of_a_newer_version" } }), 1);
  assert.equal(bad({ thermometer: { trust: "doubtful", doubts: ["frozen"] } }), 1);
  assert.equal(bad({ clock: "stepped" }), 1);
  assert.equal(bad({ pending: 3, oldest_pending_s: 61 }), 1);
  assert.equal(bad({ pending: 3, oldest_pending_s: 59 }), 0);
  assert.equal(bad({ missing: [[3, 4]] }), 1);
  assert.equal(bad({ hall_mode: "closed" }), 1); // not what the centre wants
  assert.equal(bad({ hall_mode: "closed" }, "closed"), 0);
});

test("what a door has not told is not shown as well", () => {
  const told = lampsOf(door({ hall_mode: null, clock: null, thermometer: null, devices: {}, version: null }), "open");
  assert.equal(told.length, 3); // what waits, what is missing, the report
});

test("each door says which version it runs, and no version is a fault", () => {
  const version = "0.4.0.post12+g1a2b3c4d5.dirty";
  const lamps = lampsOf(door({ version }), "open").filter((lamp) => lamp.text.endsWith(version));
  assert.deepEqual(lamps.map((lamp) => lamp.bad), [false]);
});

test("passages are of all kinds of person, or of one outcome", () => {
  const counts = [["visitor", "admit", 5], ["staff", "admit", 2], ["visitor", "hold", 1]].map(([category, decision, count]) => ({ category, decision, count }));
  assert.equal(passagesOf(door({ counts })), 8);
  assert.equal(passagesOf(door({ counts }), "hold"), 1);
  assert.deepEqual(figuresOf(door({ counts })).map(([figure]) => figure), ["8", "3", "–", "1"]);
});

test("a hold is late once its time is over, or was over before", () => {
  assert.equal(isLate(hold()), false);
  assert.equal(isLate(hold({ due_s: -1 })), true);
  assert.equal(isLate(hold({ overdue: 1 })), true);
  assert.equal(isLate(hold({ due_s: null })), false);
  assert.ok(dueOf(hold()).includes("0:14"));
  assert.ok(dueOf(hold({ due_s: -75 })).includes("1:15"));
  assert.equal(dueOf(hold({ due_s: null })), "");
});

test("the contact thermometer's word goes before the skin's", () => {
  assert.ok(heatOf(hold()).includes("37.90"));
  assert.ok(heatOf(hold({ contact_centi_c: 3805 })).includes("38.05"));
  assert.equal(heatOf(hold({ surface_centi_c: null })), "");
});

test("how long something took reads as a clerk says it", () => {
  const figures = [3.24, 9.99, 10.4, 119, 120, 7199, 9000].map((seconds) => parseFloat(lasting(seconds)));
  assert.deepEqual(figures, [3.2, 10, 10, 119, 2, 120, 2.5]);
});

test("a time is by the hall's clock, as people say it", () => {
  const now = new Date("2026-11-24T02:00:00.000Z");
  const said = (utc) => spoken(utc, now, "Asia/Shanghai");
  const near = ["2026-11-23T16:05:07.000Z", "2026-11-23T15:59:59.000Z", "2026-11-24T16:00:00.000Z"].map(said);
  assert.deepEqual(near.map((text) => text.slice(-5)), ["00:05", "23:59", "00:00"]);
  assert.equal(new Set(near.map((text) => text.slice(0, -5))).size, 3); // today, yesterday, tomorrow
  assert.deepEqual(["2026-11-22T02:00:00.000Z", "2025-12-31T17:00:00.000Z"].map(said), ["11-22 10:00", "01-01 01:00"]);
  assert.equal(said("2025-11-24T02:00:00.000Z"), "2025-11-24 10:00");
});
