// Who reads this page: in which language, by which clock, in which session.

import { localText } from "./times.js";

export const isChinese = () => document.documentElement.dataset.lang === "zh";

/**
 * A time of the contract as the hall's clock shows it.
 * @param {string} utc
 */
export const local = (utc) => localText(utc, isChinese() ? "zh-CN" : "en-GB", document.documentElement.dataset.zone ?? "UTC");

/**
 * A place of the centre in the reader's language.
 * @param {string} path
 */
export function placed(path) {
  const place = new URL(path, location.href);
  if (!isChinese()) place.searchParams.set("lang", "en");
  return place.href;
}

/** What shows that a request is this page's own. */
export const token = () => ({ "X-CSRF": document.querySelector("meta[name=csrf]")?.getAttribute("content") ?? "" });
