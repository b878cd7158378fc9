// What the guard may do about the person at the door: symptoms, overrule, gone; and who is on post.

import { button, find, findButton, make, rebuild } from "../shared/page.js";
import { askGroup } from "./group.js";
import { doneBy, keyOf } from "./keys.js";
import { openLeave } from "./leave.js";
import { ask, showPanel } from "./panel.js";
import { POSTS, by, postLabel, setPost } from "./post.js";
import { sendOnce } from "./send.js";
import { isAskedWhose } from "./snapshot.js";
import { current } from "./state.js";
import { askManual } from "./typed.js";
import { keysOf, recorded, word } from "../shared/words.js";

/** @type {Door.OverrideRequest["decision"][]} */
const CAUTIOUS = ["hold", "deny", "recheck"];
const ADMIT_BECAUSE = ["identity_by_hand", "contact_normal", "duty_leader"];
const TOOLS = ["duties", "more", "post", "look-of", "language"];
/** @type {Record<string, () => void>} */
const DOES = { manual: askManualNow, symptoms: askSymptoms, override: askOverride, group: askGroupNow, dismiss: dismissShown, leave };

/**
 * @param {import("./snapshot.js").State} state
 * @param {string} language
 */
export function renderActions(state, language) {
  for (const name of Object.keys(DOES)) label(name, language);
  const passage = state.passage;
  const another = findButton("card-anothers"); // a held person's card may have been laid over their shoulder
  another.hidden = !(passage?.decision === "hold" && passage.person && !isAskedWhose(passage));
  rebuild(another, language, () => [...button(word("card_question.not_theirs")).children]);
  findButton("manual").disabled = state.spot?.phase === "identified"; // another card would be two
  findButton("symptoms").disabled = passage?.decision === "hold";
  findButton("override").disabled = passage === null || passage.decision === "hold";
  findButton("group").disabled = passage === null || (passage.phase === "settled" && passage.decision !== "hold" && !passage.needs_hand);
  findButton("dismiss").disabled = passage === null || passage.decision === "hold"; // leaving a hold is a step of it
}

/**
 * @param {string} name
 * @param {string} language
 */
function label(name, language) {
  rebuild(findButton(name), language, () => [...button(word(`action.${name}`), { key: keyOf(name) }).children]);
}

export function wireActions() {
  find("card-anothers").addEventListener("click", () => {
    const about = current()?.passage?.passage_id;
    if (about) void sendOnce(`card:${about}:false`, `/api/v1/passages/${about}/card`, { theirs: false, by: by() });
  });
  find("menu").addEventListener("click", askMenu);
  find("verdict-notice").addEventListener("click", () => {
    showPanel("notice", word("registration.notice"), new Map(), [make("p", { class: "whole-notice" }, find("verdict-notice").textContent)]);
  });
  for (const [name, press] of Object.entries(DOES)) findButton(name).addEventListener("click", press);
}

/** Everything that a small screen has no room for, one tap further. */
function askMenu() {
  const choices = [...Object.keys(DOES), "card-anothers", ...TOOLS].map(findButton).filter((one) => !one.disabled && !one.hidden)
    .map((one) => ({ label: one.querySelector("span")?.textContent ?? one.textContent ?? "", kind: "tall", press: () => one.click() }));
  ask("menu", word("screen.menu"), [{ choices }]);
}

/**
 * Take a key; returns whether it was one of the actions.
 * @param {string} key
 */
export function actionKey(key) {
  const does = DOES[doneBy(key) ?? ""];
  does?.();
  return does !== undefined;
}

export function askManualNow() {
  if (findButton("manual").disabled) return;
  const state = current();
  const shown = state?.passage ?? null;
  const isMeant = shown !== null && (shown !== state?.spot || shown.decision === "hold" || shown.person === null);
  askManual(isMeant ? shown.passage_id : null); // of whom the guard sees, whoever comes while it is typed
}

