// A choice among rows that can be ticked: how many there are, and what may be done with them.

import { seek, setText } from "./shared/page.js";
import { word } from "./shared/words.js";

const [bar, count, none] = [seek("picked"), seek("picked-count"), seek("pick-none")];

/** Every row that can be chosen; there may be more of them later. */
export const boxes = () => [.../** @type {NodeListOf<HTMLInputElement>} */ (document.querySelectorAll("[data-pick]"))];
export const chosen = () => boxes().filter((box) => box.checked);

/**
 * @param {HTMLFormElement | null} form
 * @param {boolean} may
 */
export function enable(form, may) {
  const button = form?.querySelector("button");
  if (button) button.disabled = !may;
}

/** @type {(those: HTMLInputElement[]) => void} */
let onChange = () => {};

/** Show who is chosen, and what may be done with them. */
export function show() {
  const those = chosen();
  for (const box of boxes()) box.closest("tr")?.classList.toggle("picked", box.checked);
  bar?.classList.toggle("some", those.length > 0);
  if (none) none.hidden = those.length === 0;
  if (count) setText(count, those.length ? word(count.dataset.some ?? "", { n: those.length }) : (count.dataset.none ?? ""));
  onChange(those);
}

/**
 * Choose these, or none of them where all are chosen.
 * @param {HTMLInputElement[]} those
 * @param {boolean} [only] nobody else
 */
export function choose(those, only = false) {
  const all = those.every((box) => box.checked);
  for (const box of only ? boxes() : those) box.checked = those.includes(box) && (only || !all);
  for (const box of those) box.closest("details")?.setAttribute("open", "");
  show();
}

/** @param {(those: HTMLInputElement[]) => void} changed */
export function picking(changed) {
  onChange = changed;
  for (const button of document.querySelectorAll("[data-pick-group]")) {
    const group = button.closest("details, section");
    button.addEventListener("click", () => choose(boxes().filter((box) => group?.contains(box))));
  }
  none?.addEventListener("click", () => choose([], true));
  document.addEventListener("change", (event) => {
    if (event.target instanceof HTMLInputElement && "pick" in event.target.dataset) show();
  });
  show();
  bar?.setAttribute("data-ready", "");
}
