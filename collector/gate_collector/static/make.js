// Small makers of elements, and how times are told.
import { word } from "/static/shared/words.js";

export const zh = document.documentElement.dataset.lang === "zh";
export const local = (utc) => new Date(utc).toLocaleString(zh ? "zh-CN" : "en-GB", { month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false, timeZone: document.documentElement.dataset.zone });

/** How long something took, as a clerk reads it: 3.2 s, 12 min, 2.5 h. */
export function span(seconds) {
  const exact = (n) => String(Number(n.toFixed(1)));
  if (seconds < 10) return word("span.s", { n: exact(seconds) });
  if (seconds < 120) return word("span.s", { n: Math.round(seconds) });
  return seconds < 7200 ? word("span.min", { n: Math.round(seconds / 60) }) : word("span.h", { n: exact(seconds / 3600) });
}

export function clock(seconds) {
  const s = Math.abs(Math.round(seconds));
  return `${Math.floor(s / 60)}:${String(s % 60).padStart(2, "0")}`;
}
export function make(tag, text, className) {
  const element = document.createElement(tag);
  if (text !== undefined && text !== null) element.textContent = text;
  if (className) element.className = className;
  return element;
}
export function draw(tag, attributes, text) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  if (text !== undefined) element.textContent = text;
  return element;
}
