// Finds a person's passages; the number goes in the body of a POST and is cleared at once.

import { make } from "./shared/page.js";
import { word } from "./shared/words.js";
import { post } from "./forms.js";
import { local } from "./reader.js";
import { revealing } from "./reveal.js";

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
  const person = /** @type {Centre.Found | null} */ (await post(form, "/api/v1/search", { who }));
  if (person === null) return;
  found.replaceChildren(
    make("p", {}, word("search.found", { ref: `${person.person_ref.slice(0, 12)}…`, passages: person.passages.length, holds: person.holds.length })),
    table(person.passages.map((row) => [local(row.decided), row.name, word(`category.${row.category}`), word(`decision.${row.decision}`)])),
  );
  if (person.passages.length && "reveal" in form.dataset) found.append(revealing(word("search.reveal"), openedOf(person.person_ref)));
}

/**
 * @param {string} ref
 * @returns {import("./reveal.js").Opens}
 */
const openedOf = (ref) => async (asking, asker) => {
  const opened = /** @type {Centre.Registrations | null} */ (await post(asking, "/api/v1/reveal", { person_ref: ref, ...asker }));
  return opened && opened.registrations.map(registered);
};

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
