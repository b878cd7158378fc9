// Sends a sheet twice: to be told what it would change, and, once that was read, to be published.
import { leave, post, value } from "./forms.js";

const form = document.querySelector("form[data-sheet]");
const [look, button] = [form.querySelector(".look"), form.querySelector("button")];
let seen = "";

async function content() {
  const bytes = new Uint8Array(await form.querySelector("[type=file]").files[0].arrayBuffer());
  let binary = "";
  for (let at = 0; at < bytes.length; at += 32768) binary += String.fromCharCode(...bytes.subarray(at, at + 32768));
  return btoa(binary);
}

function forget() {
  seen = "";
  look.hidden = true;
  button.textContent = button.dataset.look;
}

function tell(told) {
  seen = told.seen;
  for (const place of look.querySelectorAll("[data-told]")) place.textContent = [told[place.dataset.told]].flat().join("、");
  look.querySelector("[data-ignored]").hidden = !told.ignored.length;
  look.hidden = false;
  button.textContent = button.dataset.issue;
  button.focus();
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const kind = form.querySelector("[data-kind]").value;
  const told = await post(form, `/policy/sheets/${kind}`, JSON.stringify({ ...value(form), seen, content: await content() }));
  if (told?.look) tell(told.look);
  else if (told) leave(told);
  else forget();
});
form.addEventListener("change", (event) => {
  if (event.target.matches("[type=file], [data-kind], [name=replace]")) forget();
});
