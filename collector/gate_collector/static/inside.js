// Who is inside now (在馆人员), kept fresh; their names where a role may see them; who falls ill there.

import { find, make, setData, setText } from "./shared/page.js";
import { request } from "./shared/request.js";
import { word } from "./shared/words.js";
import { post } from "./forms.js";
import { local, placed } from "./reader.js";
import { revealing } from "./reveal.js";

const LOOK_MS = 2000;
/** @type {Map<string, string>} by reference: who that is, once somebody may know */
const names = new Map();
const table = find("people");
const form = /** @type {HTMLFormElement | null} */ (document.getElementById("found"));
const filter = /** @type {HTMLInputElement} */ (find("filter"));
/** @type {Centre.HallInside | null} */
let told = null;

function render() {
  if (told === null) return;
  const wanted = filter.value.trim().toLowerCase();
  const shown = told.people.filter((one) => `${one.person_ref} ${names.get(one.person_ref) ?? ""} ${one.name}`.toLowerCase().includes(wanted));
  const unnamed = told.unnamed_left ? ` ${word("inside.unnamed", { n: told.unnamed_left })}` : "";
  setText(find("count"), word("inside.count", { n: told.count }) + unnamed);
  table.querySelector("tbody")?.replaceChildren(...(shown.length ? shown.map(row) : [make("tr", {}, make("td", { colspan: 7, class: "none" }, word("inside.nobody")))]));
}

/** @param {Centre.InsideLine} one */
function row(one) {
  const cells = [make("code", {}, one.person_ref.slice(0, 8)), names.get(one.person_ref) ?? "", word(`category.${one.category}`), one.name, local(one.entered), String(Math.floor(one.inside_s / 60))];
  const choose = make("button", { type: "button" }, word("reason.found_inside"));
  choose.addEventListener("click", () => pick(one));
  return make("tr", {}, ...cells.map((cell) => make("td", {}, cell)), make("td", {}, "finds" in table.dataset ? choose : ""));
}

/** @param {string} name */
const field = (name) => /** @type {HTMLInputElement | HTMLSelectElement} */ (form?.elements.namedItem(name));

/**
 * This is who fell ill: their own door's guard is asked, unless another is chosen.
 * @param {Centre.InsideLine} one
 */
function pick(one) {
  field("who").value = one.person_ref;
  field("gate").value = one.gate;
  field("place").scrollIntoView({ block: "center" });
  field("place").focus();
}

/** @param {Centre.FoundOrderLine} one */
function order(one) {
  const why = one.refusal === null ? "" : word(`order_refusal.${one.refusal}`);
  const more = one.hold_id === null ? why : make("a", { href: placed(`/contacts/${one.gate}/${one.hold_id}`) }, word("nav.contacts"));
  const cells = [local(one.made), one.name, word(`hall_place.${one.place}`), make("code", {}, one.person_ref?.slice(0, 8) ?? "—"), one.by];
  return make("tr", { "data-order": one.order_id, class: one.state === "done" ? null : "bad" },
    ...cells.map((cell) => make("td", {}, cell)),
    make("td", { "data-state": one.state }, word(`order_state.${one.state}`), " ", more));
}

let looks = false;

async function look() {
  if (looks) return; // a slow centre is not asked twice at a time
  looks = true;
  const [inside, orders] = await Promise.all([request("/api/v1/inside"), request("/api/v1/orders")]);
  looks = false;
  setData(document.body, "live", inside.ok && orders.ok ? "yes" : "no");
  if (inside.ok) {
    told = /** @type {Centre.HallInside} */ (inside.told);
    render();
  }
  if (orders.ok) find("orders").replaceChildren(.../** @type {Centre.FoundOrderLine[]} */ (orders.told).map(order));
}

form?.addEventListener("submit", (event) => {
  event.preventDefault();
  void post(form, "/api/v1/orders").then((done) => {
    if (done === null) return;
    field("who").value = "";
    void look();
  });
});
const area = document.getElementById("name-them");
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
