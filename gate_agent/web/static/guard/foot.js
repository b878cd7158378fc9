// The foot of the verdict: one place, as wide as the panel, where the next step is pressed (F9).

import { askManualNow, dismissShown } from "./actions.js";
import { caseGo } from "./case.js";
import { span } from "../shared/figures.js";
import { proceedWith } from "./holds.js";
import { nameOf } from "./hold_words.js";
import { keyOf } from "./keys.js";
import { nextOf } from "./next.js";
import { goButton, panelAbout } from "./panel.js";
import { by } from "./post.js";
import { enteredText, judgeEntered, registrationAsks, submitTyped } from "./registration.js";
import { sendOnce } from "./send.js";
import { isOverdue, ringing } from "./snapshot.js";
import { ago, current, left } from "./state.js";
import { button, find, findButton, make, rebuild, seek, setData, setText } from "../shared/page.js";
import { handAsks, handGo } from "./thermometer.js";
import { word } from "../shared/words.js";

/** @typedef {import("./next.js").Next} Next */

const STEADY_MS = 400; // a finger that is on its way to one thing never presses another
const COMMITS = ["theirs", "manual", "dismiss", "entered", "register", "hand", "go"];

/** @type {Next} */
let next = nextOf(null, { panel: false, case: null, go: null, registration: null, hand: null }, 0);
let steadyAt = 0;

/** What the right side waits for now. */
function side() {
  const opened = caseGo();
  const go = panelAbout() === null ? opened.go : goButton(find("panel"));
  return {
    panel: panelAbout() !== null,
    case: opened.holdId,
    go: go && (go.querySelector("span")?.textContent ?? ""),
    registration: registrationAsks(),
    hand: handAsks(),
  };
}

/**
 * Say what comes next, and whose turn it is.
 * @param {string} language
 */
export function renderFoot(language) {
  const state = current();
  const before = next.does;
  next = nextOf(state, side(), ago());
  const calls = state !== null && next.does === "hold" && ringing(state, ago()).some((hold) => hold.hold_id === next.about);
  if (calls && before !== null && COMMITS.includes(before)) steadyAt = performance.now() + STEADY_MS;
  const foot = findButton("next");
  setData(foot, "turn", next.turn);
  setData(foot, "does", next.does ?? "none");
  setData(find("foot"), "calls", calls ? "yes" : "no");
  foot.disabled = next.does === null;
  rebuild(foot, `${language} ${next.turn} ${said()}`, () => [
    make("small", {}, word(`next.${next.turn}`), " ", make("b", { id: "next-left" })),
    make("span", { class: "does" }, said()), make("kbd", {}, keyOf("next")),
  ]);
  setText(find("next-left"), leftText());
  renderOther(language);
}

/** The step in words; of whom, where somebody else is shown. */
function said() {
  const state = current();
  const does = next.says.startsWith("=") ? next.says.slice(1) : word(next.says);
  if (next.does === "entered") return word("next.of", { does, p: enteredText() });
  const hold = next.does === "hold" ? state?.holds.find((one) => one.hold_id === next.about) : null;
  return hold && state?.passage?.hold_id !== hold.hold_id ? word("next.of", { does, p: nameOf(hold) }) : does;
}

function leftText() {
  const state = current();
  if (state === null || next.due_s === null) return "";
  const hold = state.holds.find((one) => one.hold_id === next.about);
  const seconds = left(next.due_s);
  if (hold && isOverdue(hold, ago())) return word("case.overdue", { s: span(Math.max(0, -seconds)) });
  return seconds >= 60 ? span(seconds) : word("screen.seconds", { s: Math.ceil(Math.max(0, seconds)) });
}

/**
 * The other answer, where a question has two.
 * @param {string} language
 */
function renderOther(language) {
  const other = findButton("next-other");
  other.hidden = next.does !== "theirs";
  rebuild(other, language, () => [...button(word("card_question.anothers")).children]);
}

/** Do the next step. */
export function doNext() {
  if (performance.now() < steadyAt) return;
  const { does, about } = next;
  if (does === "hold") proceedWith(about);
  else if (does === "go") (panelAbout() === null ? caseGo().go : goButton(find("panel")))?.click();
  else if (does === "theirs") answerCard(about, true);
  else if (does === "manual") askManualNow();
  else if (does === "dismiss") dismissShown();
  else if (does === "entered") judgeEntered(true);
  else if (does === "register") submitTyped();
  else if (does === "hand") handGo();
  else if (does === "point") point();
}

/** Show where the next step is: at the right, or below on a phone. */
function point() {
  const [area] = ["panel", "case", "hand", "registration"].map(seek).filter((one) => one !== null && !one.hidden);
  if (!area) return;
  area.scrollIntoView({ block: "nearest" });
  area.classList.remove("pointed");
  void area.offsetWidth; // the browser begins the animation anew
  area.classList.add("pointed");
}

/**
 * Whether the card is theirs: nobody is let go by a card that may be another's.
 * @param {string} about
 * @param {boolean} theirs
 */
export function answerCard(about, theirs) {
  void sendOnce(`card:${about}:${theirs}`, `/api/v1/passages/${about}/card`, { theirs, by: by() });
}

/** @param {() => void} changed */
export function wireFoot(changed) {
  find("next").addEventListener("click", () => { doNext(); changed(); });
  find("next-other").addEventListener("click", () => { answerCard(next.about, false); changed(); });
}
