import assert from "node:assert/strict";
import { test } from "node:test";

import { hasWord, inBoth, keysOf, recorded, word, wordIn } from "shared/words.js";

test("a word is in the language of the page", () => {
  globalThis.document = { documentElement: { lang: "zh-CN" } };
  assert.equal(word("decision.admit"), "放行");

  globalThis.document = { documentElement: { lang: "en" } };
  assert.equal(word("decision.admit"), wordIn("en", "decision.admit"));
  assert.notEqual(word("decision.admit"), "放行");
});

test("its blanks are filled, with a figure too, and one without a value is empty", () => {
  assert.ok(wordIn("zh", "screen.seconds", { s: 7 }).includes("7"));
  assert.ok(!/[{}]/.test(wordIn("zh", "screen.seconds")));
});

test("what nobody gave a word reads as its code", () => {
  assert.equal(wordIn("zh", "decision.of_a_newer_version"), "of_a_newer_version");
  assert.equal(hasWord("decision.of_a_newer_version"), false);
  assert.equal(hasWord("decision.admit"), true);
});

test("a section's names stand in the table's order", () => {
  const symptoms = keysOf("symptom");
  assert.equal(symptoms[0], "fever");
  assert.ok(symptoms.every((name) => hasWord(`symptom.${name}`)));
});

test("what is recorded of a choice is the Chinese term, in whatever language it was tapped", () => {
  assert.equal(recorded("symptom.fever"), wordIn("zh", "symptom.fever"));
  assert.deepEqual(inBoth("symptom.fever"), [wordIn("zh", "symptom.fever"), wordIn("en", "symptom.fever")]);
});
