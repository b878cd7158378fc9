// Bars drawn as SVG: doors stacked in greys, holds as a red mark above them.
import { draw, make } from "/static/make.js";
import { word } from "/static/shared/words.js";

const W = 560, H = 190, LEFT = 8, TOP = 26, BOTTOM = 22;

export function bars(rows, gates, label) {
  const top = Math.max(1, ...rows.map((row) => row.counts.reduce((a, b) => a + b, 0)));
  const step = (W - 2 * LEFT) / rows.length, room = H - TOP - BOTTOM;
  const svg = draw("svg", { viewBox: `0 0 ${W} ${H}`, role: "img", "aria-label": label });
  rows.forEach((row, n) => {
    const x = LEFT + n * step, width = step * 0.66, total = row.counts.reduce((a, b) => a + b, 0);
    let y = H - BOTTOM;
    row.counts.forEach((count, door) => {
      const height = (count / top) * room;
      y -= height;
      const bar = draw("rect", { x: x + step * 0.17, y, width, height, class: `g${door % 4}` });
      bar.append(draw("title", {}, `${row.at} ${gates[door]} ${count}`));
      svg.append(bar);
    });
    if (total) svg.append(draw("text", { x: x + step / 2, y: y - 4, "text-anchor": "middle", class: "value" }, total));
    if (row.holds) {
      svg.append(draw("circle", { cx: x + step / 2, cy: y - 20, r: 5, class: "held" }));
      svg.append(draw("text", { x: x + step / 2 + 8, y: y - 16 }, row.holds));
    }
    svg.append(draw("text", { x: x + step / 2, y: H - 6, "text-anchor": "middle" }, row.at));
  });
  svg.append(draw("line", { x1: LEFT, x2: W - LEFT, y1: H - BOTTOM, y2: H - BOTTOM, class: "axis" }));
  return svg;
}

export function legend(gates) {
  const line = make("p", null, "legend");
  const entry = (name, kind) => {
    const part = make("span");
    part.append(make("i", null, kind), name);
    return part;
  };
  line.append(...gates.map((gate, door) => entry(gate, `g${door % 4}`)), entry(word("term.hold"), "held"));
  return line;
}

export function flow(counts, label) {
  const top = Math.max(4, ...counts), step = 240 / counts.length;
  const svg = draw("svg", { viewBox: "0 0 240 40", class: "flow", preserveAspectRatio: "none", role: "img", "aria-label": label });
  counts.forEach((count, n) => {
    const height = (count / top) * 36;
    svg.append(draw("rect", { x: n * step + 1, y: 40 - height, width: step - 2, height, class: "g1" }));
  });
  svg.append(draw("line", { x1: 0, x2: 240, y1: 39.5, y2: 39.5, class: "axis" }));
  return svg;
}
