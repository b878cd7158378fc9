import assert from "node:assert/strict";
import { test } from "node:test";

import {
  MOBILE_LINE, isPhone, isPhoneEnough, isTyping, isWrongPhone, phoneHint, phoneText, pinTwice, readingOf, readingText, typed, typedCount, typedPhone,
  typedPin, typedReading,
} from "door/guard/typing.js";

const HONG_KONG = { prefix: "+852", because: null };
const LANDLINE = { prefix: "", because: "elderly" };
const after = (type, keys, ...more) => [...keys].reduce((digits, key) => type(digits, key, ...more), "");

test("digits are taken up to the most, Backspace takes one away, other keys nothing", () => {
  assert.equal(typed("12", "3", 3), "123");
  assert.equal(typed("123", "4", 3), "123");
  assert.equal(typed("123", "Backspace", 3), "12");
  assert.equal(typed("", "Backspace", 3), "");
  assert.equal(typed("1", "x", 3), "1");
  assert.deepEqual(["5", "Backspace", "Enter", "F1", "55"].filter(isTyping), ["5", "Backspace"]);
});

test("a mobile number is eleven digits that can be one", () => {
  assert.equal(after(typedPhone, "138123456789", MOBILE_LINE), "13812345678");
  assert.ok(isPhone("13812345678", MOBILE_LINE));
  assert.ok(!isPhone("1381234567", MOBILE_LINE));
  assert.ok(isWrongPhone("12812345678", MOBILE_LINE));
  assert.ok(!isWrongPhone("128", MOBILE_LINE)); // not typed to its end
  assert.equal(phoneText("13812345678", MOBILE_LINE), "138 1234 5678");
  assert.equal(phoneText("", MOBILE_LINE), "");
});

test("a number of another place has its prefix, a landline its own form", () => {
  assert.ok(isPhone("91234567", HONG_KONG));
  assert.equal(phoneText("91234567", HONG_KONG), "+852 91234567");
  assert.ok(isPhone("02912345678", LANDLINE));
  assert.ok(!isPhone("12912345678", LANDLINE));
});

test("a registration needs a whole number, unless one is known or none is required", () => {
  const required = { known: null, required: true };
  assert.equal(isPhoneEnough("", MOBILE_LINE, required), false);
  assert.equal(isPhoneEnough("13812345678", MOBILE_LINE, required), true);
  assert.equal(isPhoneEnough("", MOBILE_LINE, { known: "138****5678", required: true }), true);
  assert.equal(isPhoneEnough("", MOBILE_LINE, { known: null, required: false }), true);
  assert.equal(isPhoneEnough("138", MOBILE_LINE, { known: "138****5678", required: false }), false); // half a number is none
});

test("the hint says what comes next", () => {
  assert.equal(phoneHint("", MOBILE_LINE, "138****5678"), "known_hint");
  assert.equal(phoneHint("138", MOBILE_LINE, "138****5678"), "purpose_hint");
  assert.equal(phoneHint("13812345678", MOBILE_LINE, null), "purpose_first");
  assert.equal(phoneHint("12812345678", MOBILE_LINE, null), "phone_bad");
  assert.equal(phoneHint("9", HONG_KONG, null), "abroad_hint");
  assert.equal(phoneHint("0", LANDLINE, null), "landline_hint");
});

test("a temperature sets its point itself, and is none outside its range", () => {
  assert.deepEqual(["", "3", "37", "378", "3781"].map(readingText), ["__._ ℃", "3_._ ℃", "37._ ℃", "37.8 ℃", "37.81 ℃"]);
  assert.equal(after(typedReading, "37812"), "3781");
  assert.equal(readingOf("378", 3400, 4500), 3780);
  assert.equal(readingOf("3781", 3400, 4500), 3781);
  assert.equal(readingOf("37", 3400, 4500), null); // 37 could become 37.9
  assert.equal(readingOf("451", 3400, 4500), null);
  assert.equal(readingOf("339", 3400, 4500), null);
  assert.equal(readingOf("", 0, 4500), null);
});

test("a count has no zero before it", () => {
  assert.equal(after(typedCount, "0012"), "12");
  assert.equal(after(typedCount, "0"), "0");
  assert.equal(after(typedCount, "1234567"), "12345");
  assert.equal(typedCount("1", "Backspace"), "");
});

test("a PIN is typed twice, and begins anew when the two differ", () => {
  assert.equal(after(typedPin, "1234567890123"), "123456789012");
  assert.deepEqual(pinTwice("", "12345"), { asks: "first", before: "" });
  assert.deepEqual(pinTwice("", "583920"), { asks: "again", before: "583920" });
  assert.deepEqual(pinTwice("583920", "583921"), { asks: "anew", before: "" });
  assert.deepEqual(pinTwice("583920", "583920"), { pin: "583920" });
  assert.deepEqual(pinTwice("583920", "1"), { asks: "first", before: "583920" });
});
