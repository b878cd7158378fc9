// Sends a sheet twice: to be told what it would change, and, once that was read, to be published.

import { leave, post, valuesOf } from "./forms.js";
import { joined, word } from "./shared/words.js";

const CHUNK = 32_768; // as many arguments as any browser takes

/**
 * Bytes in base64.
 * @param {Uint8Array} bytes
 */
export function encoded(bytes) {
  let binary = "";
  for (let at = 0; at < bytes.length; at += CHUNK) binary += String.fromCharCode(...bytes.subarray(at, at + CHUNK));
  return btoa(binary);
}

/** @param {HTMLFormElement} form */
function wire(form) {
  const [file, kind] = [
    /** @type {HTMLInputElement} */ (form.querySelector("[type=file]")), /** @type {HTMLSelectElement} */ (form.querySelector("[data-kind]")),
  ];
  const [look, button] = [
    /** @type {HTMLElement} */ (form.querySelector(".look")), /** @type {HTMLButtonElement} */ (form.querySelector("button")),
  ];
  let seen = "";

  function forget() {
    seen = "";
    look.hidden = true;
    button.textContent = button.dataset.look ?? "";
  }

  /** @param {Centre.SheetLook} told */
  function tell(told) {
    seen = told.seen;
    const lines = /** @type {Map<string, string | number | string[]>} */ (new Map(Object.entries(told)));
    for (const place of /** @type {Iterable<HTMLElement>} */ (look.querySelectorAll("[data-told]"))) {
      place.textContent = joined([lines.get(place.dataset.told ?? "") ?? ""].flat().map(String));
    }
    const back = Boolean(valuesOf(form).restore);
    for (const place of /** @type {Iterable<HTMLElement>} */ (look.querySelectorAll("[data-since]"))) {
      const [n, says] = [Number(lines.get(place.dataset.since ?? "")), /** @type {HTMLElement} */ (place.querySelector("dd"))];
      place.hidden = !n;
      says.textContent = word((back ? says.dataset.back : says.dataset.stays) ?? "", { n });
    }
    const ignored = /** @type {HTMLElement | null} */ (look.querySelector("[data-ignored]"));
    if (ignored) ignored.hidden = !told.ignored.length;
    look.hidden = false;
    button.textContent = button.dataset.issue ?? "";
    button.focus();
  }

  async function send() {
    const [chosen] = file.files ?? [];
    if (!chosen) return;
    const content = encoded(new Uint8Array(await chosen.arrayBuffer()));
    const body = { ...valuesOf(form), seen, content };
    const answer = /** @type {(Partial<Centre.SheetLooked & Centre.IssuedVersion>) | null} */ (await post(form, `/policy/sheets/${kind.value}`, body));
    if (answer?.look) tell(answer.look);
    else if (answer) leave(answer);
    else forget();
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void send();
  });
  form.addEventListener("change", (event) => {
    if (event.target instanceof Element && event.target.matches("[type=file], [data-kind], [name=replace]")) forget();
  });
}

const form = /** @type {HTMLFormElement | null} */ (document.querySelector("form[data-sheet]"));
if (form) wire(form);
