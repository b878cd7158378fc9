// Takes a sealed list from the centre, and shows its password this once.

import { find } from "./shared/page.js";
import { post } from "./forms.js";

/**
 * @param {string} selector
 * @param {string} text
 */
function fill(selector, text) {
  const place = find("exported").querySelector(selector);
  if (place) place.textContent = text;
}

/** @param {HTMLFormElement} form */
async function take(form) {
  const told = /** @type {Centre.SealedAnswer | null} */ (await post(form, form.dataset.export ?? ""));
  if (!told) return;
  const file = /** @type {HTMLAnchorElement} */ (find("file"));
  URL.revokeObjectURL(file.href);
  file.href = URL.createObjectURL(new Blob([told.page], { type: "text/html" }));
  file.download = told.name;
  fill(".password", told.password);
  fill("code", told.sha256);
  find("exported").hidden = false;
}

const form = /** @type {HTMLFormElement | null} */ (document.querySelector("form[data-export]"));
form?.addEventListener("submit", (event) => {
  event.preventDefault();
  void take(form);
});
