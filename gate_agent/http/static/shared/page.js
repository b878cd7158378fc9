// Small touches on the page: make, change only what differs, shapes.

/**
 * What stands inside an element; null where there is nothing to show.
 * @typedef {string | Node | null | undefined} Child
 */

/** @typedef {Record<string, string | number | (() => void) | null | undefined>} Attributes */

/**
 * A new element: make("button", {class: "big"}, "text", child…). No inline style, ever.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Attributes} [attributes] `onpress` is what a tap does
 * @param {...Child} children
 */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener("click", value);
    else if (value !== undefined && value !== null) element.setAttribute(name, String(value));
  }
  element.append(...children.filter(isShown));
  return element;
}

/**
 * Whether there is something to show.
 * @param {Child} child
 * @returns {child is string | Node}
 */
export const isShown = (child) => child !== null && child !== undefined;

/**
 * The element of this id that may not be there.
 * @param {string} id
 */
export const seek = (id) => document.getElementById(id);

/**
 * The element of this id.
 * @param {string} id
 */
export function find(id) {
  const element = seek(id);
  if (element === null) throw new Error(`expected an element #${id}, got none`);
  return element;
}

/**
 * The button of this id.
 * @param {string} id
 */
export const findButton = (id) => /** @type {HTMLButtonElement} */ (find(id));

/**
 * What was typed into the field of this id.
 * @param {string} id
 */
export const typedIn = (id) => /** @type {HTMLInputElement} */ (find(id)).value.trim();

/**
 * Set the text, if it is another one: an untouched button never loses a tap.
 * @param {Node} element
 * @param {string} text
 */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * Set one data attribute, if it is another one.
 * @param {HTMLElement} element
 * @param {string} name
 * @param {string} value
 */
export function setData(element, name, value) {
  if (element.dataset[name] !== value) element.dataset[name] = value;
}

/**
 * Build `element` anew only when `key` changed. Returns whether it did. Whoever types in a field of
 * it goes on in the new one of the same id.
 * @param {HTMLElement} element
 * @param {string} key
 * @param {() => Child[]} build
 */
export function rebuild(element, key, build) {
  if (element.dataset.key === key) return false;
  element.dataset.key = key;
  const held = document.activeElement;
  const typing = held instanceof HTMLInputElement && held.id && element.contains(held) ? held : null;
  const caret = typing?.selectionStart ?? null;
  element.replaceChildren(...build().filter(isShown));
  const again = typing && element.querySelector(`#${CSS.escape(typing.id)}`);
  if (again instanceof HTMLInputElement) {
    again.focus({ preventScroll: true });
    if (caret !== null) again.setSelectionRange(caret, caret);
  }
  return true;
}

/**
 * A button that says what it does and which key does it too.
 * @param {string} text
 * @param {{ key?: string | null | undefined, kind?: string | undefined, press?: () => void, id?: string | undefined }} is
 */
export function button(text, { key, kind = "", press, id } = {}) {
  const cap = key ? make("kbd", {}, key) : null;
  return make("button", { type: "button", class: kind, onpress: press, id }, make("span", {}, text), cap);
}

/**
 * A field to type a line of text into; its hint stands in it while it is empty.
 * @param {string} id
 * @param {number} longest
 * @param {string} label
 * @param {string} hint
 */
export const textField = (id, longest, label, hint) => make("input", {
  id, class: "text", type: "text", autocomplete: "off", spellcheck: "false", maxlength: longest, "aria-label": label, placeholder: hint,
});

const SVG = "http://www.w3.org/2000/svg";
const LINE = { fill: "none", stroke: "currentColor", "stroke-width": 9, "stroke-linecap": "round", "stroke-linejoin": "round" };
/** @type {Record<string, [string, Attributes][]>} */
const SHAPES = {
  check: [["circle", { cx: 50, cy: 50, r: 44 }], ["path", { d: "M28 52l16 16 30-36" }]],
  ahead: [["path", { d: "M20 82L50 52l30 30M20 48L50 18l30 30" }]],
  noentry: [["circle", { cx: 50, cy: 50, r: 44 }], ["path", { d: "M26 50h48", "stroke-width": 16 }]],
  again: [["path", { d: "M82 50a32 32 0 1 1-10-23" }], ["path", { d: "M74 8v22H52" }]],
  stop: [["path", { d: "M33 6h34l27 27v34L67 94H33L6 67V33z" }], ["path", { d: "M50 26v30", "stroke-width": 12 }], ["path", { d: "M50 74v.5", "stroke-width": 13 }]],
  card: [["rect", { x: 6, y: 20, width: 88, height: 60, rx: 8 }], ["circle", { cx: 31, cy: 44, r: 9 }], ["path", { d: "M19 66q12-14 24 0M56 42h24M56 60h24" }]],
  thermometer: [["path", { d: "M38 60V18a12 12 0 0 1 24 0v42a20 20 0 1 1-24 0z" }], ["path", { d: "M50 36v40", "stroke-width": 11 }]],
  pencil: [["path", { d: "M12 88l6-24L66 16l18 18-48 48z" }], ["path", { d: "M56 26l18 18" }]],
  hourglass: [["path", { d: "M22 8h56M22 92h56M30 8c0 30 40 54 40 84M70 8c0 30-40 54-40 84" }]],
  person: [["circle", { cx: 50, cy: 28, r: 18 }], ["path", { d: "M14 90c4-50 68-50 72 0" }]],
  plug: [["path", { d: "M12 88l22-22M34 44l22 22q-14 14-28 6-10-12 6-28zM50 38l12-12M62 50l12-12M66 12l22 22q-6 16-16 16" }]],
};

/**
 * The shape `name` as an SVG in the text's colour: no verdict stands by its colour alone.
 * @param {string} name
 */
export function shape(name) {
  const parts = (SHAPES[name] ?? []).map(([tag, attributes]) => draw(tag, { ...LINE, ...attributes }));
  return draw("svg", { viewBox: "0 0 100 100", "aria-hidden": "true" }, ...parts);
}

/**
 * A new element of a drawing.
 * @param {string} tag
 * @param {Attributes} attributes
 * @param {...(string | Node)} children
 */
export function draw(tag, attributes, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  element.append(...children);
  return element;
}
