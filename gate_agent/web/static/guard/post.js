// Who acts: the number of the guard's post on this screen, never a name (it goes into events).

import { word } from "../shared/words.js";

const KEY = "gate.post";
export const POSTS = [1, 2, 3, 4, 5, 6];

/** The number of the post. */
export function postNumber() {
  const kept = Number(localStorage.getItem(KEY));
  return POSTS.includes(kept) ? kept : 1;
}

/** As it stands in an event. */
export const by = () => `guard-${postNumber()}`;

/** @param {number} number */
export function setPost(number) {
  localStorage.setItem(KEY, String(number));
}

export const postLabel = () => word("screen.post", { n: postNumber() });
