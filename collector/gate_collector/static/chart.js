// Bars drawn as SVG: doors stacked in greys, holds as a red mark above them.

import { draw, make } from "./shared/page.js";
import { word } from "./shared/words.js";
import { columnsOf, flowOf } from "./bars.js";

const GREYS = 4;

/** @typedef {{ gates: string[], names: string[], list: ((asked: Record<string, string>) => string) | null }} Doors */

/**
 * @param {Centre.Bar[]} rows
 * @param {Doors} doors their ids and names; `list` makes the address of the passages behind a bar
 * @param {string} label
 */
export function bars(rows, { gates, names, list }, label) {
  const { columns, width, height, left, foot } = columnsOf(rows);
  const svg = draw("svg", { viewBox: `0 0 ${width} ${height}`, role: list ? "group" : "img", "aria-label": label });

  /**
   * What is drawn, as a link to the passages of which it tells.
   * @param {import("./bars.js").Column} column
   * @param {Record<string, string>} asked
   * @param {string} name
   * @param {SVGElement[]} drawn
   */
  function behind({ day, hour }, asked, name, ...drawn) {
    if (list === null) return drawn;
    const href = list({ day, ...(hour === null ? {} : { hour: String(hour) }), ...asked });
    return [draw("a", { href, "aria-label": name }, ...drawn)];
  }

  for (const column of columns) {
    const { at, middle, top, total, holds, pieces, whole } = column;
    if (total) {
      svg.append(...behind(column, {}, `${at} ${word("live.all_doors")} ${total}`,
        draw("rect", { ...whole, class: "whole" }), draw("text", { x: middle, y: top - 4, "text-anchor": "middle", class: "value" }, String(total))));
    }
    for (const { box, count, door } of pieces) {
      const piece = draw("rect", { ...box, class: `g${door % GREYS}` }, draw("title", {}, `${at} ${names[door]} ${count}`));
      svg.append(...(count ? behind(column, { "passages.gate": gates[door] ?? "" }, `${at} ${names[door]} ${count}`, piece) : [piece]));
    }
    if (holds) {
      svg.append(...behind(column, { "passages.decision": "hold" }, `${at} ${word("term.hold")} ${holds}`,
        draw("circle", { cx: middle, cy: top - 20, r: 5, class: "held" }), draw("text", { x: middle + 8, y: top - 16 }, String(holds))));
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
