// Who reads this page: in which language, by which clock, in which session.

import { spoken } from "./times.js";

export const isChinese = () => document.documentElement.dataset.lang === "zh";

const told = Date.parse(document.documentElement.dataset.now ?? "");
const ahead = Number.isNaN(told) ? 0 : told - Date.now();

/** The centre's clock, which the page told: the reader's own may be wrong. */
export const now = () => new Date(Date.now() + ahead);

/**
 * A time of the contract on the hall's clock, as people say it.
 * @param {string} utc
 */
export const local = (utc) => spoken(utc, now(), document.documentElement.dataset.zone ?? "UTC");

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
