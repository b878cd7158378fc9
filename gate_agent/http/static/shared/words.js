// Words by their key, in the language of the page; every text stands in one table (words.toml).

import { TABLES } from "./table.js"; // {zh: {key: text}, en: {…}}: made of the table by the server

const language = () => (document.documentElement.lang === "en" ? "en" : "zh");

/** @typedef {Record<string, string | number>} Values what fills the {blanks} of a text */

/**
 * The text of `key`, with {blanks} filled from `values`. What nobody gave a word, such as a code
 * of a newer version, reads as that code.
 * @param {string} key
 * @param {Values} [values]
 */
export const word = (key, values = {}) => wordIn(language(), key, values);

/**
 * The same in a language of one's own.
 * @param {"zh" | "en"} spoken
 * @param {string} key
 * @param {Values} [values]
 */
export function wordIn(spoken, key, values = {}) {
  const text = TABLES[spoken][key] ?? key.slice(key.indexOf(".") + 1);
  return text.replace(/\{(\w+)\}/g, (_, /** @type {string} */ name) => String(values[name] ?? ""));
}

/**
 * Names in a row, with what stands between them in the language of the page.
 * @param {string[]} names
 */
export const joined = (names) => names.join(word("between.names"));

/**
 * Whether there is a word for `key`.
 * @param {string} key
 */
export const hasWord = (key) => key in TABLES.zh;

/**
 * The names below `section`, in the table's order: keysOf("symptom") → ["fever", …].
 * @param {string} section
 */
export const keysOf = (section) => Object.keys(TABLES.zh).filter((key) => key.startsWith(`${section}.`)).map((key) => key.slice(section.length + 1));

/**
 * A text in both languages at once: [中文, English].
 * @param {string} key
 * @returns {[string, string]}
 */
export const inBoth = (key) => [TABLES.zh[key] ?? "", TABLES.en[key] ?? ""];

/**
 * What is recorded for a choice: the Chinese term, whatever the screen shows.
 * @param {string} key
 */
export const recorded = (key) => TABLES.zh[key] ?? key;
