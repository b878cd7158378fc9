import assert from "node:assert/strict";
import { test } from "node:test";

import { noticeAt, saysOf, showsChannels, showsClinics, timeOf } from "door/visitor/guide.js";
import { inBoth } from "shared/words.js";

const view = (more = {}) => ({
  gate: "West", timezone: "Asia/Shanghai", time: "2026-11-23T06:00:00Z", hall_mode: "open", guide: "welcome", why: "", notices: [], tips: [],
  channels: [], booking: null, clinics: [], ...more,
});
const said = (zh) => ({ zh, en: `${zh} (en)` });

test("without a view the display sends people to the staff", () => {
  assert.equal(saysOf(null).guide, "ask");
  assert.deepEqual([saysOf(null).zh, saysOf(null).en], inBoth("guide.ask"));
});

test("each guide says one thing in both languages, and why where somebody is turned away", () => {
  const { zh, en, more } = saysOf(view({ guide: "card" }));
  assert.deepEqual([[zh, en], more], [inBoth("guide.card"), inBoth("guide_more.card")[0]]);
  assert.equal(saysOf(view({ guide: "away", why: "hall_closed" })).more, inBoth("guide_why.hall_closed")[0]);
});

test("clinics are shown wherever the door gives them", () => {
  assert.equal(showsClinics(view({ guide: "wait" })), false);
  assert.equal(showsClinics(view({ guide: "wait", clinics: [said("医院")] })), true);
});

test("channels are for who cannot come in", () => {
  assert.equal(showsChannels(view({ guide: "away" })), false); // there are none
  assert.equal(showsChannels(view({ guide: "away", channels: [said("网站")] })), true);
  assert.equal(showsChannels(view({ guide: "away", booking: said("电话") })), true);
  assert.equal(showsChannels(view({ guide: "go", channels: [said("网站")] })), false);
});

test("notices take turns before the tips", () => {
  const shown = view({ notices: [said("一")], tips: [said("二"), said("三")] });
  assert.deepEqual([0, 1, 2, 3].map((turn) => noticeAt(shown, turn).zh), ["一", "二", "三", "一"]);
  assert.equal(noticeAt(view(), 5), null);
});

test("its clock is the gate's, and goes on between two states", () => {
  assert.equal(timeOf(view(), 90_000).toISOString(), "2026-11-23T06:01:30.000Z");
});
