// Painting the marks of the current cell over a view's cells, at each move.

const WEIGHTS_FROM = 34; // cells from this size on show the weight that they meet

// marks: [{box, level}] of this grid; labels: weights by drawn place; veil: the first cell of the
// walk that is not computed yet.
function drawMarks(view, palette, { marks, spots, labels, veil, cursor, faded }) {
  const pen = startPen(view.over, view);
  for (const box of view.boxes) {
    if (box.behind) continue;
    if (faded?.(box.sheet)) cover(pen, palette, box.x, box.y, box.width, box.height, 0.45);
    if (veil) drawVeil(pen, view, box, palette, veil);
    for (const { box: cells, level } of marks) drawBoxMark(pen, view, box, palette, cells, level);
    for (const level of new Set(spots.map((spot) => spot.level))) markRegion(pen, view, box, palette, spots.filter((spot) => spot.level === level), level);
    for (const label of labels) if (label.sheet === box.sheet) drawWeight(pen, view, box, palette, label);
    if (cursor && cursor.sheet === box.sheet) drawCursor(pen, view, box, palette, cursor);
  }
}

function cover(pen, palette, x, y, width, height, alpha) {
  pen.fillStyle = css(palette.page, alpha);
  pen.fillRect(x - 0.5, y - 0.5, width + 1, height + 1);
}

function drawVeil(pen, view, box, palette, { sheet, row, column }) {
  const { cell } = view;
  const alpha = 0.86;
  if (box.sheet > sheet) cover(pen, palette, box.x, box.y, box.width, box.height, alpha);
  if (box.sheet !== sheet) return;
  const top = box.y + row * cell;
  cover(pen, palette, box.x + (column + 1) * cell, top, box.width - (column + 1) * cell, cell, alpha);
  cover(pen, palette, box.x, top + cell, box.width, box.height - (row + 1) * cell, alpha);
}

function drawBoxMark(pen, view, box, palette, cells, level) {
  const { grid } = view;
  if (grid.paint !== "rgb" && !grid.boxHasSheet(cells, box.sheet)) return;
  if (grid.flatLine) {
    for (const place of cells[0]) {
      const { row, column } = grid.spot([place]);
      markRect(pen, view, box, palette, [row, row + 1], [column, column + 1], level);
    }
    return;
  }
  const { top, bottom, left, right } = grid.ghost;
  const rows = runs(cells[grid.rows], -top, grid.rowCount + bottom);
  const columns = runs(cells[grid.cols], -left, grid.columnCount + right);
  for (const row of rows) for (const column of columns) markRect(pen, view, box, palette, row, column, level);
}

// Neighbouring places as [from, to).
function runs(places, low, high) {
  const found = [];
  for (const place of places) {
    if (place < low || place >= high) continue;
    if (found.length && found.at(-1)[1] === place) found.at(-1)[1] = place + 1;
    else found.push([place, place + 1]);
  }
  return found;
}

const MARK_STYLES = {
  self: { line: 2.5, fill: 0, color: "mark" },
  direct: { line: 2.5, fill: 0.13, color: "accent" },
  weight: { line: 2.5, fill: 0.08, color: "accent" },
  far: { line: 1.5, fill: 0.08, color: "accent", alpha: 0.75 },
  reach: { line: 1.75, fill: 0.12, color: "accent", alpha: 0.9, dash: [4, 2] },
  point: { line: 2, fill: 0.1, color: "mark" },
  picked: { line: 2, fill: 0, color: "mark" },
};

function markRect(pen, view, box, palette, [top, bottom], [left, right], level) {
  const { cell } = view;
  const style = MARK_STYLES[level];
  const x = box.x + left * cell;
  const y = box.y + top * cell;
  const width = (right - left) * cell;
  const height = (bottom - top) * cell;
  const lineWidth = cell < 6 ? Math.min(style.line, 1.5) : style.line;
  if (style.fill) {
    pen.fillStyle = css(palette[style.color], style.fill);
    pen.fillRect(x, y, width, height);
  }
  pen.strokeStyle = css(palette.page, 0.85);
  pen.lineWidth = lineWidth + 2;
  pen.strokeRect(x, y, width, height);
  pen.strokeStyle = css(palette[style.color], style.alpha ?? 1);
  pen.lineWidth = lineWidth;
  if (style.dash) pen.setLineDash(style.dash);
  pen.strokeRect(x, y, width, height);
  pen.setLineDash([]);
}

// Cells of one sheet with a line around them all, not around each.
function markRegion(pen, view, box, palette, spots, level) {
  const { cell } = view;
  const style = MARK_STYLES[level];
  const here = spots.filter((spot) => spot.sheet === box.sheet || view.grid.paint === "rgb");
  if (!here.length) return;
  const taken = new Set(here.map(({ row, column }) => `${row},${column}`));
  pen.beginPath();
  for (const { row, column } of here) {
    const x = box.x + column * cell;
    const y = box.y + row * cell;
    if (style.fill) {
      pen.fillStyle = css(palette[style.color], style.fill);
      pen.fillRect(x, y, cell, cell);
    }
    const edge = (down, right, fromX, fromY, toX, toY) => {
      if (taken.has(`${row + down},${column + right}`)) return;
      pen.moveTo(fromX, fromY);
      pen.lineTo(toX, toY);
    };
    edge(-1, 0, x, y, x + cell, y);
    edge(1, 0, x, y + cell, x + cell, y + cell);
    edge(0, -1, x, y, x, y + cell);
    edge(0, 1, x + cell, y, x + cell, y + cell);
  }
  pen.lineCap = "square";
  pen.strokeStyle = css(palette.page, 0.85);
  pen.lineWidth = style.line + 2;
  pen.stroke();
  pen.strokeStyle = css(palette[style.color], style.alpha ?? 1);
  pen.lineWidth = style.line;
  pen.stroke();
  pen.lineCap = "butt";
}

function drawCursor(pen, view, box, palette, { row, column }) {
  const { cell } = view;
  pen.strokeStyle = css(palette.mark);
  pen.lineWidth = 1.5;
  pen.setLineDash([2, 2]);
  const inset = cell >= 14 ? 2.5 : 0;
  pen.strokeRect(box.x + column * cell + inset, box.y + row * cell + inset, cell - 2 * inset, cell - 2 * inset);
  pen.setLineDash([]);
}

function drawWeight(pen, view, box, palette, { row, column, text }) {
  const { cell } = view;
  const size = Math.min(10.5, cell * 0.27);
  pen.font = `600 ${size}px ${palette.font}`;
  pen.textAlign = "right";
  pen.textBaseline = "alphabetic";
  const right = box.x + (column + 1) * cell - 2;
  const bottom = box.y + (row + 1) * cell - 2;
  const width = Math.min(pen.measureText(text).width, cell - 4) + 3;
  pen.fillStyle = css(palette.page, 0.88);
  pen.fillRect(right - width + 1, bottom - size, width, size + 1);
  pen.fillStyle = css(palette.ink);
  pen.fillText(text, right - 0.5, bottom - 0.5, cell - 4);
}
