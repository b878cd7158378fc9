import assert from "node:assert/strict";
import { test } from "node:test";

globalThis.document = { querySelectorAll: () => [], querySelector: () => null, documentElement: { dataset: { now: "2020-02-03T02:00:00.000Z", zone: "Asia/Shanghai" } } };
const { encoded } = await import("centre/sheet.js");
const { local, now, placed } = await import("centre/reader.js");

test("a file of any size is told in base64", () => {
  const bytes = Uint8Array.from({ length: 100_000 }, (_, n) => n % 256);
  assert.deepEqual(Buffer.from(encoded(bytes), "base64"), Buffer.from(bytes));
  assert.equal(encoded(new Uint8Array()), "");
});

test("a place keeps the reader's language", () => {
  globalThis.location = new URL("http://hall.example/ledger?lang=en");
  globalThis.document.documentElement.dataset.lang = "en";
  assert.equal(placed("/reports?day=2026-11-23"), "http://hall.example/reports?day=2026-11-23&lang=en");
  globalThis.document.documentElement.dataset.lang = "zh";
  assert.equal(placed("/sign-on"), "http://hall.example/sign-on");
});

test("today is the centre's day, whatever the reader's clock says", () => {
  assert.ok(Math.abs(now().getTime() - Date.parse("2020-02-03T02:00:00.000Z")) < 60_000);
  assert.equal(local("2020-02-03T01:04:00.000Z"), "今天 09:04");
  assert.equal(local("2020-02-02T15:59:00.000Z"), "昨天 23:59");
});
