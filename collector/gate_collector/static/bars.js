// Where the bars of a chart stand: doors stacked, holds above them. Pure.

const SIZE = { width: 560, height: 190, left: 8, top: 26, bottom: 22 };
const WIDE = 0.66; // of a column, a bar
const ROOM_FOR_HOLDS = 26; // above the highest bar
const FLOW = { width: 240, height: 40, most: 36 };

/** @typedef {{ x: number, y: number, width: number, height: number }} Box */
/** @typedef {{ box: Box, count: number, door: number }} Piece */
/** @typedef {{ at: string, middle: number, top: number, total: number, holds: number, pieces: Piece[], whole: Box, day: string, hour: number | null }} Column */

/** @param {number[]} numbers */
const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);

/**
 * The columns of a chart, the highest as high as there is room.
 * @param {Centre.Bar[]} rows
 */
export function columnsOf(rows) {
  const most = Math.max(1, ...rows.map((row) => sum(row.counts)));
  const step = (SIZE.width - 2 * SIZE.left) / rows.length;
  const room = SIZE.height - SIZE.top - SIZE.bottom;
  const foot = SIZE.height - SIZE.bottom;
  const columns = rows.map((row, index) => {
    const x = SIZE.left + index * step;
    let top = foot;
    const pieces = row.counts.map((count, door) => {
      const height = (count / most) * room;
      top -= height;
      return { box: { x: x + (step * (1 - WIDE)) / 2, y: top, width: step * WIDE, height }, count, door };
    });
    const whole = { x, y: SIZE.top - ROOM_FOR_HOLDS, width: step, height: foot - SIZE.top + ROOM_FOR_HOLDS };
    return { at: row.at, middle: x + step / 2, top, total: sum(row.counts), holds: row.holds, pieces, whole, day: row.day, hour: row.hour };
  });
  return { columns, width: SIZE.width, height: SIZE.height, left: SIZE.left, foot };
}

/**
 * The bars of a door's newest passages; few of them stay low.
 * @param {number[]} counts
 */
export function flowOf(counts) {
  const most = Math.max(4, ...counts);
  const step = FLOW.width / counts.length;
  const boxes = counts.map((count, index) => {
    const height = (count / most) * FLOW.most;
    return { x: index * step + 1, y: FLOW.height - height, width: step - 2, height };
  });
  return { boxes, width: FLOW.width, height: FLOW.height };
}
