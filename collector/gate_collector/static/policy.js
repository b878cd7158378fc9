// The settings of the policy: rows come and go, what was changed is sent by its path, and what is
// refused is told beside its field. The page is drawn from the policy's schema; nothing here knows one.

import { leave, post } from "./forms.js";
import { joined } from "./shared/words.js";

/** @typedef {import("./forms.js").Field} Field */

/**
 * @param {ParentNode} node
 * @param {string} selector
 */
const all = (node, selector) => /** @type {HTMLElement[]} */ ([...node.querySelectorAll(selector)]);

/**
 * @param {ParentNode} node
 * @param {string} selector
 */
const one = (node, selector) => /** @type {HTMLElement | null} */ (node.querySelector(selector));

/** @param {HTMLElement} node */
const inside = (node) => all(node, "[data-node]").filter((part) => part.parentElement?.closest("[data-node]") === node);
/** @param {HTMLElement} node */
const rowsOf = (node) => /** @type {HTMLElement[]} */ ([...(node.querySelector("ol")?.children ?? [])]);
/** @param {Element | null} node */
const inputOf = (node) => /** @type {Field | null} */ (node?.querySelector("input, select, textarea") ?? null);

/**
 * What a node holds, as it was typed: text, a tick, rows, or parts by their name.
 * @param {HTMLElement} node
 * @returns {unknown}
 */
function read(node) {
  if (node.dataset.node === "rows") return rowsOf(node).map(read);
  if (node.dataset.node === "part") return Object.fromEntries(inside(node).map((part) => [part.dataset.name ?? "", read(part)]));
  const input = inputOf(node);
  if (input instanceof HTMLInputElement && input.type === "checkbox") return input.checked;
  return input?.value ?? "";
}

/** @param {HTMLElement} node */
const text = (node) => JSON.stringify(read(node));
/** @param {HTMLElement} node */
const nameOf = (node) => (node.querySelector("legend") ?? node.querySelector("label span"))?.textContent ?? "";

/** @param {HTMLFormElement} form */
const settingsOf = (form) => all(form, "fieldset.setting, div.setting[data-node]");

/**
 * What each setting holds as the page was served, whatever was typed before this script was there.
 * @param {HTMLFormElement} form
 */
function served(form) {
  const untouched = /** @type {HTMLFormElement} */ (form.cloneNode(true));
  untouched.reset();
  return settingsOf(untouched).map(text);
}

