import assert from "node:assert/strict";
import { test } from "node:test";

import { belowLine, distanceWords, onBar } from "door/guard/heat.js";

const measured = (more = {}) => ({
  outcome: "normal", surface_centi_c: 3479, body_centi_c: null, score_centi_c: 3413, threshold_centi_c: 3493, ceiling_centi_c: null,
  rail_centi_c: null, decides_on: "surface", contact_centi_c: null, contact_threshold_centi_c: null, ...more,
});

test("what counts is how far the judged value lies from the line", () => {
  assert.equal(belowLine(measured()), 80);
  assert.equal(belowLine(measured({ outcome: "elevated", score_centi_c: 3553 })), -60);
});

test("the line that is nearest decides, and the raw value against the rail too", () => {
  assert.equal(belowLine(measured({ ceiling_centi_c: 3450 })), 37);
  assert.equal(belowLine(measured({ rail_centi_c: 3500 })), 21);
  assert.equal(belowLine(measured({ outcome: "elevated", surface_centi_c: 3830, rail_centi_c: 3800 })), -30);
  assert.equal(belowLine(measured({ decides_on: "body", body_centi_c: 3490, rail_centi_c: 3500 })), 10);
});

test("an elevated value never reads as below, a normal one never as above", () => {
  for (const score of [3400, 3492, 3493, 3600]) {
    for (const ceiling of [null, 3480, 3520]) {
      for (const rail of [null, 3470, 3800]) {
        const one = measured({ score_centi_c: score, ceiling_centi_c: ceiling, rail_centi_c: rail });
        const elevated = score >= 3493 || (ceiling !== null && score >= ceiling) || (rail !== null && rail <= 3479);
        assert.equal(belowLine({ ...one, outcome: elevated ? "elevated" : "normal" }) <= 0, elevated, JSON.stringify(one));
      }
    }
  }
});

test("the contact thermometer's word comes first", () => {
  assert.equal(belowLine(measured({ contact_centi_c: 3840, contact_threshold_centi_c: 3730 })), -110);
});

test("what was not judged has no distance", () => {
  for (const outcome of ["low", "unusable"]) assert.equal(belowLine(measured({ outcome })), null);
  assert.equal(belowLine(measured({ score_centi_c: null })), null);
});

test("tenths are told, and hundredths where a tenth would be none", () => {
  assert.deepEqual(distanceWords(80), { says: "heat.below", t: "0.8" });
  assert.deepEqual(distanceWords(-61), { says: "heat.above", t: "0.6" });
  assert.deepEqual(distanceWords(4), { says: "heat.below", t: "0.04" });
  assert.equal(distanceWords(0).says, "heat.at");
});

test("the line is in the middle of the bar, and nothing leaves it", () => {
  assert.deepEqual([0, 100, -100, 9000, -9000].map(onBar), [0.5, 0.25, 0.75, 0, 1]);
});
