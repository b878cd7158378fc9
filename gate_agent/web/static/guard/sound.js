// Alarm sounds after IEC 60601-1-8: high = 2 × 5 pulses, medium = 3, low = 1; a fault of the gate
// has its own, lower pitch. A missed step comes sooner and louder. Muted for 2 minutes at most.

const MUTE_MS = 120_000;
const HIGH = [0, 0.24, 0.48, 0.9, 1.14, 2.0, 2.24, 2.48, 2.9, 3.14];
const BURSTS = {
  high: { hz: 880, pulse: 0.12, at: HIGH, everyMs: 10_000 },
  medium: { hz: 660, pulse: 0.18, at: [0, 0.36, 0.72], everyMs: 20_000 },
  technical: { hz: 466, pulse: 0.2, at: [0, 0.4, 0.8], everyMs: 25_000 },
  low: { hz: 523, pulse: 0.2, at: [0], everyMs: 0 }, // once
  ready: { hz: 587, pulse: 0.1, at: [0], everyMs: 0 },
};
const LOUDER = [{ gain: 0.5, faster: 1 }, { gain: 0.75, faster: 2 }, { gain: 1, faster: 3 }];
const HARMONICS = new Float32Array([0, 1, 0.6, 0.4, 0.3, 0.2]); // heard over a crowd, located by ear

let context = null;
let mutedUntil = 0;
let mutedKeys = new Set();
let ringing = { kind: "none", level: 0, keys: [] };
let nextAt = 0;
let bursts = 0;
const heard = new Set(); // keys that have rung: what is told again rings nothing anew
const MOST_HEARD = 500;

/** Browsers give sound only after a touch, unless the kiosk is started with it allowed. */
export function unlock() {
  context ??= new AudioContext();
  if (context.state === "suspended") context.resume().then(() => burst("ready", 0), () => {});
}

/** What rings: {kind, level, keys}, as `alarms.soundOf` says; called four times a second. */
export function ring(sound) {
  const now = performance.now();
  const fresh = sound.keys.filter((key) => !heard.has(key));
  for (const key of fresh) heard.add(key);
  for (const key of heard) if (heard.size > MOST_HEARD) heard.delete(key);
  if (sound.keys.some((key) => !mutedKeys.has(key))) mutedUntil = 0; // a new alarm is never muted
  if (fresh.length) nextAt = now;
  else if (sound.kind !== ringing.kind) nextAt = now + (BURSTS[sound.kind]?.everyMs || Infinity);
  ringing = sound;
  if (sound.kind === "none") {
    mutedUntil = 0;
    mutedKeys.clear();
    return;
  }
  if (now < mutedUntil || now < nextAt) return;
  const { everyMs } = BURSTS[sound.kind];
  nextAt = everyMs ? now + everyMs / louder(sound.level).faster : Infinity;
  burst(sound.kind, sound.level);
}

/** Mute what rings now for two minutes; again: sound is back at once. */
export function toggleMute() {
  const now = performance.now();
  if (now < mutedUntil) {
    mutedUntil = 0;
    nextAt = now;
  } else if (ringing.kind !== "none") {
    mutedUntil = now + MUTE_MS;
    mutedKeys = new Set(ringing.keys);
  }
}

/** {kind: locked | muted | ringing | quiet, leftS, bursts, level} for the button. */
export function soundState() {
  const leftS = (mutedUntil - performance.now()) / 1000;
  const told = { leftS: 0, bursts, level: ringing.level };
  if (context?.state !== "running") return { ...told, kind: "locked" };
  if (leftS > 0) return { ...told, kind: "muted", leftS };
  return { ...told, kind: ringing.kind === "none" ? "quiet" : "ringing" };
}

/** Play the three priorities, one after the other; returns how many seconds that takes. */
export function playSelfTest() {
  unlock();
  let from = 0;
  for (const kind of ["high", "medium", "low"]) {
    burst(kind, 1, from);
    from += BURSTS[kind].at.at(-1) + 1;
  }
  return from;
}

const louder = (level) => LOUDER[Math.min(level, LOUDER.length - 1)];

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
