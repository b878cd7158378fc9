// Families (随行): how many go in together, who is one of them, and when they are split.

import { nameOf } from "./hold_words.js";
import { ask } from "./panel.js";
import { by } from "./post.js";
import { sendOnce } from "./send.js";
import { places } from "./snapshot.js";
import { keysOf, recorded, word } from "../shared/words.js";

const NO_CARD = ["measuring", "measured"]; // a child who went first
const COUNTS = [1, 2, 3, 4, 5, 6]; // one tap; more than six go in as two groups

/**
 * Of what group somebody is, in a word; "" where of none.
 * @param {Door.PassageView} place
 */
export function groupOf(place) {
  if (place.with_passage) return word("group.companion");
  return place.companions ? word("group.of", { k: place.companions_ready, n: place.companions }) : "";
}

/**
 * Ask what is to be said of who is shown: with how many, with whom, with nobody, or split.
 * @param {import("./snapshot.js").State} state
 */
export function askGroup(state) {
  const one = state.passage;
  if (one === null) return;
  if (one.with_passage) {
    ask(one.passage_id, word("group.title"), [{ choices: [
      { label: word("group.not_with"), kind: "tall", press: () => companion(one, null) },
      { label: word("group.is_adult"), kind: "tall", press: () => void sendOnce(`dismissal:${one.passage_id}`, `/api/v1/passages/${one.passage_id}/dismissal`, {}) },
    ] }]);
    return;
  }
  const more = COUNTS.filter((n) => n > one.companions);
  const groups = [{ heading: word("group.how_many"), choices: more.map((n) => ({ label: word("group.n", { n }), kind: "tall", press: () => group(one, n, null) })) }];
  if (needsHand(state)) {
    const once = `arrival:${one.passage_id}:${performance.now()}`; // one place for one panel
    const came = () => void sendOnce(once, `/api/v1/passages/${one.passage_id}/arrival`, { by: by() });
    groups.unshift({ heading: word("group.came"), choices: [{ label: word("group.came_do"), kind: "tall", press: came }] });
  }
  if (one.companions) {
    const reasons = keysOf("split_reason").map((why) => ({ label: word(`split_reason.${why}`), kind: "tall", press: () => group(one, Math.min(one.companions_ready, one.companions - 1), why) }));
    groups.push({ heading: word("group.split"), choices: reasons });
  } else {
    const adults = places(state).filter((place) => place !== one && !place.with_passage && place.phase !== "settled");
    const choices = adults.map((adult) => ({ label: nameOf(adult), kind: "tall", press: () => companion(one, adult.passage_id) }));
    if (one.person === null && NO_CARD.includes(one.phase)) choices.push({ label: word("group.with_next"), kind: "tall", press: () => companion(one, null, true) });
    if (choices.length) groups.push({ heading: word("group.with_whom"), choices });
  }
  ask(one.passage_id, word("group.title"), groups);
}

/**
 * Whether the contact thermometer alone measures whoever comes now.
 * @param {import("./snapshot.js").State} state
 */
const needsHand = (state) => Boolean(state.thermometer?.by_hand);

/**
 * @param {Door.PassageView} one
 * @param {number} companions
 * @param {string | null} why
 */
function group(one, companions, why) {
  const reason = why && recorded(`split_reason.${why}`);
  void sendOnce(`group:${one.passage_id}:${one.companions}:${companions}`, `/api/v1/passages/${one.passage_id}/group`, { companions, by: by(), reason });
}

/**
 * @param {Door.PassageView} one
 * @param {string | null} adult
 * @param {boolean} withNext
 */
function companion(one, adult, withNext = false) {
  void sendOnce(`companion:${one.passage_id}:${adult}:${withNext}`, `/api/v1/passages/${one.passage_id}/companion`, { with_passage: adult, with_next: withNext, by: by() });
}
