// The settings of the policy: rows come and go, what was changed is sent by its path, and what is
// refused is told beside its field. The page is drawn from the policy's schema; nothing here knows one.
import { leave, post, zh } from "./forms.js";

const form = document.getElementById("settings");
const settings = [...form.querySelectorAll("fieldset.setting, div.setting[data-node]")];
const inside = (node) => [...node.querySelectorAll("[data-node]")].filter((one) => one.parentElement.closest("[data-node]") === node);
const rowsOf = (node) => [...node.querySelector("ol").children];
const inputOf = (node) => node.querySelector("input, select, textarea");

function read(node) {
  if (node.dataset.node === "rows") return rowsOf(node).map(read);
  if (node.dataset.node === "part") return Object.fromEntries(inside(node).map((one) => [one.dataset.name, read(one)]));
  const input = inputOf(node);
  return input.type === "checkbox" ? input.checked : input.value;
}

const text = (node) => JSON.stringify(read(node));
const before = new Map(settings.map((node) => [node, text(node)]));
const changed = () => settings.filter((node) => text(node) !== before.get(node));
const nameOf = (node) => (node.querySelector("legend") ?? node.querySelector("label span")).textContent;
const [status, bar] = [form.querySelector(".changed"), form.querySelector(".bar")];

function tellChanged() {
  const now = changed();
  for (const node of settings) node.classList.toggle("new", now.includes(node));
  const told = now.length ? status.dataset.some.replace("{count}", now.length) : status.dataset.none;
  status.textContent = now.length ? `${told}: ${now.map(nameOf).join(zh ? "、" : ", ")}` : told;
  bar.firstElementChild.textContent = told;
  bar.hidden = !now.length;
}

// What a row's faults and the list's are told in; made when needed, read with the field.
let faults = 0;
function tellFault(path, words) {
  const node = settings.find(({ dataset: { setting } }) => path === setting || path.startsWith(`${setting}.`));
  if (!node) return;
  let place = node;
  for (const step of path.slice(node.dataset.setting.length + 1).split(".").filter(Boolean))
    place = (place.dataset.node === "rows" ? rowsOf(place)[step] : inside(place).find((one) => one.dataset.name === step)) ?? place;
  const field = place.dataset.node === "value" ? inputOf(place) : (place.querySelector(":scope > [data-add]") ?? inputOf(place));
  const told = Object.assign(document.createElement("p"), { className: "wrong", id: `wrong-${++faults}`, textContent: words });
  place.append(told);
  field.setAttribute("aria-invalid", "true");
  field.dataset.hint ??= field.getAttribute("aria-describedby") ?? "";
  field.setAttribute("aria-describedby", `${told.id} ${field.dataset.hint}`.trim());
  node.closest("details").open = true;
  return field;
}
function forget() {
  for (const told of form.querySelectorAll(".wrong")) told.remove();
  for (const field of form.querySelectorAll("[aria-invalid]")) {
    field.removeAttribute("aria-invalid");
    field.setAttribute("aria-describedby", field.dataset.hint);
  }
}
form.addEventListener("refused", ({ detail }) => {
  const places = (detail.fields ?? []).map(({ path, text: words }) => tellFault(path, words)).filter(Boolean);
  const first = settings.flatMap((node) => [...node.querySelectorAll("[aria-invalid]")])[0];
  if (places.length) show(first);
});
function show(field) {
  const hidden = field.closest("[hidden]");
  if (hidden) search("");
  field.scrollIntoView({ block: "center" });
  field.focus({ preventScroll: true });
}

let sending = false;
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  forget();
  const typed = Object.fromEntries(changed().map((node) => [node.dataset.setting, read(node)]));
  const { base, by, why, valid_from: from } = form.elements;
  const body = { by: by.value, why: why.value, base: Number(base.value), valid_from: from.value, settings: typed };
  const done = await post(form, form.dataset.settings, JSON.stringify(body));
  if (!done) return;
  sending = true;
  leave(done);
});
addEventListener("beforeunload", (event) => {
  if (!sending && changed().length) event.preventDefault();
});

form.addEventListener("input", tellChanged);
form.addEventListener("click", ({ target }) => {
  const button = target.closest("button[type=button]");
  if (!button) return;
  const row = button.closest("li");
  if ("add" in button.dataset) {
    const list = button.parentElement.querySelector(":scope > ol");
    list.append(button.parentElement.querySelector(":scope > template").content.cloneNode(true));
    inputOf(list.lastElementChild)?.focus();
  } else if ("remove" in button.dataset) {
    const next = row.nextElementSibling ?? row.previousElementSibling;
    const add = row.parentElement.parentElement.querySelector(":scope > [data-add]");
    row.remove();
    (next?.querySelector(":scope > .tools [data-remove]") ?? add).focus();
  } else if (row.previousElementSibling) {
    row.previousElementSibling.before(row);
    button.focus();
  }
  tellChanged();
});
// Enter in a field is no wish to publish: that is a button of its own, beside the reason.
form.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target.matches(".group input")) event.preventDefault();
});

const find = document.getElementById("find");
function search(wanted) {
  find.value = wanted;
  for (const group of form.querySelectorAll(".group")) {
    const fields = [...group.querySelectorAll(".setting")];
    for (const field of fields) field.hidden = !field.textContent.toLowerCase().includes(wanted.toLowerCase());
    group.hidden = fields.every((field) => field.hidden);
    group.open = wanted ? !group.hidden : group.querySelector(".new, .wrong") !== null;
  }
}
find.addEventListener("input", () => search(find.value.trim()));
find.addEventListener("keydown", (event) => {
  if (event.key === "Enter") event.preventDefault();
});
function jump() {
  const group = document.getElementById(location.hash.slice(1));
  if (group?.matches(".group")) group.open = true;
}
addEventListener("hashchange", jump);
jump();
tellChanged();
