// Finds a person's passages; the number goes in the body of a POST and is cleared at once.

import { make } from "./shared/page.js";
import { word } from "./shared/words.js";
import { post } from "./forms.js";
import { local } from "./reader.js";

const COLUMNS = ["column.at", "column.door", "column.kind", "column.decision"];

/** @param {string[][]} rows */
function table(rows) {
  return make("table", {},
    make("thead", {}, make("tr", {}, ...COLUMNS.map((key) => make("th", {}, word(key))))),
    make("tbody", {}, ...rows.map((row) => make("tr", {}, ...row.map((cell) => make("td", {}, cell))))));
}

/**
 * @param {HTMLFormElement} form
 * @param {HTMLInputElement} field
 * @param {HTMLElement} found
 */
async function search(form, field, found) {
  const who = field.value;
  field.value = "";
  const told = /** @type {Centre.Found | null} */ (await post(form, "/api/v1/search", { who }));
  if (told === null) return;
  found.replaceChildren(
    make("p", {}, word("search.found", { ref: `${told.person_ref.slice(0, 12)}…`, passages: told.passages.length, holds: told.holds.length })),
    table(told.passages.map((row) => [local(row.decided), row.name, word(`category.${row.category}`), word(`decision.${row.decision}`)])),
  );
  if (told.passages.length && "reveal" in form.dataset) found.append(revealing(told.person_ref));
}

/**
 * A form that opens a person's registrations; each look is recorded.
 * @param {string} ref
 */
function revealing(ref) {
  const signed = document.querySelector(".who")?.getAttribute("data-name") ?? null; // an account's own name, and no other
  const by = make("input", { required: "", maxlength: 40, placeholder: word("column.by"), "aria-label": word("search.by"), value: signed, readonly: signed === null ? null : "" });
  const why = make("input", { required: "", minlength: 4, maxlength: 400, placeholder: word("column.reason"), "aria-label": word("search.why") });
  const names = make("div");
  const fault = make("p", { class: "fault", role: "alert" });
  fault.hidden = true;
  const asking = make("form", {}, by, why, make("button", {}, word("search.reveal")), fault, names);
  const reveal = async () => {
    const body = { person_ref: ref, by: by.value, why: why.value };
    const told = /** @type {Centre.Registrations | null} */ (await post(asking, "/api/v1/reveal", body));
    if (told === null) return;
    const lines = told.registrations.length ? told.registrations.map(registered) : [word("search.nothing")];
    names.replaceChildren(...lines.map((line) => make("p", {}, line)));
  };
  asking.addEventListener("submit", (event) => {
    event.preventDefault();
    void reveal();
  });
  return asking;
}

/** @param {Centre.Opened} one */
const registered = (one) => [one.name, one.number, one.phone, one.purpose, ...one.companions.map(({ name }) => word("search.with", { name }))]
  .filter(Boolean).join(" · ");

const form = /** @type {HTMLFormElement | null} */ (document.getElementById("search"));
const found = document.getElementById("found");
const field = /** @type {HTMLInputElement | null} */ (form?.querySelector("[name=who]") ?? null);
if (form && found && field) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void search(form, field, found);
  });
}
