// Alarm sounds after IEC 60601-1-8: fever = high priority (2 × 5 pulses, every 10 s), a fault of
// the gate = medium (3 pulses, lower, every 25 s). May be muted for 2 minutes, never for good.

const MUTE_MS = 120_000;
const BURSTS = {
  fever: { hz: 880, pulse: 0.12, at: [0, 0.24, 0.48, 0.9, 1.14, 2.0, 2.24, 2.48, 2.9, 3.14], everyMs: 10_000 },
  technical: { hz: 466, pulse: 0.2, at: [0, 0.4, 0.8], everyMs: 25_000 },
  ready: { hz: 660, pulse: 0.1, at: [0], everyMs: 0 },
};
const HARMONICS = new Float32Array([0, 1, 0.6, 0.4, 0.3, 0.2]); // heard over a crowd, located by ear

let context = null;
let mutedUntil = 0;
let mutedIds = new Set();
let ringingIds = [];
let playing = "none";
let nextAt = 0;
let bursts = 0;

/** Browsers give sound only after a touch, unless the kiosk is started with it allowed. */
export function unlock() {
  context ??= new AudioContext();
  if (context.state === "suspended") context.resume().then(() => burst("ready"), () => {});
}

/** What rings: alarm ids of persons and of faults; called four times a second. */
export function ring(fever, technical) {
  const now = performance.now();
  const kind = fever.length ? "fever" : technical.length ? "technical" : "none";
  ringingIds = [...fever, ...technical];
  if (ringingIds.some((id) => !mutedIds.has(id))) mutedUntil = 0; // a new alarm is never muted
  if (kind !== playing) {
    playing = kind;
    nextAt = now;
  }
  if (kind === "none") {
    mutedUntil = 0;
    mutedIds.clear();
    return;
  }
  if (now < mutedUntil || now < nextAt) return;
  nextAt = now + BURSTS[kind].everyMs;
  burst(kind);
}

/** Mute what rings now for two minutes; again: sound is back at once. */
export function toggleMute() {
  const now = performance.now();
  if (now < mutedUntil) {
    mutedUntil = 0;
    nextAt = now;
  } else if (playing !== "none") {
    mutedUntil = now + MUTE_MS;
    mutedIds = new Set(ringingIds);
  }
}

/** {kind: locked | muted | ringing | quiet, leftS, bursts} for the button. */
export function soundState() {
  const leftS = (mutedUntil - performance.now()) / 1000;
  if (context?.state !== "running") return { kind: "locked", leftS: 0, bursts };
  if (leftS > 0) return { kind: "muted", leftS, bursts };
  return { kind: playing === "none" ? "quiet" : "ringing", leftS: 0, bursts };
}

function burst(kind) {
  if (context?.state !== "running") return;
  const { hz, pulse, at } = BURSTS[kind];
  const wave = context.createPeriodicWave(new Float32Array(HARMONICS.length), HARMONICS);
  const start = context.currentTime + 0.02;
  for (const offset of at) {
    const tone = new OscillatorNode(context, { frequency: hz });
    const loud = new GainNode(context, { gain: 0 });
    tone.setPeriodicWave(wave);
    tone.connect(loud).connect(context.destination);
    const from = start + offset;
    loud.gain.setValueAtTime(0, from);
    loud.gain.linearRampToValueAtTime(0.6, from + 0.02);
    loud.gain.setValueAtTime(0.6, from + pulse - 0.02);
    loud.gain.linearRampToValueAtTime(0, from + pulse);
    tone.start(from);
    tone.stop(from + pulse + 0.05);
  }
  if (kind !== "ready") bursts += 1;
}
