import assert from "node:assert/strict";
import { test } from "node:test";

import { BURSTS, Siren, louder, soundOf } from "door/guard/siren.js";

const alarm = (more = {}) => ({ id: "a", priority: "high", technical: false, what: "hold", since: "06:00", rung: 1, ...more });
const FEVER = soundOf([alarm()]);
const NONE = soundOf([]);

/** When a siren bursts, looked at four times a second. */
function bursts(siren, sound, fromMs, toMs) {
  const at = [];
  for (let now = fromMs; now < toMs; now += 250) if (siren.ring(sound, now)) at.push(now);
  return at;
}

test("the gravest alarm sounds, and a fault of the gate never in a fever's voice", () => {
  assert.equal(NONE.kind, "none");
  assert.equal(soundOf([alarm(), alarm({ id: "b", priority: "medium", technical: true })]).kind, "high");
  assert.equal(soundOf([alarm({ priority: "medium", technical: true })]).kind, "technical");
  assert.equal(soundOf([alarm({ priority: "medium" })]).kind, "medium");
  assert.notEqual(BURSTS.technical.hz, BURSTS.high.hz);
});

test("a missed step sounds sooner and louder than the one before", () => {
  assert.equal(soundOf([alarm({ what: "overdue", rung: 2 })]).level, 2);
  assert.equal(FEVER.level, 0);
  assert.deepEqual(bursts(new Siren(), FEVER, 0, 25_000), [0, 10_000, 20_000]);
  assert.deepEqual(bursts(new Siren(), { ...FEVER, level: 1 }, 0, 11_000), [0, 5000, 10_000]);
  assert.ok(louder(2).gain > louder(1).gain && louder(1).gain > louder(0).gain);
  assert.deepEqual(louder(9), louder(2));
});

test("a low alarm sounds once", () => {
  assert.deepEqual(bursts(new Siren(), soundOf([alarm({ priority: "low" })]), 0, 100_000), [0]);
});

test("a backlog that is told again rings nothing anew", () => {
  const siren = new Siren();
  bursts(siren, FEVER, 0, 1000);
  siren.ring(NONE, 1000);

  assert.deepEqual(bursts(siren, FEVER, 1250, 11_000), []); // it stood before: only its own rhythm
  assert.equal(siren.ring(soundOf([alarm({ rung: 2 })]), 11_000), true);
});

test("what rings is muted for two minutes, and a new alarm is not", () => {
  const siren = new Siren();
  siren.ring(FEVER, 0);
  siren.toggleMute(1000);
  assert.equal(siren.mutedS(1000), 120);
  assert.deepEqual(bursts(siren, FEVER, 1000, 120_000), []);
  assert.equal(bursts(siren, FEVER, 121_000, 122_000).length, 1);

  siren.toggleMute(123_000);
  assert.equal(siren.ring(soundOf([alarm({ id: "another" }), alarm()]), 124_000), true);
  assert.equal(siren.mutedS(124_000), 0);
});

test("muted once more is sound at once", () => {
  const siren = new Siren();
  siren.ring(FEVER, 0);
  siren.toggleMute(1000);
  siren.toggleMute(2000);

  assert.equal(siren.mutedS(2000), 0);
  assert.equal(siren.ring(FEVER, 2000), true);
});

test("there is nothing to mute while nothing rings", () => {
  const siren = new Siren();
  siren.ring(NONE, 0);
  siren.toggleMute(0);

  assert.equal(siren.mutedS(0), 0);
});

test("it remembers no more than it must", () => {
  const siren = new Siren();
  for (let n = 0; n < 2000; n += 1) siren.ring(soundOf([alarm({ id: `a-${n}` })]), n * 250);

  assert.equal(siren.ring(soundOf([alarm({ id: "a-0" })]), 600_000), true); // long forgotten: as new
});
