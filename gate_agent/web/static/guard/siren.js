// When which alarm sounds, after IEC 60601-1-8: what stands, what was heard, what is muted. No sound
// of its own and no clock: time is told.

const MUTE_MS = 120_000;
const MOST_HEARD = 500;
const HIGH = [0, 0.24, 0.48, 0.9, 1.14, 2.0, 2.24, 2.48, 2.9, 3.14];

/** @typedef {"high" | "medium" | "technical" | "low" | "ready"} Burst */
/** @typedef {{ hz: number, pulse: number, at: number[], everyMs: number }} Tones `everyMs` 0: once */

/** @type {Record<Burst, Tones>} */
export const BURSTS = {
  high: { hz: 880, pulse: 0.12, at: HIGH, everyMs: 10_000 },
  medium: { hz: 660, pulse: 0.18, at: [0, 0.36, 0.72], everyMs: 20_000 },
  technical: { hz: 466, pulse: 0.2, at: [0, 0.4, 0.8], everyMs: 25_000 },
  low: { hz: 523, pulse: 0.2, at: [0], everyMs: 0 },
  ready: { hz: 587, pulse: 0.1, at: [0], everyMs: 0 },
};
const MILD = { gain: 0.5, faster: 1 };
const LOUDER = [MILD, { gain: 0.75, faster: 2 }, { gain: 1, faster: 3 }];

/**
 * How loud and how often, after so many missed deadlines.
 * @param {number} level
 */
export const louder = (level) => LOUDER[Math.min(level, LOUDER.length - 1)] ?? MILD;

/** @typedef {Pick<Door.AlarmView, "id" | "priority" | "technical" | "what" | "since" | "rung">} Alarm */
/** @typedef {{ kind: Burst | "none", level: number, keys: string[] }} Sound */

/**
 * What sounds now; the gravest wins.
 * @param {Alarm[]} alarms gravest first
 * @returns {Sound}
 */
export function soundOf(alarms) {
  const keys = alarms.map((alarm) => `${alarm.id} ${alarm.since} ${alarm.rung}`);
  const [gravest] = alarms;
  if (!gravest) return { kind: "none", level: 0, keys };
  const kind = gravest.technical && gravest.priority === "medium" ? "technical" : gravest.priority;
  // Each missed deadline rings anew: sooner and louder than the one before.
  return { kind, level: gravest.what === "overdue" ? gravest.rung : gravest.rung - 1, keys };
}

/** What this screen rang, and what was muted at it, for two minutes at most. */
export class Siren {
  /** @type {Set<string>} keys that have rung: what is told again rings nothing anew */
  #heard = new Set();
  /** @type {Set<string>} */
  #mutedKeys = new Set();
  #mutedUntil = 0;
  #nextAt = 0;
  /** @type {Sound} */
  #sound = { kind: "none", level: 0, keys: [] };

  /**
   * Take what sounds now; returns whether a burst is due.
   * @param {Sound} sound
   * @param {number} now
   */
  ring(sound, now) {
    const fresh = sound.keys.filter((key) => !this.#heard.has(key));
    for (const key of fresh) this.#heard.add(key);
    for (const key of this.#heard) if (this.#heard.size > MOST_HEARD) this.#heard.delete(key);
    if (sound.keys.some((key) => !this.#mutedKeys.has(key))) this.#mutedUntil = 0; // a new alarm is never muted
    if (fresh.length) this.#nextAt = now;
    else if (sound.kind !== this.#sound.kind) this.#nextAt = now + (sound.kind !== "none" && BURSTS[sound.kind].everyMs || Infinity);
    this.#sound = sound;
    if (sound.kind === "none") {
      this.#mutedUntil = 0;
      this.#mutedKeys.clear();
      return false;
    }
    if (now < this.#mutedUntil || now < this.#nextAt) return false;
    const { everyMs } = BURSTS[sound.kind];
    this.#nextAt = everyMs ? now + everyMs / louder(sound.level).faster : Infinity;
    return true;
  }

  /**
   * Mute what rings now for two minutes; again: sound is back at once.
   * @param {number} now
   */
  toggleMute(now) {
    if (now < this.#mutedUntil) {
      this.#mutedUntil = 0;
      this.#nextAt = now;
    } else if (this.#sound.kind !== "none") {
      this.#mutedUntil = now + MUTE_MS;
      this.#mutedKeys = new Set(this.#sound.keys);
    }
  }

  /** What sounds, muted or not. */
  get sound() {
    return this.#sound;
  }

  /**
   * How long it is muted still, in seconds; 0 when it is not.
   * @param {number} now
   */
  mutedS(now) {
    return Math.max(0, (this.#mutedUntil - now) / 1000);
  }
}