/** @param {HTMLFormElement} form */
function wire(form) {
  const settings = settingsOf(form);
  const held = served(form);
  const before = new Map(settings.map((node, at) => [node, held[at]]));
  const changed = () => settings.filter((node) => text(node) !== before.get(node));
  const [status, bar] = [one(form, ".changed"), one(form, ".bar")];
  const finder = /** @type {HTMLInputElement | null} */ (document.getElementById("find"));
  let faults = 0;
  let sending = false;

  function tellChanged() {
    const now = changed();
    for (const node of settings) node.classList.toggle("new", now.includes(node));
    if (status === null || bar === null) return;
    const summary = now.length ? (status.dataset.some ?? "").replace("{count}", String(now.length)) : status.dataset.none ?? "";
    status.textContent = now.length ? `${summary}: ${joined(now.map(nameOf))}` : summary;
    if (bar.firstElementChild) bar.firstElementChild.textContent = summary;
    bar.hidden = !now.length;
  }

  /**
   * What a row's faults and the list's are told in; made when needed, read with the field.
   * @param {string} path
   * @param {string} words
   */
  function tellFault(path, words) {
    const node = settings.find(({ dataset: { setting = "" } }) => path === setting || path.startsWith(`${setting}.`));
    if (!node) return;
    let place = node;
    for (const step of path.slice((node.dataset.setting ?? "").length + 1).split(".").filter(Boolean)) {
      const next = place.dataset.node === "rows" ? rowsOf(place)[Number(step)] : inside(place).find((part) => part.dataset.name === step);
      place = next ?? place;
    }
    const field = (place.dataset.node === "value" ? null : one(place, ":scope > [data-add]")) ?? inputOf(place);
    if (field === null) return;
    faults += 1;
    const line = Object.assign(document.createElement("p"), { className: "wrong", id: `wrong-${faults}`, textContent: words });
    place.append(line);
    field.setAttribute("aria-invalid", "true");
    field.dataset.hint ??= field.getAttribute("aria-describedby") ?? "";
    field.setAttribute("aria-describedby", `${line.id} ${field.dataset.hint}`.trim());
    const group = node.closest("details");
    if (group) group.open = true;
  }

  function forget() {
    for (const line of all(form, ".wrong")) line.remove();
    for (const field of all(form, "[aria-invalid]")) {
      field.removeAttribute("aria-invalid");
      field.setAttribute("aria-describedby", field.dataset.hint ?? "");
    }
  }

  /** @param {string} wanted */
  function search(wanted) {
    if (finder) finder.value = wanted;
    for (const group of /** @type {HTMLDetailsElement[]} */ (all(form, ".group"))) {
      const fields = all(group, ".setting");
      for (const field of fields) field.hidden = !field.textContent?.toLowerCase().includes(wanted.toLowerCase());
      group.hidden = fields.every((field) => field.hidden);
      group.open = wanted ? !group.hidden : group.querySelector(".new, .wrong") !== null;
    }
  }

  async function send() {
    forget();
    const typed = Object.fromEntries(changed().map((node) => [node.dataset.setting ?? "", read(node)]));
    /** @param {string} name */
    const given = (name) => /** @type {HTMLInputElement | null} */ (form.elements.namedItem(name))?.value ?? "";
    const body = { by: given("by"), why: given("why"), base: Number(given("base")), in_force: Number(given("in_force")), valid_from: given("valid_from"), settings: typed };
    const done = /** @type {Centre.Done | null} */ (await post(form, form.dataset.settings ?? "", body));
    if (done === null) return;
    sending = true;
    leave(done);
  }

  /** @param {HTMLElement} button */
  function press(button) {
    const row = button.closest("li");
    if ("add" in button.dataset) {
      const list = button.parentElement && one(button.parentElement, ":scope > ol");
      const template = /** @type {HTMLTemplateElement | null} */ (button.parentElement?.querySelector(":scope > template") ?? null);
      if (list && template) list.append(template.content.cloneNode(true));
      inputOf(list?.lastElementChild ?? null)?.focus();
    } else if (row && "remove" in button.dataset) {
      const next = row.nextElementSibling ?? row.previousElementSibling;
      const rows = row.parentElement?.parentElement;
      row.remove();
      ((next && one(next, ":scope > .tools [data-remove]")) ?? (rows && one(rows, ":scope > [data-add]")))?.focus();
    } else if (row?.previousElementSibling) {
      row.previousElementSibling.before(row);
      button.focus();
    }
    tellChanged();
  }

  form.addEventListener("refused", (event) => {
    const { fields = [] } = /** @type {CustomEvent<import("./forms.js").Refused>} */ (event).detail;
    for (const { path, text: words } of fields) tellFault(path, words);
    const [first] = settings.flatMap((node) => all(node, "[aria-invalid]"));
    if (!first) return;
    if (first.closest("[hidden]")) search("");
    first.scrollIntoView({ block: "center" });
    first.focus({ preventScroll: true });
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void send();
  });
  addEventListener("beforeunload", (event) => {
    if (!sending && changed().length) event.preventDefault();
  });
  form.addEventListener("input", tellChanged);
  form.addEventListener("click", ({ target }) => {
    const button = target instanceof Element ? /** @type {HTMLElement | null} */ (target.closest("button[type=button]")) : null;
    if (button) press(button);
  });
  // Enter in a field is no wish to publish: that is a button of its own, beside the reason.
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target instanceof Element && event.target.matches(".group input")) event.preventDefault();
  });
  finder?.addEventListener("input", () => search(finder.value.trim()));
  finder?.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
  tellChanged();
}

function jump() {
  const group = document.getElementById(location.hash.slice(1));
  if (group instanceof HTMLDetailsElement && group.matches(".group")) group.open = true;
}

const form = /** @type {HTMLFormElement | null} */ (document.getElementById("settings"));
if (form) wire(form);
addEventListener("hashchange", jump);
jump();
