// Finds a person's passages; the number goes in the body of a POST and is cleared at once.

import { make } from "./shared/page.js";
import { word } from "./shared/words.js";
import { post } from "./forms.js";
import { local, placed } from "./reader.js";
import { openedOf, revealing } from "./reveal.js";

const COLUMNS = ["column.at", "column.door", "column.kind", "column.decision"];

/** @param {string[][]} rows */
function table(rows) {
  return make("table", {},
    make("thead", {}, make("tr", {}, ...COLUMNS.map((key) => make("th", {}, word(key))))),
    make("tbody", {}, ...rows.map((row) => make("tr", {}, ...row.map((cell) => make("td", {}, cell))))));
}

/** @param {Centre.FoundHold} hold */
const caseLink = ({ gate, hold_id: id, name, opened, state, outcome }) => make("a", { href: placed(`/cases/${gate}/${id}`) },
  [word("case_page.title"), name, opened && local(opened), word(`hold_state.${outcome ?? state}`)].filter(Boolean).join(" · "));

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
    make("p", {}, word("search.found", { passages: person.passages.length, holds: person.holds.length })),
    ...person.holds.map((hold) => make("p", {}, caseLink(hold))),
    table(person.passages.map((row) => [local(row.decided), row.name, word(`category.${row.category}`), word(`decision.${row.decision}`)])),
  );
  if (person.passages.length && "reveal" in form.dataset) found.append(revealing(word("search.reveal"), openedOf(person.person_ref)));
}

const form = /** @type {HTMLFormElement | null} */ (document.getElementById("search"));
const found = document.getElementById("found");
const field = /** @type {HTMLInputElement | null} */ (form?.querySelector("[name=who]") ?? null);
if (form && found && field) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void search(form, field, found);
  });
}
