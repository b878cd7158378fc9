import assert from "node:assert/strict";
import { test } from "node:test";

import { clockText, degrees, minuteText, span } from "shared/figures.js";

test("a temperature keeps both its digits and is never rounded", () => {
  assert.equal(degrees(3642), "36.42");
  assert.equal(degrees(3730), "37.30");
  assert.equal(degrees(3705), "37.05");
  assert.equal(degrees(-5), "−0.05");
  assert.equal(degrees(0), "0.00");
});

test("a span counts down to its last second", () => {
  assert.deepEqual([0, 0.2, 7, 59.1, 598, 7170].map(span), ["0:00", "0:01", "0:07", "1:00", "9:58", "1:59:30"]);
  assert.equal(span(-3), "0:00");
});

test("a time is the hall's, whatever the screen's own zone is, and midnight is 00", () => {
  const moment = new Date("2026-11-23T16:05:07Z");
  assert.equal(clockText(moment, "Asia/Shanghai"), "00:05:07");
  assert.equal(clockText(moment, "Europe/Berlin"), "17:05:07");
  assert.equal(minuteText(moment, "Asia/Shanghai"), "00:05");
});
