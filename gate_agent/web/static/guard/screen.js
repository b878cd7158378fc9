// The guard screen: puts the modules together. State comes in, the page follows; taps go out.

import { actionKey, askPost, postLabel, renderActions, wireActions } from "./actions.js";
import { renderAlarmLine } from "./alarms.js";
import { stayAwake } from "./awake.js";
import { tellBelow, watchBelow } from "./below.js";
import { renderBrightness, switchBrightness } from "./brightness.js";
import { caseKey, renderCase } from "./case.js";
import { checksKey, renderChecks, wireChecks } from "./checks.js";
import { dutiesKey, dutyMark, lookAtDuties, renderDuties, watchDuties } from "./duties.js";
import { oneEar } from "../shared/ear.js";
import { doNext, renderFoot, wireFoot } from "./foot.js";
import { renderHolds } from "./holds.js";
import { doneBy } from "./keys.js";
import { span } from "../shared/figures.js";
import { find, rebuild, setData, setText, shape } from "../shared/page.js";
import { reopen } from "./reopen.js";
import { closePanel, panelAbout, panelKey } from "./panel.js";
import { registrationKey, renderRegistration } from "./registration.js";
import { forget, touched } from "./send.js";
import { reloadWithSound, ring, soundState, toggleMute, unlock, unlockAgain } from "./sound.js";
import { renderDesk } from "./desk.js";
import { soundOf } from "./siren.js";
import { isAbout, panelStands } from "./snapshot.js";
import { current, forgetState, gateTime, take } from "./state.js";
import { hourText } from "../shared/figures.js";
import { renderBar, renderOtherDoors, renderRecent, renderStatus } from "./status.js";
import { listen } from "../shared/stream.js";
import { handKey, renderHand } from "./thermometer.js";
import { renderStarting, renderVerdict } from "./verdict.js";
import { askSession, session } from "./session.js";
import { askSignOff, renderSignOn, signOnKey, signedOnName, watchSession } from "./signon.js";
import { applyLanguage, switchLanguage } from "./language.js";
import { word } from "../shared/words.js";

/** @type {Record<import("../shared/stream.js").Life, string>} */
const LIVE = { opening: "no", away: "no", live: "yes", dead: "dead" };
let lastAlive = 0;
const isLive = () => document.body.dataset.live === "yes";

function render() {
  renderButtons();
  const state = current();
  renderBrightness(state && Number(hourText(gateTime(state), state.gate.timezone)));
  if (state === null) {
    renderStarting();
    renderFoot(document.documentElement.lang);
    return;
  }
  const language = document.documentElement.lang;
  renderVerdict(state);
  renderDesk(state, language, render);
  renderHolds(state, language);
  renderRegistration(state, language);
  renderHand(state, language);
  renderActions(state, language);
  renderRecent(state, language);
  renderBar(state);
  renderAlarmLine(state, language);
  renderCase(state, language);
  renderStatus(state, language);
  renderOtherDoors(state, language);
  renderFoot(language);
  tellBelow();
}

function renderButtons() {
  const heard = soundState();
  setText(find("mute"), word(`sound.${heard.kind}`, { s: span(heard.leftS) }));
  setData(find("mute"), "kind", heard.kind);
  setData(find("mute"), "bursts", String(heard.bursts));
  setText(find("post"), signedOnName() ?? postLabel());
  setText(find("language"), word("screen.language"));
  renderDuties();
  renderChecks();
  renderSignOn();
}

/**
 * @param {Door.ScreenState} snapshot
 * @param {number} at
 */
function onState(snapshot, at) {
  const state = take(snapshot, at);
  setData(document.body, "live", "yes");
  forget((key) => isAbout(state, key));
  const about = panelAbout();
  if (about !== null && !panelStands(state, about)) closePanel();
  sound(state.alarms);
  render();
  reopen(state, render);
  setData(document.body, "sequence", String(snapshot.journal.sequence)); // what is drawn now
}

/**
 * @param {import("../shared/stream.js").Life} life
 * @param {number} silentMs
 */
function onLife(life, silentMs) {
  const alive = life !== "dead";
  if (alive) lastAlive = Math.round(performance.now());
  if (life === "opening" || life === "away") forgetState();
  setData(document.body, "live", LIVE[life]);
  find("dead").hidden = alive;
  if (!alive) setText(find("dead-for"), word("screen.dead_for", { s: Math.round(silentMs / 1000) }));
  sound(alive ? current()?.alarms ?? [] : [{ id: "dead", priority: "medium", technical: true, what: "dead", rung: 1, since: `${lastAlive}` }]);
  render();
}

/**
 * Ring by what the gate says stands now: a backlog that is told again rings nothing.
 * @param {import("./siren.js").Alarm[]} alarms
 */
function sound(alarms) {
  const now = soundOf(alarms);
  setData(document.body, "alarm", now.kind);
  ring(now);
}

function onTouch() {
  unlock();
  void touched();
}

/** @param {KeyboardEvent} event */
function onKey(event) {
  onTouch();
  if (event.key === "F5" || (event.ctrlKey && event.key === "r")) {
    event.preventDefault();
    reloadWithSound();
    return;
  }
  const typing = event.target instanceof HTMLInputElement;
  if (typing && !/^(Enter|Escape|F\d+)$/.test(event.key)) return;
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  const key = event.key;
  const does = doneBy(key);
  if (does === "mute") toggleMute();
  else if (event.repeat && key !== "Backspace") return;
  else if (signOnKey(key)) {
    event.preventDefault();
    return;
  } else if (does === "look") switchBrightness();
  else if (!isLive()) return;
  else if (does === "next") doNext();
  else if (!(caseKey(key) || checksKey(key) || panelKey(key) || handKey(key) || registrationKey(key) || actionKey(key) || dutiesKey(key))) return;
  event.preventDefault();
  render();
}

find("unstarted").remove(); // the script is here
rebuild(find("dead-shape"), "plug", () => [shape("plug")]);
applyLanguage();
wireActions();
wireFoot(render);
watchBelow();
addEventListener("resize", render);
stayAwake();
document.addEventListener("keydown", onKey);
document.addEventListener("pointerdown", onTouch);
document.addEventListener("click", () => queueMicrotask(render)); // what a tap changed is drawn at once
find("look-of").addEventListener("click", switchBrightness);
find("mute").addEventListener("click", () => { toggleMute(); render(); });
find("post").addEventListener("click", () => (session()?.sign_on ? askSignOff() : askPost(render)));
find("language").addEventListener("click", () => { switchLanguage(); closePanel(); render(); });
wireChecks(render);
// A kiosk started with --autoplay-policy=no-user-gesture-required opens /?kiosk: sound at once.
if (new URLSearchParams(location.search).has("kiosk")) unlock();
unlockAgain();
render();
watchDuties(render);
watchSession(render);
listen("/api/v1/stream", {
  on: {
    state: onState,
    journal: dutyMark, // the state that follows shows the rest
    pulse: () => setData(find("pulse"), "beat", find("pulse").dataset.beat === "a" ? "b" : "a"),
  },
  onLife,
  onShown: () => { void lookAtDuties(); void askSession(); },
  onRefused: () => void askSession(),
  ear: (changed) => oneEar("gate.guard", changed), // a hidden screen still rings
});
