// Who reads this page: in which language, by which clock, in which session.

import { spoken } from "./times.js";

export const isChinese = () => document.documentElement.dataset.lang === "zh";

/**
 * A time of the contract on the hall's clock, as people say it.
 * @param {string} utc
 */
export const local = (utc) => spoken(utc, new Date(), document.documentElement.dataset.zone ?? "UTC");

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
