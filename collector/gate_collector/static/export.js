// Takes a sealed list from the centre, and shows its password this once.
import { post } from "/static/forms.js";

const form = document.querySelector("form[data-export]"), exported = document.getElementById("exported");
form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const told = await post(form, form.dataset.export);
  if (!told) return;
  const file = document.getElementById("file");
  URL.revokeObjectURL(file.href);
  file.href = URL.createObjectURL(new Blob([told.page], { type: "text/html" }));
  file.download = told.name;
  exported.querySelector(".password").textContent = told.password;
  exported.querySelector("code").textContent = told.sha256;
  exported.hidden = false;
});
