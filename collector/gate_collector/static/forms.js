// Sends a form as JSON, and shows what the centre answered: a new place, or what it expected.
const zh = document.documentElement.dataset.lang === "zh";

export const csrf = document.querySelector("meta[name=csrf]")?.content ?? "";

function value(form) {
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

export async function send(form, path, body, type = "application/json") {
  const fault = form.querySelector(".fault");
  const button = form.querySelector("button:not([type=button])");
  fault.hidden = true;
  button.disabled = true;
  try {
    const answer = await fetch(path, { method: "POST", body, headers: { "Content-Type": type, "X-CSRF": csrf } });
    const told = await answer.json();
    if (answer.ok) {
      if (told.key) {
        fault.textContent = told.key; // told this once
        fault.hidden = false;
        button.disabled = false;
        return;
      }
      const where = new URL(told.location ?? location.href, location.href);
      if (!zh) where.searchParams.set("lang", "en");
      location.assign(where);
      return;
    }
    const lines = told.error.faults ?? [`${zh ? "应为" : "expected"} ${told.error.expected}，${zh ? "实为" : "got"} ${told.error.got}`];
    fault.replaceChildren(...lines.map((line) => Object.assign(document.createElement("span"), { textContent: line })));
  } catch {
    fault.textContent = zh ? "没有应答，请重试" : "no answer, try again";
  }
  fault.hidden = false;
  button.disabled = false;
}

for (const form of document.querySelectorAll("form[data-post]"))
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(form, form.dataset.post, JSON.stringify(value(form)));
  });
for (const form of document.querySelectorAll("form[data-sheet]"))
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const bytes = new Uint8Array(await form.querySelector("[type=file]").files[0].arrayBuffer());
    let binary = "";
    for (let at = 0; at < bytes.length; at += 32768) binary += String.fromCharCode(...bytes.subarray(at, at + 32768));
    const body = JSON.stringify({ ...value(form), content: btoa(binary) });
    send(form, `/policy/sheets/${form.querySelector("[data-kind]").value}`, body);
  });
for (const button of document.querySelectorAll("[data-print]")) button.addEventListener("click", () => print());
