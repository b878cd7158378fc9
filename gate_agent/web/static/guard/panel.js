// One thing asked at a time, over the right side: a choice of big buttons, or what another module shows.

import { keep } from "./kept.js";
import { button, find, isShown, make } from "../shared/page.js";
import { word } from "../shared/words.js";

const DIGITS = 10;
const MANY = 6, MANY_IN_ALL = 9; // beyond it they are smaller, so that all are in view

/** @typedef {Map<string, () => void>} Keys what each key does */
/** @typedef {{ label: string, kind?: string, press: () => void }} Choice */

/** @type {{ about: string, keys: Keys } | null} */
let open = null;

/** What the open panel is about, or null: the panel closes itself when that is gone. */
export const panelAbout = () => open?.about ?? null;

/**
 * Ask for one of some choices; `groups` of them have a heading each.
 * @param {string} about
 * @param {string} title
 * @param {{ heading?: string, choices: Choice[] }[]} groups
 */
export function ask(about, title, groups) {
  /** @type {Keys} */
  const keys = new Map();
  const parts = [];
  let number = 0;
  const inAll = groups.reduce((sum, { choices }) => sum + choices.length, 0);
  for (const { heading, choices } of groups) {
    if (heading) parts.push(make("h3", {}, heading));
    const row = make("div", { class: "choices", "data-many": choices.length > MANY || inAll > MANY_IN_ALL ? "yes" : "no" });
    for (const { label, kind, press } of choices) {
      number += 1;
      const key = number <= DIGITS ? String(number % DIGITS) : null; // 1 to 9, then 0
      const act = () => { closePanel(); press(); };
      if (key !== null) keys.set(key, act);
      row.append(button(label, { key, kind, press: act }));
    }
    parts.push(row);
  }
  showPanel(about, title, keys, parts);
}

/**
 * Show `parts` over the right side; `foot` stays in view below them, however long they are.
 * @param {string} about
 * @param {string} title
 * @param {Keys} keys
 * @param {import("../shared/page.js").Child[]} parts
 * @param {import("../shared/page.js").Child[]} [foot]
 */
export function showPanel(about, title, keys, parts, foot = []) {
  const panel = find("panel");
  const back = button(word("screen.back"), { kind: "quiet", press: closePanel });
  keys.set("Escape", closePanel);
  open = { about, keys };
  panel.setAttribute("aria-label", title);
  panel.replaceChildren(
    make("header", {}, make("h2", {}, title), back),
    make("div", { class: "panel-body", "data-scrolls": "yes" }, ...parts.filter(isShown)),
    foot.some(isShown) ? make("footer", { class: "panel-foot" }, ...foot.filter(isShown)) : "",
  );
  panel.hidden = false;
  panel.scrollIntoView({ block: "nearest" });
  document.body.dataset.panel = "open";
  keep("panel", about);
}

/**
 * The button of a part of the page that is its next step; null where there is none, or one must choose:
 * nobody is noted as called by a key that took the first of several.
 * @param {HTMLElement} area
 */
export function goButton(area) {
  const all = /** @type {NodeListOf<HTMLButtonElement>} */ (area.querySelectorAll("button.go:not(:disabled)"));
  return all.length === 1 ? all[0] ?? null : null;
}

export function closePanel() {
  open = null;
  keep("panel", null);
  find("panel").hidden = true;
  find("panel").replaceChildren();
  document.body.dataset.panel = "closed";
}

/**
 * Take a key; returns whether it was for the panel.
 * @param {string} key
 */
export function panelKey(key) {
  const press = open?.keys.get(key);
  press?.();
  return press !== undefined;
}
