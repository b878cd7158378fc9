import assert from "node:assert/strict";
import { test } from "node:test";

import { entryOf, phoneText, typedPhone } from "door/visitor/entry.js";

test("a visitor types eleven digits and no more, and takes back the last", () => {
  assert.equal([..."138123456789"].reduce(typedPhone, ""), "13812345678");
  assert.equal(typedPhone("138", "Backspace"), "13");
  assert.equal(typedPhone("138", "a"), "138");
  assert.equal(phoneText("13812345678"), "138 1234 5678");
});

test("a number is one from its first two digits and its length", () => {
  assert.equal(entryOf("13812345678"), "13812345678");
  for (const none of ["", "1381234567", "12812345678", "03812345678"]) assert.equal(entryOf(none), null);
});
