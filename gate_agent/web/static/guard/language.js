// The language of the guard screen: Chinese first, English by a switch, remembered on this screen.

import { word } from "../shared/words.js";

const KEY = "gate.language";
const LANGUAGES = { zh: "zh-CN", en: "en" };

/** @typedef {keyof typeof LANGUAGES} Language */

/** @returns {Language} */
function chosen() {
  const asked = new URLSearchParams(location.search).get("lang");
  if (asked === "zh" || asked === "en") localStorage.setItem(KEY, asked);
  return localStorage.getItem(KEY) === "en" ? "en" : "zh";
}

/** The other language, remembered on this screen. */
export function switchLanguage() {
  const other = document.documentElement.lang === "en" ? "zh" : "en";
  localStorage.setItem(KEY, other);
  show(other);
}

/** Take the language that was asked for or is remembered, and fill the fixed words of the page. */
export const applyLanguage = () => show(chosen());

/** @param {Language} language */
function show(language) {
  document.documentElement.lang = LANGUAGES[language];
  for (const element of document.querySelectorAll("[data-word]")) {
    element.textContent = word(element.getAttribute("data-word") ?? "");
  }
}
