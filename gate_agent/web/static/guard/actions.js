// What the guard may do about the person at the door: symptoms, overrule, gone; and who is on post.

import { button, find, rebuild } from "../shared/page.js";
import { ask } from "./panel.js";
import { POSTS, by, postLabel, setPost } from "./post.js";
import { sendOnce } from "./send.js";
import { current } from "./state.js";
import { askManual } from "./typed.js";
import { keysOf, recorded, word } from "../shared/words.js";

const ADMIT_BECAUSE = ["identity_by_hand", "contact_normal", "duty_leader"];
const KEYS = { F6: askManualNow, F7: askSymptoms, F8: askOverride, F10: dismiss };

export function renderActions(state, language) {
  label("manual", "F6", language);
  label("symptoms", "F7", language);
  label("override", "F8", language);
  label("dismiss", "F10", language);
  const passage = state.passage;
  find("manual").disabled = state.spot?.phase === "identified"; // another card would be two
  find("symptoms").disabled = passage !== state.spot || passage?.decision === "hold";
  find("override").disabled = passage === null || passage.decision === "hold";
  find("dismiss").disabled = passage === null || passage.decision === "hold"; // leaving a hold is a step of it
}

function label(name, key, language) {
  rebuild(find(name), language, () => [...button(word(`action.${name}`), { key }).children]);
}

export function wireActions() {
  find("manual").addEventListener("click", askManualNow);
  find("symptoms").addEventListener("click", askSymptoms);
  find("override").addEventListener("click", askOverride);
  find("dismiss").addEventListener("click", dismiss);
}

/** Take a key; returns whether it was one of the actions. */
export function actionKey(key) {
  KEYS[key]?.();
  return key in KEYS;
}

function askManualNow() {
  if (find("manual").disabled) return;
  const state = current();
  const shown = state.passage;
  askManual(shown && (shown !== state.spot || shown.decision === "hold") ? shown.passage_id : null);
}

function askSymptoms() {
  if (find("symptoms").disabled) return;
  const about = current()?.passage?.passage_id ?? "door";
  const choices = keysOf("symptom").map((name) => ({
    label: word(`symptom.${name}`),
    kind: "tall",
    // One request for one panel: the door makes one hold of it, whatever was declared.
    press: () => sendOnce(`symptoms:${about}:${performance.now()}`, "/api/v1/symptoms", { by: by(), note: recorded(`symptom.${name}`) }),
  }));
  ask(about, word("action.symptoms_title"), [{ choices }]);
}

function askOverride() {
  const passage = current()?.passage;
  if (!passage || find("override").disabled) return;
  const about = passage.passage_id;
  const post = (decision, why) => sendOnce(
    `override:${about}:${passage.phase}:${passage.decision}:${decision}`,
    `/api/v1/passages/${about}/override`,
    { decision, by: by(), reason: recorded(`override_reason.${why}`) },
  );
  const cautious = ["hold", "deny", "recheck"]
    .filter((decision) => decision !== passage.decision)
    .map((decision) => ({ label: word(`decision.${decision}`), kind: `tall to-${decision}`, press: () => post(decision, "caution") }));
  const groups = [{ choices: cautious }];
  if (passage.decision !== "admit") {
    const choices = ADMIT_BECAUSE.map((why) => ({ label: word(`override_reason.${why}`), kind: "tall", press: () => post("admit", why) }));
    groups.push({ heading: word("action.admit_because"), choices });
  }
  ask(about, word("action.override_title"), groups);
}

function dismiss() {
  const passage = current()?.passage;
  if (!passage || find("dismiss").disabled) return;
  sendOnce(`dismissal:${passage.passage_id}`, `/api/v1/passages/${passage.passage_id}/dismissal`, {});
}

/** Ask who is on post now; `changed` is called after. */
export function askPost(changed) {
  const choices = POSTS.map((number) => ({
    label: word("screen.post", { n: number }),
    kind: "tall",
    press: () => { setPost(number); changed(); },
  }));
  ask("post", word("screen.post_title"), [{ choices }]);
}

export { postLabel };
