// Who is inside now (在馆人员), kept fresh; their names where a role may see them; who falls ill there.

import { find, make, seek, setData } from "./shared/page.js";
import { word } from "./shared/words.js";
import { post } from "./forms.js";
import { refresh } from "./fresh.js";
import { revealing } from "./reveal.js";

const LOOK_MS = 2000;
const PARTS = ["#count", "#people tbody", "#people .count", "#orders tbody"];
/** @type {Map<string, string>} by reference: who that is, once somebody may know */
const names = new Map();
const form = /** @type {HTMLFormElement | null} */ (seek("found"));
const filter = /** @type {HTMLInputElement} */ (find("filter"));

/** What is known of the people on this page: their names, and which of them are looked for. */
function render() {
  const wanted = filter.value.trim().toLowerCase();
  for (const row of /** @type {Iterable<HTMLElement>} */ (document.querySelectorAll("#people [data-person]"))) {
    const [place, name] = [row.querySelector(".named"), names.get(row.dataset.person ?? "") ?? ""];
    if (place && place.textContent !== name) place.textContent = name;
    row.hidden = !(row.textContent ?? "").toLowerCase().includes(wanted);
  }
}

/** @param {string} name */
const field = (name) => /** @type {HTMLInputElement | HTMLSelectElement} */ (form?.elements.namedItem(name));

/**
 * This is who fell ill: their own door's guard is asked, unless another is chosen.
 * @param {HTMLElement} row
 */
function pick(row) {
  const who = /** @type {HTMLInputElement} */ (field("who"));
  who.type = "hidden"; // a reference says nothing to anybody
  who.value = row.dataset.person ?? "";
  const other = make("button", { type: "button", onpress: () => unpick() }, word("found.another"));
  const parts = [...row.querySelectorAll(".named, time, [title]")].map((part) => part.textContent);
  find("picked").replaceChildren(parts.filter(Boolean).join(" · "), " ", other);
  field("gate").value = row.dataset.gate ?? "";
  field("place").scrollIntoView({ block: "center" });
  field("place").focus();
}

function unpick() {
  const who = /** @type {HTMLInputElement} */ (field("who"));
  who.type = "text";
  who.value = "";
  find("picked").replaceChildren();
}

let looks = false;

async function look() {
  if (looks) return; // a slow centre is not asked twice at a time
  looks = true;
  const answered = await refresh(PARTS);
  looks = false;
  setData(document.body, "live", answered ? "yes" : "no");
  render();
}

find("people").addEventListener("click", ({ target }) => {
  const row = target instanceof Element && target.matches("[data-pick]") ? target.closest("tr") : null;
  if (row) pick(row);
});
form?.addEventListener("submit", (event) => {
  event.preventDefault();
  void post(form, "/api/v1/orders").then((done) => {
    if (done === null) return;
    unpick();
    void look();
  });
});
const area = seek("name-them");
area?.append(revealing(area.dataset.label ?? "", async (asking, asker) => {
  const opened = /** @type {Centre.NamedInside | null} */ (await post(asking, "/api/v1/reveal/inside", asker));
  if (opened === null) return null;
  for (const one of opened.people) names.set(one.person_ref, [one.name, one.phone].filter(Boolean).join(" · "));
  render();
  return [word("inside.named", { n: opened.people.length })];
}));
filter.addEventListener("input", render);
void look();
setInterval(() => void look(), LOOK_MS);
