// The line to the program: server-sent events, made anew after every break and every refusal for
// as long as the page is shown. Silence is told within 5 s; a hidden tab gives its line back.

const SILENT_MS = 3500; // three pulses missed, and one look more
const LOOK_MS = 250;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 4000;

/**
 * opening: asked for, nothing heard yet; live; dead: silent for too long, or what came could not
 * be shown; away: given back, because the tab is hidden.
 * @typedef {"opening" | "live" | "dead" | "away"} Life
 */

/**
 * @typedef {object} Handlers
 * @property {Record<string, (data: never, heardAt: number) => void>} on what is heard, by its name
 * @property {(life: Life, silentMs: number) => void} onLife four times a second, and at a change
 * @property {() => void} [onShown] the tab is shown again: fetch what the line does not bring
 * @property {() => void} [onRefused] the program answered, and gave no line
 * @property {(changed: () => void) => { hears: () => boolean }} [ear] which hidden tab goes on hearing
 */

/**
 * How long to wait after so many failures in a row: twice as long each time, never all screens at once.
 * @param {number} failures
 * @param {number} chance from 0 to 1
 */
export function waitMs(failures, chance) {
  return Math.min(FIRST_WAIT_MS * 2 ** failures, LONGEST_WAIT_MS) * (0.75 + chance / 2);
}

/**
 * Listen to `path` for good.
 * @param {string} path
 * @param {Handlers} handlers
 * @param {typeof globalThis} [world] where time passes and lines are opened; tests bring their own
 */
export function listen(path, { on, onLife, onShown, onRefused, ear }, world = globalThis) {
  const { document, performance } = world;
  /** @type {Set<string>} */
  const broken = new Set(); // names whose newest event could not be shown
  /** @type {EventSource | null} */
  let source = null;
  let lastId = "";
  let heardAt = performance.now();
  let hasHeard = false; // since the page was shown
  let failures = 0;
  let openedAt = 0;
  let openAt = 0;
  const hidden = ear?.(look) ?? { hears: () => false };
  const wanted = () => document.visibilityState === "visible" || hidden.hears();

  /**
   * @param {string} name
   * @param {MessageEvent<string>} event
   */
  function take(name, event) {
    if (event.lastEventId) lastId = event.lastEventId;
    const now = performance.now();
    broken.add(name);
    on[name]?.(/** @type {never} */ (JSON.parse(event.data)), now);
    broken.delete(name);
    if (broken.size) return; // a picture that cannot be drawn is an old one
    heardAt = now;
    hasHeard = true;
    failures = 0;
  }

  function open() {
    openedAt = performance.now();
    const line = new world.EventSource(lastId ? `${path}?after=${lastId}` : path);
    source = line;
    for (const name of Object.keys(on)) line.addEventListener(name, (event) => take(name, event));
    line.addEventListener("error", () => {
      if (source !== line) return;
      const refused = line.readyState === world.EventSource.CLOSED; // 502, 503, 401: for good, says EventSource
      close();
      if (refused) onRefused?.();
    });
  }

  function close() {
    source?.close();
    source = null;
    openAt = performance.now() + waitMs(failures, world.Math.random());
    failures += 1;
  }

  function look() {
    const now = performance.now();
    if (!wanted()) {
      if (openAt === Infinity) return;
      source?.close();
      source = null;
      openAt = Infinity;
      failures = 0;
      onLife("away", 0);
      return;
    }
    if (openAt === Infinity) {
      heardAt = now;
      hasHeard = false;
      openAt = now;
    }
    if (source !== null && now - Math.max(heardAt, openedAt) > SILENT_MS) close();
    if (source === null && now >= openAt) open();
    const silentMs = now - heardAt;
    onLife(silentMs > SILENT_MS ? "dead" : hasHeard ? "live" : "opening", silentMs);
  }

  document.addEventListener("visibilitychange", () => {
    const comes = document.visibilityState === "visible" && openAt === Infinity;
    look();
    if (comes) onShown?.();
  });
  look();
  world.setInterval(look, LOOK_MS);
}
