// Sends a form as JSON, and shows what the centre answered: a new place, or what it expected.

import { make } from "./shared/page.js";
import { request } from "./shared/request.js";
import { hasWord, word } from "./shared/words.js";
import { placed, token } from "./reader.js";

const WITHIN_MS = 60_000; // a sheet of thousands, or a report over a year

/** @typedef {import("./shared/request.js").Refusal["error"] & { faults?: string[], fields?: { path: string, text: string }[] }} Refused */

/**
 * Say in a form why it was not taken; null: no answer came.
 * @param {HTMLFormElement} form
 * @param {{ error: Refused } | null} told
 */
export function refuse(form, told) {
  if (told === null) {
    say(form, word("form_answer.none"));
    return;
  }
  const { error } = told;
  const key = `centre_refused.${error.code}`;
  const { code, expected, got } = error;
  const text = hasWord(key) ? word(key) : word(code === "invalid" ? "form_answer.invalid" : "form_answer.other", { expected, got });
  const link = code === "sign_on" ? make("a", { href: placed("/sign-on") }, word("nav.sign_on")) : null;
  say(form, ...(error.faults ?? [text]).map((line) => make("span", {}, line)), ...(link ? [link] : []));
  const field = expected.startsWith(`${code}: `) ? form.elements.namedItem(code) : null; // a code may name its field
  if (field instanceof HTMLElement) {
    field.setAttribute("aria-invalid", "true");
    field.focus();
  }
  form.dispatchEvent(new CustomEvent("refused", { detail: error }));
}

/**
 * @param {HTMLFormElement} form
 * @param {...(string | Node)} parts
 */
function say(form, ...parts) {
  const fault = /** @type {HTMLElement | null} */ (form.querySelector(".fault"));
  if (fault === null) return;
  fault.replaceChildren(...parts);
  fault.hidden = false;
}

/** @typedef {HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement} Field */

/**
 * What a form holds, as the interface takes it.
 * @param {HTMLFormElement} form
 */
export function valuesOf(form) {
  /** @type {Record<string, string | number | boolean | null>} */
  const values = {};
  for (const field of /** @type {Iterable<Field>} */ (form.querySelectorAll("input, select, textarea"))) {
    if (!field.name || field.disabled) continue;
    if (field instanceof HTMLInputElement && field.type === "checkbox") values[field.name] = field.checked;
    else if (field.type === "number" || "number" in field.dataset) values[field.name] = field.value === "" ? null : Number(field.value);
    else if (!(field instanceof HTMLInputElement && field.type === "radio" && !field.checked)) values[field.name] = field.value;
  }
  return values;
}

/** @param {Element} field */
function isWritten(field) {
  if (field instanceof HTMLSelectElement) return field.selectedIndex !== Math.max(0, [...field.options].findIndex((one) => one.defaultSelected));
  if (field instanceof HTMLTextAreaElement) return field.value !== field.defaultValue;
  if (!(field instanceof HTMLInputElement)) return false;
  return ["checkbox", "radio"].includes(field.type) ? field.checked !== field.defaultChecked : field.value !== field.defaultValue;
}

/**
 * Whether somebody writes on this page, or stands in a field: then nothing is taken away. It asks the
 * fields themselves: what was typed before this script ran counts, too.
 */
export const isWriting = () => [...document.forms].some((form) => form.contains(document.activeElement) || [...form.elements].some(isWritten));

/**
 * Send a form; returns what the centre told, or null once it was refused and said so.
 * @param {HTMLFormElement} form
 * @param {string} path
 * @param {object} [body]
 */
export async function post(form, path, body = valuesOf(form)) {
  const fault = /** @type {HTMLElement | null} */ (form.querySelector(".fault"));
  const button = /** @type {HTMLButtonElement | null} */ (form.querySelector("button:not([type=button])"));
  if (fault) fault.hidden = true;
  for (const field of form.elements) field.removeAttribute("aria-invalid");
  if (button) button.disabled = true;
  const answer = await request(path, { body, headers: token(), withinMs: WITHIN_MS });
  if (button) button.disabled = false;
  if (!answer.ok) refuse(form, answer.told);
  return answer.ok ? /** @type {object} */ (answer.told) : null;
}

/**
 * Go to where the centre shows what was done.
 * @param {Partial<Centre.Done>} done
 */
export const leave = ({ location: path }) => location.assign(placed(path ?? location.href));

/**
 * @param {HTMLFormElement} form
 * @param {string} path
 */
async function send(form, path) {
  const done = /** @type {Partial<Centre.Done & Centre.Key> | null} */ (await post(form, path));
  if (done?.key) say(form, word("form_answer.key", { key: done.key }));
  else if (done) leave(form.dataset.then ? { location: form.dataset.then } : done);
}

for (const form of /** @type {Iterable<HTMLFormElement>} */ (document.querySelectorAll("form[data-post]"))) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void send(form, form.dataset.post ?? "");
  });
}
const printing = document.querySelectorAll("[data-print]");
for (const button of printing) button.addEventListener("click", () => print());
if (printing.length && location.hash === "#print") addEventListener("load", () => print());
