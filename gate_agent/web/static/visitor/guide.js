// What the visitors' display says at a moment: one calm thing, in both languages. Pure.

import { inBoth } from "../shared/words.js";

/** @typedef {{ guide: Door.Guide, zh: string, en: string, more: string, moreEn: string }} Says */

/**
 * The one thing to do now; without a view, people ask the staff: an old instruction is worse than none.
 * @param {Door.VisitorView | null} view
 * @returns {Says}
 */
export function saysOf(view) {
  const guide = view?.guide ?? "ask";
  const [zh, en] = inBoth(`guide.${guide}`);
  const [more, moreEn] = inBoth(view?.why ? `guide_why.${view.why}` : `guide_more.${guide}`);
  return { guide, zh, en, more, moreEn };
}

/**
 * Whether to show where the business can be done instead: for who cannot come in.
 * @param {Door.VisitorView} view
 */
export const showsChannels = (view) => view.guide === "away" && (view.channels.length > 0 || view.booking !== null);

/**
 * Whether to show where to see a doctor: the door gives it to whoever waits or turns back, alike.
 * @param {Door.VisitorView} view
 */
export const showsClinics = (view) => view.clinics.length > 0;

/**
 * Notices first, health tips after them, one at a time.
 * @param {Door.VisitorView} view
 * @param {number} turn
 */
export function noticeAt(view, turn) {
  const texts = [...view.notices, ...view.tips];
  return texts[turn % Math.max(1, texts.length)] ?? null;
}

/**
 * The hall's time, so long after the view was made.
 * @param {Door.VisitorView} view
 * @param {number} passedMs
 */
export const timeOf = (view, passedMs) => new Date(Date.parse(view.time) + passedMs);
