import assert from "node:assert/strict";
import { test } from "node:test";

globalThis.document = { querySelector: () => null, documentElement: { dataset: { now: "2020-02-03T02:00:00.000Z" } } };
/** @type {(() => void)[]} */
const looks = [];
globalThis.setInterval = (look) => looks.push(look);
const { watch } = await import("centre/come.js");

test("a version that waited is told once its time has come, by the centre's clock", () => {
  const soon = { hidden: true, dataset: { comes: "2020-02-03T01:59:59.000Z" } };
  const later = { hidden: true, dataset: { comes: "2020-02-03T09:00:00.000Z" } };

  watch(soon);
  watch(later);
  for (const look of looks) look();

  assert.deepEqual([soon.hidden, later.hidden], [false, true]);
});
