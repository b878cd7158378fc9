// Says that a version which waited has come into force: what this page shows is the one before it.

import { now } from "./reader.js";

const EVERY_MS = 1000;

/** @param {HTMLElement} line */
export function watch(line) {
  const comes = Date.parse(line.dataset.comes ?? "");
  const timer = setInterval(() => {
    if (now().getTime() < comes) return;
    line.hidden = false;
    clearInterval(timer);
  }, EVERY_MS);
}

const waits = /** @type {HTMLElement | null} */ (document.querySelector("[data-comes]"));
if (waits) watch(waits);
