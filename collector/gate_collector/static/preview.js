// The preview of a day: counts down to the cut, and opens the form that mends what is missing.

import { isWriting, leave, post, valuesOf } from "./forms.js";
import { now } from "./reader.js";
import { remaining } from "./times.js";

const EVERY_MS = 1000;
const AGAIN_MS = 60_000; // what is missing grows with the clock, and shrinks with the doors' events

/** @param {HTMLElement} timer */
function countDown(timer) {
  const at = now().getTime();
  const [cut, due] = [Date.parse(timer.dataset.until ?? ""), Date.parse(timer.dataset.over ?? "")];
  const left = (at < cut ? cut : due) - at;
  const shown = timer.querySelector("b");
  if (shown) shown.textContent = left > 0 ? remaining(left / 1000) : "";
}

/** Open the form that the place names, with what is known filled in: #entry-round&gate=west-1f. */
function openNamed() {
  const [name = "", ...fill] = location.hash.slice(1).split("&");
  const entry = document.getElementById(name);
  if (!(entry instanceof HTMLDetailsElement)) return;
  entry.open = true;
  for (const [field, value] of new URLSearchParams(fill.join("&"))) {
    const input = entry.querySelector(`[name="${CSS.escape(field)}"]`);
    if (input instanceof HTMLInputElement || input instanceof HTMLSelectElement) input.value = value;
  }
  entry.scrollIntoView({ block: "center" });
}

/** @param {HTMLFormElement} form */
async function enter(form) {
  const { by, corrects, ...entry } = valuesOf(form);
  const done = /** @type {Partial<Centre.Done> | null} */ (await post(form, form.dataset.entry ?? "", { by, corrects, entry }));
  if (done) leave(done);
}

for (const form of /** @type {Iterable<HTMLFormElement>} */ (document.querySelectorAll("form[data-entry]"))) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void enter(form);
  });
}
addEventListener("hashchange", openNamed);
openNamed();
const timer = /** @type {HTMLElement | null} */ (document.querySelector("[data-until]"));
if (timer) {
  countDown(timer);
  setInterval(() => countDown(timer), EVERY_MS);
  setInterval(() => {
    if (!document.querySelector(".entry[open]") && !isWriting()) location.reload();
  }, AGAIN_MS);
}
