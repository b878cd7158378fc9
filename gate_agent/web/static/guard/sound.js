// The alarm sounds as the browser plays them; when one is due, the siren says.

import { keep, kept } from "./kept.js";
import { BURSTS, Siren, louder } from "./siren.js";

const HARMONICS = new Float32Array([0, 1, 0.6, 0.4, 0.3, 0.2]); // heard over a crowd, located by ear

/** @type {AudioContext | null} */
let context = null;
let bursts = 0;
const siren = new Siren();

/** Browsers give sound only after a touch, unless the kiosk is started with it allowed. */
export function unlock() {
  context ??= new AudioContext();
  if (context.state === "suspended") context.resume().then(() => burst("ready", 0), () => {});
}

/** Load the page again. A page that does so by itself keeps its sound: a browser's own button takes it. */
export function reloadWithSound() {
  keep("sound", context?.state === "running" ? true : null);
  location.reload();
}

/** Have sound at once where this tab had it when it was loaded again. */
export function unlockAgain() {
  if (kept("sound") !== true) return;
  keep("sound", null);
  unlock();
}

/**
 * Let sound what stands now; called four times a second.
 * @param {import("./siren.js").Sound} sound
 */
export function ring(sound) {
  if (siren.ring(sound, performance.now()) && sound.kind !== "none") burst(sound.kind, sound.level);
}

/** Mute what rings now for two minutes; again: sound is back at once. */
export const toggleMute = () => siren.toggleMute(performance.now());

/**
 * For the button: what it says, and how much was heard.
 * @returns {{ kind: "locked" | "muted" | "ringing" | "quiet", leftS: number, bursts: number }}
 */
export function soundState() {
  const leftS = siren.mutedS(performance.now());
  if (context?.state !== "running") return { kind: "locked", leftS: 0, bursts };
  if (leftS > 0) return { kind: "muted", leftS, bursts };
  return { kind: siren.sound.kind === "none" ? "quiet" : "ringing", leftS: 0, bursts };
}

/** Play the three priorities, one after the other. */
export function playSelfTest() {
  unlock();
  let from = 0;
  for (const kind of /** @type {const} */ (["high", "medium", "low"])) {
    burst(kind, 1, from);
    from += (BURSTS[kind].at.at(-1) ?? 0) + 1;
  }
}

/**
 * @param {import("./siren.js").Burst} kind
 * @param {number} level
 * @param {number} [after] seconds from now
 */
function burst(kind, level, after = 0) {
  if (context?.state !== "running") return;
  if (kind !== "ready") bursts += 1;
  const { hz, pulse, at } = BURSTS[kind];
  const { gain } = louder(level);
  const wave = context.createPeriodicWave(new Float32Array(HARMONICS.length), HARMONICS);
  const start = context.currentTime + 0.02 + after;
  for (const offset of at) {
    const tone = new OscillatorNode(context, { frequency: hz });
    const loud = new GainNode(context, { gain: 0 });
    tone.setPeriodicWave(wave);
    tone.connect(loud).connect(context.destination);
    const from = start + offset;
    loud.gain.setValueAtTime(0, from);
    loud.gain.linearRampToValueAtTime(gain, from + 0.02);
    loud.gain.setValueAtTime(gain, from + pulse - 0.02);
    loud.gain.linearRampToValueAtTime(0, from + pulse);
    tone.start(from);
    tone.stop(from + pulse + 0.05);
  }
}