function askSymptoms() {
  if (findButton("symptoms").disabled) return;
  const shown = current()?.passage?.passage_id ?? null; // whom the guard means, whoever comes meanwhile
  const about = shown ?? "door";
  const choices = keysOf("symptom").map((name) => ({
    label: word(`symptom.${name}`),
    kind: "tall",
    // One request for one panel: the door makes one hold of it, whatever was declared.
    press: () => sendOnce(`symptoms:${about}:${performance.now()}`, "/api/v1/symptoms", { passage_id: shown, by: by(), note: recorded(`symptom.${name}`) }),
  }));
  ask(about, word("action.symptoms_title"), [{ choices }]);
}

function askOverride() {
  const passage = current()?.passage;
  if (!passage || findButton("override").disabled) return;
  const about = passage.passage_id;
  /**
   * @param {Door.OverrideRequest["decision"]} decision
   * @param {string} why
   */
  const post = (decision, why) => sendOnce(
    `override:${about}:${passage.phase}:${passage.decision}:${decision}`,
    `/api/v1/passages/${about}/override`,
    { decision, by: by(), reason: recorded(`override_reason.${why}`) },
  );
  const cautious = CAUTIOUS
    .filter((decision) => decision !== passage.decision)
    .map((decision) => ({ label: word(`decision.${decision}`), kind: `tall to-${decision}`, press: () => post(decision, "caution") }));
  /** @type {Parameters<typeof ask>[2]} */
  const groups = [{ choices: cautious }];
  if (passage.decision !== "admit") {
    const choices = ADMIT_BECAUSE.map((why) => ({ label: word(`override_reason.${why}`), kind: "tall", press: () => post("admit", why) }));
    if (isUnbooked(passage)) choices.unshift({ label: word("override_reason.walk_in"), kind: "tall", press: () => bookNow(about) });
    groups.push({ heading: word("action.admit_because"), choices }, green(passage));
  }
  ask(about, word("action.override_title"), groups);
}

/**
 * Whether an appointment is all that is missing.
 * @param {Door.PassageView} passage
 */
const isUnbooked = (passage) => passage.reasons.some((why) => why === "no_appointment" || why.startsWith("cancelled_"));

/** @param {string} about */
const bookNow = (about) => sendOnce(`appointment:${about}`, `/api/v1/passages/${about}/appointment`, { by: by() });

/**
 * Who comes by the green channel, and why; or that a guard takes it back.
 * @param {Door.PassageView} passage
 */
function green(passage) {
  const about = passage.passage_id;
  /** @param {string | null} why */
  const mark = (why) => () => void sendOnce(`green:${about}:${why}:${passage.phase}`, `/api/v1/passages/${about}/green`, { reason: why && recorded(`green_reason.${why}`), by: by() });
  const choices = passage.green === "guard" ? [{ label: word("action.green_back"), kind: "tall", press: mark(null) }]
    : keysOf("green_reason").map((why) => ({ label: word(`green_reason.${why}`), kind: "tall", press: mark(why) }));
  return { heading: word("action.green_because"), choices };
}

function askGroupNow() {
  const state = current();
  if (state && !findButton("group").disabled) askGroup(state);
}

function leave() {
  const state = current();
  if (state) void openLeave(state.gate.timezone);
}

export function dismissShown() {
  const passage = current()?.passage;
  if (!passage || findButton("dismiss").disabled) return;
  void sendOnce(`dismissal:${passage.passage_id}`, `/api/v1/passages/${passage.passage_id}/dismissal`, {});
}

/**
 * Ask who is on post now; `changed` is called after.
 * @param {() => void} changed
 */
export function askPost(changed) {
  const choices = POSTS.map((number) => ({
    label: word("screen.post", { n: number }),
    kind: "tall",
    press: () => { setPost(number); changed(); },
  }));
  ask("post", word("screen.post_title"), [{ choices }]);
}

export { postLabel };
