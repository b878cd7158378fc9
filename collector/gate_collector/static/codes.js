// Gives codes to those of a day who have none that can be printed, and shows the sheet again.

import { seek } from "./shared/page.js";
import { post, valuesOf } from "./forms.js";

const form = /** @type {HTMLFormElement | null} */ (seek("give"));
form?.addEventListener("submit", (event) => {
  event.preventDefault();
  const keys = (form.dataset.keys ?? "").split(" ");
  void post(form, "/appointments/codes", { ...valuesOf(form), keys }).then((done) => done && location.reload());
});
