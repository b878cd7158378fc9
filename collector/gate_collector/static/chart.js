// Bars drawn as SVG: doors stacked in greys, holds as a red mark above them.

import { draw, make } from "./shared/page.js";
import { word } from "./shared/words.js";
import { columnsOf, flowOf } from "./bars.js";

const GREYS = 4;

/**
 * @param {Centre.Bar[]} rows
 * @param {string[]} names of the doors
 * @param {string} label
 */
export function bars(rows, names, label) {
  const { columns, width, height, left, foot } = columnsOf(rows);
  const svg = draw("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label });
  for (const { at, middle, top, total, holds, pieces } of columns) {
    svg.append(...pieces.map(({ box, count, door }) => draw("rect", { ...box, class: `g${door % GREYS}` },
      draw("title", {}, `${at} ${names[door]} ${count}`))));
    if (total) svg.append(draw("text", { x: middle, y: top - 4, "text-anchor": "middle", class: "value" }, String(total)));
    if (holds) {
      svg.append(draw("circle", { cx: middle, cy: top - 20, r: 5, class: "held" }), draw("text", { x: middle + 8, y: top - 16 }, String(holds)));
    }
    svg.append(draw("text", { x: middle, y: height - 6, "text-anchor": "middle" }, at));
  }
  svg.append(draw("line", { x1: left, x2: width - left, y1: foot, y2: foot, class: "axis" }));
  return svg;
}

/** @param {string[]} names of the doors */
export function legend(names) {
  /**
   * @param {string} name
   * @param {string} kind
   */
  const entry = (name, kind) => make("span", {}, make("i", { class: kind }), name);
  return make("p", { class: "legend" }, ...names.map((name, door) => entry(name, `g${door % GREYS}`)), entry(word("term.hold"), "held"));
}

/**
 * @param {number[]} counts
 * @param {string} label
 */
export function flow(counts, label) {
  const { boxes, width, height } = flowOf(counts);
  return draw("svg", { viewBox: `0 0 ${width} ${height}`, class: "flow", preserveAspectRatio: "none", role: "img", "aria-label": label },
    ...boxes.map((box) => draw("rect", { ...box, class: "g1" })),
    draw("line", { x1: 0, x2: width, y1: height - 0.5, y2: height - 0.5, class: "axis" }));
}
