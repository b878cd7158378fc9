import assert from "node:assert/strict";
import { test } from "node:test";

import { apart, due, escalation, heat, nameOf } from "door/guard/hold_words.js";
import { wordIn } from "shared/words.js";

import { hold, speak } from "./door.mjs";

speak("zh-CN");

test("somebody is a masked name, or a kind of person", () => {
  assert.equal(nameOf(hold({ person: { name: "张*", number: "1*" } })), "张*");
  assert.equal(nameOf(hold()), wordIn("zh", "category.visitor"));
});

test("the contact thermometer's word goes before the skin's", () => {
  assert.ok(heat(hold()).includes("37.90"));
  assert.ok(heat(hold({ contact_centi_c: 3805 })).includes("38.05"));
  assert.equal(heat(hold({ surface_centi_c: null })), "");
});

test("the time left runs on between two snapshots, and then counts what is missed", () => {
  assert.ok(due(hold({ due_s: 15 }), 0).includes("0:15"));
  assert.ok(due(hold({ due_s: 15 }), 5.5).includes("0:10"));
  assert.equal(due(hold({ due_s: 15 }), 75), wordIn("zh", "case.overdue", { s: "1:00" }));
  assert.equal(due(hold({ due_s: null }), 75), "");
});

test("a missed deadline says whom to call, where there is somebody", () => {
  const told = escalation(hold({ overdue: 2, escalates_to: { post: "带班领导", phone: "010" } }));
  assert.ok(told.includes("带班领导") && told.includes("010") && told.includes("2"));
  assert.equal(escalation(hold({ overdue: 1 })), wordIn("zh", "case.escalated_nobody", { n: 1 }));
});

test("a contact passed so long before or after", () => {
  assert.equal(apart({ apart_s: -75 }), wordIn("zh", "case.before", { s: "1:15" }));
  assert.equal(apart({ apart_s: 9 }), wordIn("zh", "case.after", { s: "0:09" }));
});
