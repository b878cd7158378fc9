// Many contacts at once: who is chosen, what may be said of them all, and what was said meanwhile.

import { make, seek, setText } from "./shared/page.js";
import { word } from "./shared/words.js";
import { leave, post, valuesOf } from "./forms.js";
import { choose, boxes, chosen, enable, picking } from "./picking.js";
import { revealing } from "./reveal.js";

/** @typedef {{ person_ref: string, number: number, state: string, by: string }} Meanwhile */

const [judging, following] = ["judge", "follow"].map((id) => /** @type {HTMLFormElement | null} */ (seek(id)));
const states = /** @type {HTMLSelectElement | null} */ (judging?.querySelector("[name=state]") ?? null);

const room = matchMedia("(min-width: 60rem)");
for (const form of [judging, following]) { // on a telephone one at a time, where there are two
  form?.closest("details")?.toggleAttribute("open", room.matches || form === judging || !judging);
}

/**
 * Offer what may be said of each of those who are chosen.
 * @param {HTMLInputElement[]} those
 */
function offer(those) {
  const nexts = those.map((box) => (box.dataset.next ?? "").split(" "));
  const options = states ? [...states.options] : [];
  for (const option of options) {
    option.disabled = option.hidden = !nexts.every((next) => next.includes(option.value));
  }
  const allowed = options.filter((option) => !option.disabled);
  if (states && states.selectedOptions[0]?.disabled !== false && allowed[0]) states.value = allowed[0].value;
  enable(judging ?? null, those.length > 0 && allowed.length > 0);
  enable(following ?? null, those.length > 0 && those.every((box) => "observed" in box.dataset));
}

for (const [selector, rows] of /** @type {const} */ ([["[data-pick-state]", "[data-state=proposed]"], ["[data-pick-due]", "[data-due]"]])) {
  document.querySelector(selector)?.addEventListener("click", () => choose(boxes().filter((box) => box.closest(rows)), true));
}

judging?.addEventListener("submit", (event) => {
  event.preventDefault();
  const people = chosen().map((box) => ({ person_ref: box.dataset.pick ?? "", seen: Number(box.dataset.seen) }));
  void post(judging, judging.dataset.judge ?? "", { ...valuesOf(judging), people }).then((done) => done && leave(done));
});
judging?.addEventListener("refused", (event) => {
  const { people = [] } = /** @type {{ people?: Meanwhile[] }} */ (/** @type {CustomEvent} */ (event).detail);
  const lines = people.map((one) => word("contacts.meanwhile", { n: one.number, state: word(`contact_state.${one.state}`), by: one.by || "–" }));
  judging.querySelector(".fault")?.append(...lines.map((line) => make("span", {}, line)));
  for (const one of people) document.querySelector(`tr[data-ref="${CSS.escape(one.person_ref)}"]`)?.classList.add("changed");
});
following?.addEventListener("submit", (event) => {
  event.preventDefault();
  const people = chosen().map((box) => {
    const [gate, hold] = (box.dataset.case ?? "").split("/");
    return { gate, hold_id: hold, person_ref: box.dataset.pick };
  });
  void post(following, "/contacts/follow", { ...valuesOf(following), people }).then((done) => done && leave({ location: following.dataset.then ?? "" }));
});

const area = seek("name-contacts");
const path = seek("contacts")?.dataset.case ?? "";
area?.append(revealing(area.dataset.label ?? "", async (asking, asker) => {
  const opened = /** @type {Centre.NamedInside | null} */ (await post(asking, `/contacts/${path}/names`, asker));
  if (opened === null) return null;
  for (const one of opened.people) {
    const cell = document.querySelector(`tr[data-ref="${CSS.escape(one.person_ref)}"] .name`);
    if (cell) setText(cell, [one.name, one.phone].filter(Boolean).join(" · "));
  }
  return [word("inside.named", { n: opened.people.length })];
}));
addEventListener("beforeprint", () => {
  for (const folded of document.querySelectorAll("details:not([open])")) folded.setAttribute("open", "");
});
picking(offer);
