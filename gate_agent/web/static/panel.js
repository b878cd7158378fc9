// One thing asked at a time, over the right side: a choice of big buttons, or a number to type.

import { button, find, make, setText } from "./page.js";
import { keypad } from "./keypad.js";
import { word } from "./words.js";

let open = null; // {about, keys: Map(key → press)}

/** What the open panel is about, or null: the panel closes itself when that is gone. */
export const panelAbout = () => open?.about ?? null;

/** Ask for one of `choices` [{label, kind, press}]; `groups` of them have a heading each. */
export function ask(about, title, groups) {
  const keys = new Map();
  const parts = [];
  let number = 0;
  for (const { heading, choices } of groups) {
    if (heading) parts.push(make("h3", {}, heading));
    const row = make("div", { class: "choices" });
    for (const { label, kind, press } of choices) {
      number += 1;
      const key = String(number);
      const act = () => { closePanel(); press(); };
      keys.set(key, act);
      row.append(button(label, { key, kind, press: act }));
    }
    parts.push(row);
  }
  showPanel(about, title, keys, parts);
}

/** Ask for a temperature of the contact thermometer; `done(centi)` gets hundredths of °C. */
export function askTemperature(about, done) {
  let digits = "";
  const field = make("output", { class: "field", id: "contact" });
  const draw = () => setText(field, `${shape(digits)} ℃`);
  const type = (digit) => { if (digits.length < 4) digits += digit; draw(); };
  const erase = () => { digits = digits.slice(0, -1); draw(); };
  const enter = () => {
    const centi = Number(digits.padEnd(4, "0"));
    if (digits.length < 3 || centi < 2500 || centi > 4500) {
      field.dataset.bad = "yes";
      setText(hint, word("contact_bad"));
      return;
    }
    closePanel();
    done(centi);
  };
  const hint = make("p", { class: "hint" }, word("contact_bad"));
  const keys = new Map([["Backspace", erase], ["Enter", enter]]);
  for (const digit of "0123456789") keys.set(digit, () => type(digit));
  draw();
  const confirm = button(word("confirm"), { key: "Enter", kind: "go tall", press: enter });
  confirm.id = "contact-confirm";
  showPanel(about, word("contact_title"), keys, [
    field,
    make("div", { class: "typing" }, keypad({ type, erase, clear: () => { digits = ""; draw(); } }), make("div", { class: "beside" }, hint, confirm)),
  ]);
}

/** 3, 37, 37.4, 37.42 as it is typed: the point sets itself. */
function shape(digits) {
  const text = digits.padEnd(3, "_");
  return `${text.slice(0, 2)}.${text.slice(2)}`;
}

/** Show `parts` over the right side; `keys` maps a key to what it does. */
export function showPanel(about, title, keys, parts) {
  const panel = find("panel");
  const back = button(word("back"), { kind: "quiet", press: closePanel });
  keys.set("Escape", closePanel);
  open = { about, keys };
  panel.setAttribute("aria-label", title);
  panel.replaceChildren(make("header", {}, make("h2", {}, title), back), ...parts);
  panel.hidden = false;
  panel.scrollIntoView({ block: "nearest" });
  document.body.dataset.panel = "open";
}

export function closePanel() {
  open = null;
  find("panel").hidden = true;
  find("panel").replaceChildren();
  document.body.dataset.panel = "closed";
}

/** Take a key; returns whether it was for the panel. */
export function panelKey(key) {
  const press = open?.keys.get(key);
  press?.();
  return press !== undefined;
}
