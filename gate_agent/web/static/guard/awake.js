// A guard screen does not fall asleep: the browser is asked to keep it lit while it is shown.

/** @typedef {{ request: (type: "screen") => Promise<EventTarget> }} WakeLocks */

/** Ask now, and each time the page is shown again. What a browser refuses stands in no one's way. */
export function stayAwake() {
  const locks = /** @type {{ wakeLock?: WakeLocks }} */ (/** @type {unknown} */ (navigator)).wakeLock;
  if (locks === undefined) return;
  const ask = () => {
    if (document.visibilityState !== "visible") return;
    locks.request("screen").then(() => { document.body.dataset.awake = "yes"; }, () => { document.body.dataset.awake = "no"; });
  };
  document.addEventListener("visibilitychange", ask);
  ask();
}
