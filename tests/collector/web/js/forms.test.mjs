import assert from "node:assert/strict";
import { test } from "node:test";

globalThis.document = { querySelectorAll: () => [], querySelector: () => null, documentElement: { dataset: {} } };
const { encoded } = await import("centre/sheet.js");
const { placed } = await import("centre/reader.js");

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
