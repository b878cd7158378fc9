import assert from "node:assert/strict";
import { test } from "node:test";

import { columnsOf, flowOf } from "centre/bars.js";

const close = (a, b) => Math.abs(a - b) < 1e-9;

test("the highest column fills the room, and each stands on the foot", () => {
  const { columns, foot } = columnsOf([{ at: "8", counts: [3, 1], holds: 0 }, { at: "9", counts: [1, 1], holds: 2 }]);
  const [high, low] = columns;
  assert.ok(close(foot - high.top, 2 * (foot - low.top)));
  assert.ok(close(high.top, 26));
  for (const { pieces } of columns) {
    const [first, second] = pieces.map(({ box }) => box);
    assert.ok(close(first.y + first.height, foot));
    assert.ok(close(second.y + second.height, first.y)); // stacked
  }
  assert.deepEqual([high.total, low.total, low.holds, high.at], [4, 2, 2, "8"]);
});

test("no column leaves the picture or touches its neighbour", () => {
  const { columns, width, left } = columnsOf(Array.from({ length: 12 }, (_, n) => ({ at: String(n), counts: [n, 5], holds: 0 })));
  const boxes = columns.map(({ pieces }) => pieces[0].box);
  boxes.reduce((before, box) => {
    assert.ok(box.x > before.x + before.width);
    return box;
  });
  assert.ok(boxes[0].x >= left && boxes.at(-1).x + boxes.at(-1).width <= width - left);
});

test("a day without anybody is empty, not a division by nothing", () => {
  const { columns } = columnsOf([{ at: "8", counts: [0, 0], holds: 0 }]);
  assert.ok(columns[0].pieces.every(({ box }) => box.height === 0));
  assert.deepEqual(columnsOf([]).columns, []);
});

test("few passages stay low in the flow", () => {
  assert.ok(flowOf([1, 0]).boxes[0].height < flowOf([8, 0]).boxes[0].height);
  const { boxes, height, width } = flowOf(Array.from({ length: 24 }, () => 9));
  assert.ok(boxes.every((box) => box.y >= 0 && close(box.y + box.height, height)));
  assert.ok(boxes.at(-1).x + boxes.at(-1).width <= width);
});
