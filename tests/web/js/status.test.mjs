import assert from "node:assert/strict";
import { test } from "node:test";

import { testedAt } from "door/guard/checks.js";
import { cellsOf as dutyCellsOf } from "door/guard/duties.js";
import { cellsOf } from "door/guard/status.js";
import { trustWords } from "door/guard/thermometer.js";
import { faultText, width } from "door/guard/verdict.js";

import { snapshot, speak } from "./door.mjs";

speak("zh-CN");
const kinds = (cells) => cells.map(([, , kind]) => kind);
const SHIFT_MS = 8 * 3600_000;

test("a sound door says so quietly", () => {
  assert.deepEqual(new Set(kinds(cellsOf(snapshot()))), new Set(["plain"]));
});

test("what is abnormal stands out, a fault more than a nuisance", () => {
  assert.ok(kinds(cellsOf(snapshot({ journal: { writable: false } }))).includes("technical"));
  assert.ok(kinds(cellsOf(snapshot({ devices: { thermometer: { state: "lost" } } }))).includes("technical"));
  assert.ok(kinds(cellsOf(snapshot({ clock: "unsynced" }))).includes("low"));
  const uplink = { state: "refused", pending: 3, oldest_pending_s: 90 };
  const [, text, kind] = cellsOf(snapshot({ uplink })).find(([, said]) => said.includes("3"));
  assert.equal(kind, "low");
  assert.ok(text.includes("1:30"));
});

test("a thermometer in doubt says why, where it works at all", () => {
  const thermometer = { trust: "doubtful", doubts: ["frozen"] };
  assert.ok(cellsOf(snapshot({ thermometer })).some(([, text, kind]) => kind === "low" && text === trustWords(thermometer)));
  assert.equal(trustWords({ trust: "trusted", doubts: [] }), "");
  assert.equal(trustWords(null), "");
});

test("how fast people pass is told once somebody passed", () => {
  const today = { passages: [], first_visit_ms: 21_400, repeat_visit_ms: null };
  const [[, text]] = cellsOf(snapshot({ today }));
  assert.ok(text.includes("21.4 s") && text.includes("—"));
});

test("duties that are due and supplies that are low are told, and who leads where holds hide it", () => {
  const view = {
    rounds: [{ area: "hall", kind: "aired", done: 1, needed: 3, due: 2, last: null }], supplies: [{ item: "mask", unit: "", stock: 0, used: 0, low: true }],
    masks_sealed: 0, leader: { post: "王", phone: "1" }, note: null,
  };
  assert.deepEqual(kinds(dutyCellsOf(view, false)), ["low", "low"]);
  assert.deepEqual(kinds(dutyCellsOf(view, true)), ["plain", "low", "low"]);
  assert.deepEqual(kinds(dutyCellsOf({ ...view, rounds: [], supplies: [], leader: null }, false)), ["low"]); // nobody leads
});

test("the sound is to be tested once a shift", () => {
  assert.equal(testedAt(null, 0), "due");
  assert.equal(testedAt({ at: 0, heard: true }, SHIFT_MS), "yes");
  assert.equal(testedAt({ at: 0, heard: true }, SHIFT_MS + 1), "due");
  assert.equal(testedAt({ at: 0, heard: false }, 1), "failed");
});

test("a long word is set smaller", () => {
  assert.deepEqual(["放行", "请登记", "设备故障", "一律用体温计测量"].map(width), ["s", "m", "l", "xl"]);
});

test("a fault is one sentence with its device", () => {
  assert.notEqual(faultText({ what: "journal", device: "" }), "journal");
  assert.ok(!faultText({ what: "lost", device: "thermometer" }).includes("{"));
});
