import assert from "node:assert/strict";
import { test } from "node:test";

import {
  SHAPE, countsByDecision, focus, isAbout, isAskedWhose, isOverdue, orderedHolds, orphanedContacts, panelStands, places, ringing, shown,
  technicalFaults, verdictOf, waiting,
} from "door/guard/snapshot.js";

import { hold, passage, snapshot } from "./door.mjs";

const NOBODY = { picked: null, typed: null };
const verdict = (more) => verdictOf(snapshot(more));
const kinds = (more) => [verdict(more).kind, verdict(more).says];

test("nothing that is unknown is ever admitted", () => {
  assert.equal(verdictOf(null).kind, "starting");
  for (const phase of ["measuring", "identified", "measured", "registering", "settled"]) {
    assert.notEqual(verdict({ passage: passage({ phase }) }).kind, "admit", phase);
  }
});

test("an admission shows only once it is on the disk", () => {
  const admitted = passage({ phase: "settled", decision: "admit" });
  assert.deepEqual(kinds({ passage: admitted }), ["wait", "verdict.recording"]);
  assert.deepEqual(kinds({ passage: { ...admitted, gate_open: true } }), ["admit", "decision.admit"]);
  const failing = { writable: false, sequence: 42 };
  assert.deepEqual(kinds({ passage: admitted, journal: failing }), ["technical", "verdict.blocked"]);
});

test("each decision has its word and its shape; who cannot be told apart is measured again", () => {
  for (const decision of ["deny", "recheck", "hold"]) {
    assert.deepEqual(verdict({ passage: passage({ decision }) }), { kind: decision, says: `decision.${decision}`, shape: SHAPE[decision] });
  }
  assert.equal(verdict({ passage: passage({ decision: "ambiguous" }) }).says, "decision.recheck");
  assert.equal(shown("ambiguous"), "recheck");
});

test("a fault blocks whom it concerns and no other", () => {
  const readerLost = { devices: { thermometer: { state: "ok" }, id_reader: { state: "lost" } } };
  assert.equal(verdict({ ...readerLost, passage: passage({ phase: "measuring" }) }).kind, "wait");
  assert.equal(verdict({ ...readerLost, passage: passage({ phase: "measured" }) }).kind, "technical");
  assert.equal(verdict(readerLost).kind, "technical"); // nobody there: the next one would be blocked
  assert.equal(verdict({ journal: { writable: false }, passage: passage({ phase: "measuring" }) }).says, "verdict.blocked");
});

test("a thermometer that is not believed stops nobody: all are measured by hand", () => {
  const untrusted = { thermometer: { trust: "not_trusted", doubts: ["frozen"] } };
  assert.deepEqual(kinds(untrusted), ["technical", "verdict.all_by_hand"]);
  assert.deepEqual(kinds({ ...untrusted, passage: passage({ needs_hand: true }) }), ["recheck", "verdict.by_hand"]);
  const lostToo = { ...untrusted, devices: { thermometer: { state: "lost" } } };
  assert.deepEqual(kinds(lostToo), ["technical", "verdict.blocked"]);
});

test("the gravest fault stands first", () => {
  const faults = technicalFaults(snapshot({
    journal: { writable: false }, devices: { thermometer: { state: "stale" }, id_reader: { state: "ok" } }, thermometer: { trust: "not_trusted" },
  }));
  assert.deepEqual(faults.map(({ what }) => what), ["journal", "stale", "untrusted"]);
});

test("an empty door says next, and in an emergency nobody", () => {
  assert.deepEqual(kinds({}), ["idle", "verdict.idle"]);
  assert.deepEqual(kinds({ hall_mode: "emergency" }), ["deny", "decision.deny"]);
});

test("who laid a card and is seen is being measured", () => {
  const identified = passage({ phase: "identified" });
  assert.equal(verdict({ passage: identified }).says, "phase.identified");
  assert.equal(verdict({ passage: identified, live_centi_c: 3601 }).says, "phase.measuring");
});

