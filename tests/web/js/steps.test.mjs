import assert from "node:assert/strict";
import { test } from "node:test";

import { CONTACT_WHY, actOf, callsTo, fileReference, filedAs, judgementsOf, mustHeed, railOf, sendKey, takesReport, wayOf } from "door/guard/steps.js";

import { hold } from "./door.mjs";

const act = (more, calls = [], handedTo = null) => actOf(hold(more), calls, handedTo);
const now = (state) => railOf(state).find(({ at }) => at === "now")?.step;
const note = (kind, more = {}) => ({ kind, at: "2026-11-23T06:00:00Z", by: "guard-1", to: null, answered: null, symptoms: [], ...more });

test("a hold goes to the hospital, home, or it has left, and each way ends closed", () => {
  assert.equal(wayOf("flagged").at(-2), "transferred");
  assert.equal(wayOf("released").at(-2), "released");
  assert.deepEqual(wayOf("left"), ["left", "closed"]);
  for (const state of ["flagged", "confirmed", "released", "left"]) assert.equal(wayOf(state).at(-1), "closed");
});

test("one step is now, those before are done, those after come later", () => {
  assert.deepEqual(railOf("rechecked").map(({ at }) => at), ["done", "done", "now", "later", "later", "later"]);
  assert.equal(now("flagged"), "acknowledged");
  assert.equal(now("released"), "closed");
  assert.equal(now("closed"), undefined);
});

test("there is one thing to do in every state", () => {
  assert.deepEqual(act({ state: "flagged" }), { does: "come" });
  assert.deepEqual(act({ state: "acknowledged" }), { does: "measure" });
  assert.deepEqual(act({ state: "reported" }), { does: "hand_over" });
  assert.deepEqual(act({ state: "reported" }, [], "handed_to.hospital"), { does: "choose_vehicle", to: "handed_to.hospital" });
  for (const state of ["transferred", "released", "left"]) assert.deepEqual(act({ state }), { does: "end", cleaned: null });
});

test("from 37.30 on the thermometer says fever, and the guard decides", () => {
  const read = { state: "rechecked", contact_line_centi_c: 3730 };
  assert.deepEqual(act({ ...read, contact_centi_c: 3729 }), { does: "decide", warm: false });
  assert.deepEqual(act({ ...read, contact_centi_c: 3730 }), { does: "decide", warm: true });
  assert.deepEqual(act({ ...read, contact_line_centi_c: 3700, contact_centi_c: 3729 }), { does: "decide", warm: true });
  assert.deepEqual(act({ ...read, contact_centi_c: 3600, asks_again: true }), { does: "measure" });
});

test("without telephones in the policy the guard chooses who was told", () => {
  assert.deepEqual(act({ state: "confirmed" }), { does: "report", calls: false });
  assert.deepEqual(act({ state: "confirmed" }, [{ post: "带班领导", phone: "1" }]), { does: "report", calls: true });
});

test("it is closed after the spot was disinfected", () => {
  const cleaned = note("disinfected");
  assert.deepEqual(act({ state: "released", notes: [note("counselled"), cleaned] }), { does: "end", cleaned });
});

test("when nobody is there any more there is nothing to say, but to mind", () => {
  assert.deepEqual(["flagged", "released", "left", "transferred"].map(mustHeed), [false, false, true, true]);
});

test("a call counts for its post alone: reached, or how often not", () => {
  const notes = [
    note("called", { to: "A", answered: false }), note("called", { to: "B", answered: true }), note("called", { to: "A", answered: true, at: "first" }),
    note("called", { to: "A", answered: true, at: "last" }),
  ];
  assert.equal(callsTo(hold({ notes }), "A").reached.at, "last");
  assert.equal(callsTo(hold({ notes }), "A").tries, 1);
  assert.deepEqual(callsTo(hold({ notes }), "C"), { reached: null, tries: 0 });
});

test("a second tap on the same state of a hold is none; after a note it is another state", () => {
  assert.equal(sendKey(hold()), sendKey(hold({ due_s: 3 })));
  assert.notEqual(sendKey(hold()), sendKey(hold({ notes: [note("counselled")] })));
  assert.notEqual(sendKey(hold()), sendKey(hold({ state: "acknowledged" })));
});

test("who was judged once is not dismissed, and each end has its reasons", () => {
  assert.deepEqual(judgementsOf({ state: "proposed", next_states: ["confirmed", "dismissed"] }), ["confirmed", "dismissed"]);
  assert.deepEqual(judgementsOf({ state: "confirmed", next_states: ["dismissed", "transferred", "cleared"] }), ["transferred", "cleared"]);
  assert.ok(CONTACT_WHY.dismissed.length > 0 && CONTACT_WHY.cleared.length > 0);
  assert.equal(CONTACT_WHY.confirmed, undefined);
});

test("a report leaves the hall, where the call list has somebody outside", () => {
  const list = (...posts) => posts.map((post) => ({ post, phone: "120" }));
  assert.deepEqual(takesReport(list("带班领导", "区疫情防控办", "120"), "带班领导"), ["区疫情防控办", "120"]);
  assert.deepEqual(takesReport(list("带班领导"), "带班领导"), ["带班领导"]);
  assert.deepEqual(takesReport([], "带班领导"), []);
});

test("a reference number has one form, and the newest one is shown", () => {
  assert.equal(fileReference("\u3000东疾控【２０２６】（１２）号 "), "东疾控【2026】(12)号");
  for (const none of ["", " ", "<b>", "1".repeat(41), "1\n2"]) assert.equal(fileReference(none), null);
  const step = { at: "2026-11-23T06:00:01Z", office_reference: "1", to: "a" };
  const later = note("called", { at: "2026-11-23T06:00:09Z", office_reference: "2", to: "b" });
  assert.equal(filedAs(hold({ notes: [later, note("counselled")], steps: [step] })).office_reference, "2");
  assert.equal(filedAs(hold()), null);
});
