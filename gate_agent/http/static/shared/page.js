// Small touches on the page: make, change only what differs, shapes, figures in words.

/** A new element: make("button", {class: "big"}, "text", child…). No inline style, ever. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "onpress") element.addEventListener("click", value);
    else if (value !== undefined && value !== null) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

export const find = (id) => document.getElementById(id);

/** Set the text, if it is another one: an untouched button never loses a tap. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Set one data attribute, if it is another one. */
export function setData(element, name, value) {
  if (element.dataset[name] !== value) element.dataset[name] = value;
}

/** Build `element` anew only when `key` changed. Returns whether it did. */
export function rebuild(element, key, build) {
  if (element.dataset.key === key) return false;
  element.dataset.key = key;
  element.replaceChildren(...build().filter((child) => child !== null && child !== undefined));
  return true;
}

/** A button that says what it does and which key does it too. */
export function button(text, { key, kind = "", press, id } = {}) {
  const cap = key ? make("kbd", {}, key) : null;
  return make("button", { type: "button", class: kind, onpress: press, id }, make("span", {}, text), cap);
}

const SVG = "http://www.w3.org/2000/svg";
const LINE = { fill: "none", stroke: "currentColor", "stroke-width": 9, "stroke-linecap": "round", "stroke-linejoin": "round" };
const SHAPES = {
  check: [["circle", { cx: 50, cy: 50, r: 44 }], ["path", { d: "M28 52l16 16 30-36" }]],
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

/** The shape `name` as an SVG in the text's colour: no verdict stands by its colour alone. */
export function shape(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 100 100");
  svg.setAttribute("aria-hidden", "true");
  for (const [tag, attributes] of SHAPES[name] ?? []) {
    const part = document.createElementNS(SVG, tag);
    for (const [key, value] of Object.entries({ ...LINE, ...attributes })) part.setAttribute(key, value);
    svg.append(part);
  }
  return svg;
}

/** Hundredths of a degree as text, both digits: 3642 → 36.42 (never rounded to a verdict). */
export function degrees(centi) {
  const size = Math.abs(centi);
  return `${centi < 0 ? "−" : ""}${Math.trunc(size / 100)}.${String(size % 100).padStart(2, "0")}`;
}

/** Seconds as a guard reads them: 0:07, 9:58, 1:59:30. */
export function span(seconds) {
  const whole = Math.max(0, Math.ceil(seconds));
  const [h, m, s] = [Math.trunc(whole / 3600), Math.trunc(whole / 60) % 60, whole % 60];
  const two = (n) => String(n).padStart(2, "0");
  return h ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

const times = new Map();

/** A time of day at the gate: 14:51:07. */
export function clockText(date, zone) {
  if (!times.has(zone)) {
    times.set(zone, new Intl.DateTimeFormat("zh-CN", { timeZone: zone, hour12: false, hour: "2-digit", minute: "2-digit", second: "2-digit" }));
  }
  return times.get(zone).format(date);
}