test("a hold is late when its time is over on this screen, before the gate says so", () => {
  assert.equal(isOverdue(hold({ due_s: 15 }), 14.9), false);
  assert.equal(isOverdue(hold({ due_s: 15 }), 15.1), true);
  assert.equal(isOverdue(hold({ due_s: null, overdue: 1 }), 0), true);
  assert.equal(isOverdue(hold({ due_s: null }), 1e6), false);
  const state = snapshot({ holds: [hold(), hold({ hold_id: "h-2", state: "reported", due_s: 3 }), hold({ hold_id: "h-3", state: "reported", due_s: null })] });
  assert.deepEqual(ringing(state, 0).map((one) => one.hold_id), ["h-1"]);
  assert.deepEqual(ringing(state, 5).map((one) => one.hold_id), ["h-1", "h-2"]);
});

test("the hold that nobody answered is on top, then the late, then the one with the least time", () => {
  const ids = ["calm", "soon", "late", "flagged", "older"];
  const [calm, soon, late, flagged, older] = [
    { state: "reported", due_s: null }, { state: "reported", due_s: 30 }, { state: "reported", due_s: 90, overdue: 1 },
    { state: "flagged", due_s: 100 }, { state: "reported", due_s: 30, opened: "2026-11-23T05:00:00Z" },
  ].map((more, index) => hold({ ...more, hold_id: ids[index] }));
  const ordered = orderedHolds(snapshot({ holds: [calm, soon, late, flagged, older] }));
  assert.deepEqual(ordered.map((one) => one.hold_id), ["flagged", "late", "older", "soon", "calm"]);
});

test("today's counts put those who could not be told apart with those measured again", () => {
  const passages = [["visitor", "admit", 5], ["staff", "admit", 2], ["visitor", "ambiguous", 1], ["visitor", "recheck", 3]]
    .map(([category, decision, count]) => ({ category, decision, count }));
  assert.deepEqual(countsByDecision(snapshot({ today: { passages } })), { admit: 7, deny: 0, recheck: 4, hold: 0 });
});

const atTheSpot = passage({ passage_id: "spot" });
const registering = passage({ passage_id: "desk-1", phase: "registering" });
const byHand = passage({ passage_id: "desk-2", needs_hand: true });

test("the screen speaks of one person: of whom the keypad asks, else of who stands at the spot", () => {
  const { state } = focus(snapshot({ passage: atTheSpot, desk: [registering, byHand] }), NOBODY, 0);
  assert.equal(state.passage.passage_id, "desk-1");
  assert.equal(state.asked.passage_id, "desk-1");
  assert.equal(focus(snapshot({ passage: atTheSpot }), NOBODY, 0).state.passage.passage_id, "spot");
  assert.deepEqual(places(state).map((place) => place.passage_id), ["spot", "desk-1", "desk-2"]);
});

test("a place that was tapped is shown until it is gone", () => {
  const both = snapshot({ passage: atTheSpot, desk: [registering, byHand] });
  const first = focus(both, { picked: "desk-2", typed: "desk-1" }, 0);
  assert.equal(first.state.passage.passage_id, "desk-2");
  assert.equal(first.state.asked.passage_id, "desk-2");

  const after = focus(snapshot({ passage: atTheSpot, desk: [registering] }), first.looks, 0);
  assert.equal(after.state.passage.passage_id, "desk-1");
  assert.deepEqual(after.looks, { picked: null, typed: "desk-1" });
});

test("whose figures are being typed stays while another steps up", () => {
  const before = focus(snapshot({ desk: [byHand] }), NOBODY, 0);
  const after = focus(snapshot({ passage: passage({ passage_id: "new", phase: "registering" }), desk: [byHand] }), before.looks, 0);
  assert.equal(after.state.asked.passage_id, "desk-2");
});

