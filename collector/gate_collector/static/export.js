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
  const sealed = /** @type {Centre.SealedAnswer | null} */ (await post(form, form.dataset.export ?? ""));
  if (!sealed) return;
  const file = /** @type {HTMLAnchorElement} */ (find("file"));
  URL.revokeObjectURL(file.href);
  file.href = URL.createObjectURL(new Blob([sealed.page], { type: "text/html" }));
  file.download = sealed.name;
  fill(".password", sealed.password);
  fill("code", sealed.sha256);
  find("exported").hidden = false;
}

const form = /** @type {HTMLFormElement | null} */ (document.querySelector("form[data-export]"));
form?.addEventListener("submit", (event) => {
  event.preventDefault();
  void take(form);
});
