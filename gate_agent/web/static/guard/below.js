// That there is more below is said, until it is seen: a strip that stands while a part can be scrolled.

import { make, seek, setData, setText } from "../shared/page.js";
import { word } from "../shared/words.js";

const ROUNDING = 4;

/**
 * Look at what may be scrolled: each says by itself whether there is more, and a strip shows it.
 * Called after every drawing; the strip takes no room and no finger.
 */
export function tellBelow() {
  for (const area of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-scrolls]"))) {
    const more = area.clientHeight > 0 && area.scrollHeight - area.clientHeight - area.scrollTop > ROUNDING;
    setData(area, "below", more ? "yes" : "no");
    setText(stripOf(area), word("screen.more_below"));
  }
}

/** @param {HTMLElement} area */
function stripOf(area) {
  const after = area.nextElementSibling;
  if (after?.classList.contains("more-below")) return after;
  const strip = make("p", { class: "more-below", "aria-hidden": "true" });
  area.after(strip);
  return strip;
}

/** Look again whenever something is scrolled or the window is another. */
export function watchBelow() {
  document.addEventListener("scroll", tellBelow, { capture: true, passive: true });
  addEventListener("resize", tellBelow);
  seek("side")?.addEventListener("click", () => requestAnimationFrame(tellBelow));
}