test("who is stopped at the spot is shown, whatever the guard was looking at", () => {
  const stopped = passage({ passage_id: "spot", decision: "hold", hold_id: "h-1" });
  const { state, looks } = focus(snapshot({ passage: stopped, desk: [registering], holds: [hold()] }), { picked: "desk-1", typed: null }, 0);
  assert.equal(state.passage.passage_id, "spot");
  assert.equal(looks.picked, null);
});

test("a held person's phone is asked for once they are picked, and known", () => {
  const held = passage({ passage_id: "held", decision: "hold", person: { name: "张*", number: "1*" } });
  const state = snapshot({ desk: [held] });
  assert.equal(focus(state, NOBODY, 0).state.asked, null);
  assert.equal(focus(state, { picked: "held", typed: null }, 0).state.asked.passage_id, "held");
  assert.equal(focus(snapshot({ desk: [{ ...held, person: null }] }), { picked: "held", typed: null }, 0).state.asked, null);
  assert.deepEqual(waiting(focus(state, NOBODY, 0).state), [held]);
});

test("whoever is looked at, verdict and keypad never speak of two", () => {
  const stopped = passage({ passage_id: "spot", decision: "hold", hold_id: "h-1" });
  for (const spot of [null, atTheSpot, stopped]) {
    for (const picked of [null, "spot", "desk-1", "desk-2", "gone"]) {
      for (const typed of [null, "spot", "desk-1", "desk-2"]) {
        const { state } = focus(snapshot({ passage: spot, desk: [registering, byHand], holds: [hold()] }), { picked, typed }, 0);
        assert.ok(state.asked === null || state.asked === state.passage, `${picked} ${typed}`);
        if (spot === stopped) assert.equal(state.passage, stopped);
      }
    }
  }
});

test("who looks at the spot for a moment goes on typing for whom they typed", () => {
  const both = snapshot({ passage: atTheSpot, desk: [byHand, registering] });
  const looking = focus(both, { picked: "spot", typed: "desk-1" }, 0);
  assert.equal(looking.state.asked, null);
  assert.equal(focus(both, { ...looking.looks, picked: null }, 0).state.asked.passage_id, "desk-1");
});

test("contacts whose hold is closed are left over until they are at an end", () => {
  const contacts = [["c-1", "h-1", ["confirmed"]], ["c-2", "gone", ["confirmed"]], ["c-3", "gone", []]]
    .map(([contact_id, hold_id, next_states]) => ({ contact_id, hold_id, next_states }));
  assert.deepEqual(orphanedContacts(snapshot({ holds: [hold()], contacts })).map((one) => one.contact_id), ["c-2"]);
});

test("a request is forgotten with whom it was about", () => {
  const { state } = focus(snapshot({ passage: atTheSpot, desk: [registering], holds: [hold()] }), NOBODY, 0);
  const kept = ["hold:h-1:flagged:0", "registration:desk-1", "override:spot:settled:deny:admit", "duty:hall:aired:1", "staff:12"];
  assert.deepEqual([...kept, "hold:gone:flagged:0", "registration:gone"].filter((key) => isAbout(state, key)), kept);
});

test("a panel about somebody closes with them, one about nobody stays", () => {
  const { state } = focus(snapshot({ passage: atTheSpot, holds: [hold()] }), NOBODY, 0);
  const stay = ["post", "checks", "manual", "door", "duties-number", "staff-pin", "spot", "h-1"];
  assert.deepEqual([...stay, "gone"].filter((about) => panelStands(state, about)), stay);
});

test("the guard is asked whose card it is where that decides, and in every hold", () => {
  assert.equal(isAskedWhose(passage({ unsure: true })), false);
  assert.equal(isAskedWhose(passage({ unsure: true, card_asked: true })), true);
  assert.equal(isAskedWhose(passage({ unsure: true, decision: "hold" })), true);
  assert.equal(isAskedWhose(passage({ unsure: false, card_asked: true, decision: "hold" })), false);
});
