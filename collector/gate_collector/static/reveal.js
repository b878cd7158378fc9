// A form that opens what doors sealed; each look is recorded, with who and why.

import { make } from "./shared/page.js";
import { word } from "./shared/words.js";
import { post } from "./forms.js";

/** @typedef {(asking: HTMLFormElement, asker: { by: string, why: string }) => Promise<string[] | null>} Opens null: refused, and said so */

/**
 * @param {string} label of the button
 * @param {Opens} open
 */
export function revealing(label, open) {
  const signed = document.querySelector(".who")?.getAttribute("data-name") ?? null; // an account's own name, and no other
  const by = make("input", { required: "", maxlength: 40, placeholder: word("column.by"), "aria-label": word("search.by"), value: signed, readonly: signed === null ? null : "" });
  const why = make("input", { required: "", minlength: 4, maxlength: 400, placeholder: word("column.reason"), "aria-label": word("search.why") });
  const shown = make("div");
  const fault = make("p", { class: "fault", role: "alert" });
  fault.hidden = true;
  const asking = make("form", {}, by, why, make("button", {}, label), fault, shown);
  asking.addEventListener("submit", (event) => {
    event.preventDefault();
    void open(asking, { by: by.value, why: why.value }).then((lines) => {
      if (lines !== null) shown.replaceChildren(...(lines.length ? lines : [word("search.nothing")]).map((line) => make("p", {}, line)));
    });
  });
  return asking;
}

/**
 * What opens the registrations of a person.
 * @param {string} ref
 * @returns {Opens}
 */
export const openedOf = (ref) => async (asking, asker) => {
  const opened = /** @type {Centre.Registrations | null} */ (await post(asking, "/api/v1/reveal", { person_ref: ref, ...asker }));
  return opened && opened.registrations.map(registered);
};

/** @param {Centre.Opened} one */
const registered = (one) => [one.name, one.number, one.phone, one.purpose, ...one.companions.map(({ name }) => word("search.with", { name }))]
  .filter(Boolean).join(" · ");

const sealed = document.getElementById("sealed-texts");
if (sealed) {
  const { gate = "", epoch = "", sequence = "" } = sealed.dataset;
  sealed.append(revealing(word("search.texts"), async (asking, asker) => {
    const told = /** @type {Centre.Texts | null} */ (await post(asking, "/api/v1/reveal/texts", { gate, epoch, sequence: Number(sequence), ...asker }));
    return told && Object.values(told.texts).flat();
  }));
}
