// Which of a browser's hidden tabs goes on hearing: one alone, so that an alarm still sounds and
// the others leave free the few connections that a browser has for one host.

/**
 * Ask to be the one: the tab that was shown last is. `changed` is called when that changes.
 * Without locks (plain http beyond this machine) each hears: a missed alarm is worse than a slow tab.
 * @param {string} name
 * @param {() => void} changed
 * @param {Pick<typeof globalThis, "document" | "navigator">} world
 * @returns {{ hears: () => boolean }}
 */
export function oneEar(name, changed, { document, navigator } = globalThis) {
  const { locks } = navigator;
  if (!locks) return { hears: () => true };
  /** @type {object | null} */
  let held = null; // by which request
  let waiting = new AbortController();

  /** @param {LockOptions} options */
  function ask(options) {
    const mine = {};
    const keep = () => new Promise(() => { held = mine; changed(); }); // until another tab takes it
    locks.request(name, options, keep).catch(() => {
      if (held !== mine) return; // it only waited
      held = null;
      wait();
      changed();
    });
  }

  function wait() {
    waiting = new AbortController();
    ask({ signal: waiting.signal });
  }

  function take() {
    if (held !== null || document.visibilityState !== "visible") return;
    waiting.abort();
    ask({ steal: true });
  }

  document.addEventListener("visibilitychange", take);
  if (document.visibilityState === "visible") take();
  else wait();
  return { hears: () => held !== null };
}
