// Opens the box in this page with the password, here alone: it sends nothing.
"use strict";

/** @typedef {{ format: string, salt: string, iterations: number, nonce: string, text: string }} Box */
/** @typedef {{ title: string, name: string, lines: string[], patient: { title: string, rows: string[][] }, list: string, head: string[], rows: string[][], xlsx: string }} Opened */

/** @param {string} id */
const at = (id) => /** @type {HTMLElement} */ (document.getElementById(id));
/** @param {string} text */
const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
const box = /** @type {Box} */ (JSON.parse(at("box").textContent ?? ""));

/** @param {string} password */
async function opened(password) {
  const plain = new TextEncoder().encode(password.toUpperCase().replace(/[^A-Z0-9]/g, ""));
  const secret = await crypto.subtle.importKey("raw", plain, "PBKDF2", false, ["deriveKey"]);
  const by = { name: "PBKDF2", hash: "SHA-256", salt: bytes(box.salt), iterations: box.iterations };
  const key = await crypto.subtle.deriveKey(by, secret, { name: "AES-GCM", length: 256 }, false, ["decrypt"]);
  const how = { name: "AES-GCM", iv: bytes(box.nonce), additionalData: new TextEncoder().encode(box.format) };
  return /** @type {Opened} */ (JSON.parse(new TextDecoder().decode(await crypto.subtle.decrypt(how, key, bytes(box.text)))));
}

/**
 * @param {HTMLTableRowElement} row
 * @param {"th" | "td"} tag
 * @param {string[]} cells
 */
function line(row, tag, cells) {
  for (const cell of cells) row.append(Object.assign(document.createElement(tag), { textContent: cell }));
}

/** @param {Opened} told */
function show(told) {
  const table = /** @type {HTMLTableElement} */ (at("table"));
  const save = /** @type {HTMLAnchorElement} */ (at("save"));
  at("title").textContent = told.title;
  document.title = told.title;
  for (const text of told.lines) at("lines").append(Object.assign(document.createElement("li"), { textContent: text }));
  at("patient-title").textContent = told.patient.title;
  at("list").textContent = told.list;
  const patient = /** @type {HTMLTableSectionElement} */ (at("patient").querySelector("tbody"));
  for (const [label, text] of told.patient.rows) {
    const row = patient.insertRow();
    line(row, "th", [label ?? ""]);
    line(row, "td", [text ?? ""]);
  }
  line(table.createTHead().insertRow(), "th", told.head);
  for (const cells of told.rows) line(/** @type {HTMLTableSectionElement} */ (table.tBodies[0]).insertRow(), "td", cells);
  const type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
  save.href = URL.createObjectURL(new Blob([bytes(told.xlsx)], { type }));
  save.download = `${told.name}.xlsx`;
  at("lock").remove();
  at("headline").remove();
  at("opened").hidden = false;
}

/** @param {string} text */
function refuse(text) {
  at("fault").textContent = text;
  at("fault").hidden = false;
}

at("print").addEventListener("click", () => print());
at("lock").addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = /** @type {HTMLButtonElement} */ (document.querySelector("#lock button"));
  at("fault").hidden = true;
  button.disabled = true;
  try {
    show(await opened(/** @type {HTMLInputElement} */ (at("password")).value));
  } catch {
    refuse(at("fault").dataset.wrong ?? "");
  } finally {
    button.disabled = false;
  }
});
if (!globalThis.crypto?.subtle) refuse(at("fault").dataset.tooOld ?? "");
