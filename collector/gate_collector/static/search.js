// Finds a person's passages; the number goes in the body of a POST and is cleared at once.

import { word } from "./shared/words.js";
import { leave, post } from "./forms.js";
import { openedOf, revealing } from "./reveal.js";

/**
 * @param {HTMLFormElement} form
 * @param {HTMLInputElement} field
 */
async function search(form, field) {
  const who = field.value;
  field.value = "";
  const person = /** @type {Centre.Found | null} */ (await post(form, "/api/v1/search", { who }));
  if (person !== null) leave({ location: person.page });
}

const form = /** @type {HTMLFormElement | null} */ (document.getElementById("search"));
const field = /** @type {HTMLInputElement | null} */ (form?.querySelector("[name=who]") ?? null);
if (form && field) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void search(form, field);
  });
}
const found = document.getElementById("found");
if (found) found.append(revealing(word("search.reveal"), openedOf(found.dataset.ref ?? "")));
