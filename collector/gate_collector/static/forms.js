// Sends a form as JSON, and shows what the centre answered: a new place, or what it expected.
import { hasWord, word } from "/static/shared/words.js";

export const zh = document.documentElement.dataset.lang === "zh";

export function refuse(fault, error) {
  const key = `centre_refused.${error.code}`;
  fault.dispatchEvent(new CustomEvent("refused", { detail: error, bubbles: true }));
  const lines = error.faults ?? [hasWord(key) ? word(key) : word(error.code === "invalid" ? "form_answer.invalid" : "form_answer.other", error)];
  fault.replaceChildren(...lines.map((line) => Object.assign(document.createElement("span"), { textContent: line })));
  if (error.code === "sign_on") fault.append(Object.assign(document.createElement("a"), { href: zh ? "/sign-on" : "/sign-on?lang=en", textContent: word("nav.sign_on") }));
  fault.hidden = false;
}

export const csrf = document.querySelector("meta[name=csrf]")?.content ?? "";

export function value(form) {
  const told = {};
  for (const field of form.elements) {
    if (!field.name || field.disabled) continue;
    if (field.type === "checkbox") told[field.name] = field.checked;
    else if (field.type === "radio") { if (field.checked) told[field.name] = field.value; }
    else if (field.type === "number" || "number" in field.dataset) told[field.name] = field.value === "" ? null : Number(field.value);
    else told[field.name] = field.value;
  }
  return told;
}

// Sends a form; returns what the centre told, or nothing once it was refused and said so.
export async function post(form, path, body = JSON.stringify(value(form))) {
  const fault = form.querySelector(".fault");
  const button = form.querySelector("button:not([type=button])");
  fault.hidden = true;
  button.disabled = true;
  try {
    const answer = await fetch(path, { method: "POST", body, headers: { "Content-Type": "application/json", "X-CSRF": csrf } });
    const told = await answer.json();
    if (answer.ok) return told;
    refuse(fault, told.error);
  } catch {
    fault.textContent = word("form_answer.none");
    fault.hidden = false;
  } finally {
    button.disabled = false;
  }
}

async function send(form, path, body) {
  const told = await post(form, path, body);
  if (!told) return;
  if (told.key) {
    const fault = form.querySelector(".fault");
    fault.textContent = word("form_answer.key", { key: told.key });
    fault.hidden = false;
    return;
  }
  leave(told);
}

// Goes to where the centre shows what was done.
export function leave(told) {
  const where = new URL(told.location ?? location.href, location.href);
  if (!zh) where.searchParams.set("lang", "en");
  location.assign(where);
}

for (const form of document.querySelectorAll("form[data-post]"))
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(form, form.dataset.post);
  });
for (const button of document.querySelectorAll("[data-print]")) button.addEventListener("click", () => print());
