import assert from "node:assert/strict";
import { test } from "node:test";

import { listen, waitMs } from "shared/stream.js";

import { World } from "./world.mjs";

/** A page that listens in a world of its own: what it heard, how it is, how often it was refused. */
function page({ draws = () => {}, ear } = {}) {
  const world = new World();
  const seen = { world, heard: [], lives: [], refused: 0, shown: 0 };
  listen("/stream", {
    on: { state: (data) => { seen.heard.push(data); draws(data); }, pulse: () => {} },
    onLife: (life, silentMs) => { seen.lives.push(life); seen.silentMs = silentMs; },
    onRefused: () => { seen.refused += 1; },
    onShown: () => { seen.shown += 1; },
    ear,
  }, world);
  return seen;
}
const life = (seen) => seen.lives.at(-1);

test("a line is opened at once, and the page is live with the first word", () => {
  const seen = page();
  assert.equal(seen.world.lines.length, 1);
  assert.equal(life(seen), "opening");

  seen.world.line.says("state", { a: 1 });
  seen.world.pass(250);

  assert.deepEqual(seen.heard, [{ a: 1 }]);
  assert.equal(life(seen), "live");
});

test("silence is told within five seconds, and a new line asked for", () => {
  const seen = page();
  seen.world.line.says("state");

  seen.world.pass(3500);
  assert.equal(life(seen), "live");
  seen.world.pass(500);

  assert.equal(life(seen), "dead");
  assert.ok(seen.silentMs <= 5000);
  seen.world.pass(1000);
  assert.equal(seen.world.lines.length, 2);
  seen.world.line.says("state");
  seen.world.pass(250);
  assert.equal(life(seen), "live");
});

test("pulses alone keep it alive", () => {
  const seen = page();
  for (let second = 0; second < 20; second += 1) {
    seen.world.line.says("pulse");
    seen.world.pass(1000);
  }

  assert.equal(life(seen), "live");
  assert.equal(seen.world.lines.length, 1);
});

test("a refusal, for which the browser gives up, is asked again ever more slowly", () => {
  const seen = page();
  const asked = [0];
  while (asked.length < 7) {
    seen.world.line?.isRefused();
    const before = seen.world.lines.length;
    seen.world.pass(250);
    if (seen.world.lines.length > before) asked.push(seen.world.now);
  }

  const waits = asked.slice(1).map((at, index) => at - asked[index]);
  assert.deepEqual(waits, [500, 1000, 2000, 4000, 4000, 4000]);
  assert.equal(seen.refused, 6);
  assert.equal(life(seen), "dead");
});

test("once something is heard the next wait is short again", () => {
  const seen = page();
  for (let times = 0; times < 4; times += 1) {
    seen.world.line.isRefused();
    while (!seen.world.line) seen.world.pass(250);
  }
  seen.world.line.says("state");

  seen.world.line.breaks();
  seen.world.pass(500);

  assert.equal(seen.world.line.readyState, 0);
});

test("never do all screens come back at the same moment", () => {
  assert.equal(waitMs(0, 0), 375);
  assert.equal(waitMs(0, 1), 625);
  assert.equal(waitMs(20, 1), 5000); // the longest
});

test("a line that is made anew goes on after the last that was heard", () => {
  const seen = page();
  seen.world.line.says("state", {}, "41");
  seen.world.line.says("pulse");

  seen.world.line.breaks();
  seen.world.pass(1000);

  assert.equal(seen.world.line.url, "/stream?after=41");
});

test("a break that belongs to a line before changes nothing", () => {
  const seen = page();
  const [first] = seen.world.lines;
  first.breaks();
  seen.world.pass(1000);
  seen.world.line.says("state");

  first.breaks();
  seen.world.pass(250);

  assert.equal(seen.world.lines.length, 2);
  assert.equal(life(seen), "live");
});

test("a picture that cannot be drawn is an old one: the page says that it is dead", () => {
  const seen = page({ draws: ({ bad }) => { if (bad) throw new Error("no such field"); } });
  seen.world.line.says("state");
  assert.throws(() => seen.world.line.says("state", { bad: true }));

  for (let second = 0; second < 5; second += 1) {
    seen.world.line?.says("pulse");
    seen.world.pass(1000);
  }
  assert.equal(life(seen), "dead");

  seen.world.pass(1000);
  seen.world.line.says("state");
  seen.world.pass(250);
  assert.equal(life(seen), "live");
});

test("a hidden tab gives its line back, and has a new one as soon as it is shown", () => {
  const seen = page();
  seen.world.line.says("state");

  seen.world.show(false);
  assert.equal(seen.world.line, undefined);
  assert.equal(life(seen), "away");
  seen.world.pass(60_000);
  assert.equal(seen.world.lines.length, 1);
  assert.equal(life(seen), "away");

  seen.world.show(true);
  assert.notEqual(seen.world.line, undefined);
  assert.equal(life(seen), "opening"); // neither dead, nor what it was
  assert.equal(seen.shown, 1);
});

test("a page that is opened in the background asks for nothing", () => {
  const world = new World();
  world.shown = false;
  listen("/stream", { on: {}, onLife: () => {} }, world);

  world.pass(10_000);
  assert.equal(world.lines.length, 0);

  world.show(true);
  assert.equal(world.lines.length, 1);
});

test("a hidden tab that is to hear keeps its line, and gives it back when it need not", () => {
  const ear = { hears: true };
  let changed = () => {};
  const seen = page({ ear: (tell) => { changed = tell; return { hears: () => ear.hears }; } });
  seen.world.line.says("state");

  seen.world.show(false);
  seen.world.pass(250);
  assert.equal(life(seen), "live");

  ear.hears = false;
  changed();
  assert.equal(seen.world.line, undefined);

  ear.hears = true;
  changed();
  assert.notEqual(seen.world.line, undefined);
});
