// Keeps the lists of a page fresh: asks for the page again, and changes only the rows that differ.

import { timeout } from "./shared/request.js";

const WITHIN_MS = 5000;

/**
 * The page as the centre shows it now; null where it does not answer.
 * @returns {Promise<Document | null>}
 */
async function again() {
  try {
    const answer = await fetch(location.href, { signal: timeout(WITHIN_MS) });
    if (answer.redirected) location.assign(answer.url); // to sign on
    return answer.ok ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
  } catch {
    return null;
  }
}

/**
 * Take over what changed inside these elements; whether the centre answered.
 * @param {string[]} selectors each of one element
 */
export async function refresh(selectors) {
  const newer = await again();
  for (const selector of newer ? selectors : []) {
    const [ours, theirs] = [document.querySelector(selector), newer?.querySelector(selector) ?? null];
    if (ours && theirs && ours.textContent !== theirs.textContent) ours.replaceChildren(...theirs.childNodes);
  }
  return newer !== null;
}
