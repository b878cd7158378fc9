// Finds a person's passages; the number goes in the body of a POST and is cleared at once.
import { csrf, refuse } from "/static/forms.js";
import { local, make } from "/static/make.js";
import { word } from "/static/shared/words.js";

const headers = { "Content-Type": "application/json", "X-CSRF": csrf };
const form = document.getElementById("search");
const found = document.getElementById("found");

function table(head, rows) {
  const made = make("table"), line = made.createTHead().insertRow();
  line.append(...head.map((name) => make("th", name)));
  const body = made.createTBody();
  for (const row of rows) {
    const one = body.insertRow();
    for (const cell of row) one.append(make("td", cell));
  }
  return made;
}

form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const fault = form.querySelector(".fault"), who = form.elements.who.value;
  form.elements.who.value = "";
  fault.hidden = true;
  const answer = await fetch("/api/v1/search", { method: "POST", headers, body: JSON.stringify({ who }) });
  const told = await answer.json();
  if (!answer.ok) {
    refuse(fault, told.error);
    return;
  }
  const passages = told.passages.map((row) => [local(row.decided), row.name, word(`category.${row.category}`), word(`decision.${row.decision}`)]);
  found.replaceChildren(
    make("p", word("search.found", { ref: `${told.person_ref.slice(0, 12)}…`, passages: told.passages.length, holds: told.holds.length })),
    table(["column.at", "column.door", "column.kind", "column.decision"].map((key) => word(key)), passages),
  );
  if (told.passages.length && "reveal" in form.dataset) found.append(reveal(told.person_ref));
});

function reveal(ref) {
  const asked = make("form"), why = make("input"), by = make("input"), names = make("div"), fault = make("p", null, "fault");
  fault.hidden = true;
  Object.assign(why, { required: true, minLength: 4, maxLength: 400, placeholder: word("column.reason"), ariaLabel: word("search.why") });
  Object.assign(by, { required: true, maxLength: 40, placeholder: word("column.by"), ariaLabel: word("search.by") });
  const signed = document.querySelector(".who")?.dataset.name; // an account's own name, and no other
  if (signed) Object.assign(by, { value: signed, readOnly: true });
  asked.append(by, why, make("button", word("search.reveal")), fault, names);
  asked.addEventListener("submit", async (event) => {
    event.preventDefault();
    const answer = await fetch("/api/v1/reveal", { method: "POST", headers, body: JSON.stringify({ person_ref: ref, by: by.value, why: why.value }) });
    const told = await answer.json();
    fault.hidden = answer.ok;
    if (!answer.ok) refuse(fault, told.error);
    else names.replaceChildren(...(told.registrations.length ? told.registrations.map((one) => make("p", [one.name, one.number, one.phone, one.purpose, ...(one.companions ?? []).map((who) => word("search.with", { name: who.name }))].filter(Boolean).join(" · "))) : [make("p", word("search.nothing"))]));
  });
  return asked;
}
