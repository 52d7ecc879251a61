// How large a cell is, and whether sheets stand side by side or are stacked: what makes the cells
// largest in the room there is.

const EDGE = 4; // room for outlines around a canvas
const SHEET_GAP = 12;
const SHEET_LABEL = 17;
const BEHIND = 8; // how far a stacked sheet looks out behind the one before it
const MOST_BEHIND = 3;
const MOST_SIDE = 8; // with more sheets than this: always stacked
const OPERATOR = 30; // the sign between two grids, and gaps
const BLOCK_TEXT = 62; // label, caption and legend
const TEXT_CELL = 21; // cells from this size on show their value
const LARGEST_CELL = 44;
const TALLEST_ROW = 520;
const NARROW = 620;

// The ways to draw a view's sheets: {mode, across, columns, rows, extraWidth, extraHeight}.
function layoutOptions(view) {
  const { grid } = view;
  const count = view.sheets.length;
  const wide = grid.columnCount + grid.ghost.left + grid.ghost.right;
  const tall = grid.rowCount + grid.ghost.top + grid.ghost.bottom;
  const side = (across) => {
    const down = Math.ceil(count / across);
    return {
      mode: "side",
      across,
      columns: wide * across,
      rows: tall * down,
      extraWidth: 2 * EDGE + (across - 1) * SHEET_GAP,
      extraHeight: 2 * EDGE + down * (count > 1 ? SHEET_LABEL : 0) + (down - 1) * SHEET_GAP,
    };
  };
  if (count === 1) return [side(1)];
  const behind = Math.min(count - 1, MOST_BEHIND) * BEHIND;
  const depth = { mode: "depth", across: 1, columns: wide, rows: tall, extraWidth: 2 * EDGE + behind, extraHeight: 2 * EDGE + behind };
  if (count > MOST_SIDE || view.wish === "depth") return [depth];
  const inputs = grid.sheetAxes.length === 2 ? grid.shape[grid.sheetAxes[0]] : 1;
  const byFilter = grid.role === "kernel" && count === grid.sheetCount && inputs > 1 && inputs < count;
  const widths = byFilter ? [inputs, 1] : unique([1, Math.ceil(Math.sqrt(count)), count <= 4 ? count : Math.ceil(count / 2)]);
  const sides = widths.map(side);
  return view.wish === "side" ? sides : [...sides, depth];
}

// Of a grid with its label and buttons.
function leastWidth({ grid, sheets }) {
  if (grid.role === "bias") return 56;
  if (grid.role === "chain") return 122;
  if (sheets.length < grid.sheetCount) return 104;
  const word = Math.max(...grid.label.split(/\s/).map((each) => each.length));
  return Math.max(96, 8.5 * word + (sheets.length > 1 ? 34 : 6));
}

// A kernel's cells stay large enough to be read beside a large image.
function cellSizeIn(view, size) {
  const { grid } = view;
  if (grid.role === "chain") return size;
  const wide = grid.flatLine ? grid.columnCount : grid.shape[grid.cols];
  const least = Math.max(4, Math.min(30, Math.floor(200 / wide)));
  return Math.max(Math.min(size, 36), least);
}

const SIZES = [2, 2.5, 3, 3.5, 4, 4.5, 5, 5.5, 6, 6.5, 7, 7.5];
for (let size = 8; size <= LARGEST_CELL; size++) SIZES.push(size);

// Picks for all views of the chain an option each and one size; kernels are made to fit beside them.
function chooseLayout(views, width, height) {
  const lists = views.map(layoutOptions);
  let combinations = lists.reduce((count, list) => count * list.length, 1);
  for (let i = lists.length - 1; i >= 0 && combinations > 256; i--) {
    combinations /= lists[i].length;
    lists[i] = [lists[i][0], lists[i].at(-1)].slice(0, lists[i].length);
    combinations *= lists[i].length;
  }
  let best = null;
  const chosen = lists.map((list) => list[0]);
  const tryFrom = (i) => {
    if (i < lists.length) {
      for (const option of lists[i]) {
        chosen[i] = option;
        tryFrom(i + 1);
      }
      return;
    }
    for (let s = SIZES.length - 1; s >= 0; s--) {
      const fit = fitRows(views, chosen, SIZES[s], width, height);
      if (!fit) continue;
      const value = layoutValue(views, chosen, SIZES[s], fit, width);
      if (!best || value > best.value) best = { value, size: SIZES[s], options: [...chosen], fit };
      if (fit.rows === 1) break; // smaller is no better
    }
  };
  tryFrom(0);
  if (!best) best = { size: SIZES[0], options: lists.map((list) => list.at(-1)) };
  views.forEach((view, i) => view.place(best.options[i], shrink(view, best.options[i], cellSizeIn(view, best.size), width)));
}

function fitRows(views, options, size, width, height) {
  const narrow = width < NARROW;
  let rows = 1;
  let used = 0;
  let tallest = 0;
  let total = 0;
  for (let i = 0; i < views.length; i++) {
    const cell = cellSizeIn(views[i], size);
    const wide = Math.max(options[i].columns * cell + options[i].extraWidth, leastWidth(views[i])) + (i ? OPERATOR : 0);
    const tall = options[i].rows * cell + options[i].extraHeight;
    if (wide > width && views[i].grid.role === "chain") return null;
    if (tall > (height ?? (narrow ? 1.6 * width : TALLEST_ROW))) return null;
    if (i && used + wide > width) {
      rows += 1;
      total += tallest;
      tallest = used = 0;
    }
    used += wide;
    tallest = Math.max(tallest, tall);
  }
  total += tallest + (rows - 1) * BLOCK_TEXT;
  if (!narrow && rows > 1 && total > 1.6 * TALLEST_ROW) return null;
  return { rows, total };
}

// Readable cells first, then one row, then sheets that are all seen.
function layoutValue(views, options, size, { rows, total }, width) {
  const legible = size >= TEXT_CELL ? TEXT_CELL + Math.min(size - TEXT_CELL, 14) / 4 : size * 0.8;
  const narrow = width < NARROW;
  let value = legible * (narrow ? 1 : [1, 1, 0.8, 0.68, 0.6][Math.min(rows, 4)]);
  options.forEach((option, i) => {
    const count = views[i].sheets.length;
    if (option.mode === "depth" && count <= MOST_SIDE) value *= views[i].grid.role === "kernel" ? 0.8 : 0.85;
    if (option.mode === "side" && count % option.across) value *= 0.93; // a gap in the last row
  });
  return value - (narrow ? total / 1200 : total / 300 + Math.max(0, total - 480) / 60);
}

// A block that is wider than the window all the same, such as a kernel with a hundred columns.
function shrink(view, option, cell, width) {
  const most = (width - option.extraWidth - OPERATOR) / option.columns;
  return Math.max(1, Math.min(cell, most > 8 ? Math.floor(most) : most));
}
