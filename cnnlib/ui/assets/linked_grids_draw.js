// Painting the cells. The base canvas of a view holds them and is painted when they change; the one
// over it holds the marks of the current cell: linked_grids_marks.js.

const LINES_FROM = 8; // cells from this size on have lines between them
const scratch = document.createElement("canvas");

// The theme's colours as [r, g, b].
function readPalette(root) {
  const style = getComputedStyle(root);
  const pen = scratch.getContext("2d", { willReadFrequently: true });
  const read = (name, other) => {
    pen.fillStyle = other;
    pen.fillStyle = style.getPropertyValue(name).trim() || other;
    const hex = /^#([0-9a-f]{6})$/i.exec(pen.fillStyle)?.[1] ?? other.slice(1);
    return [0, 2, 4].map((i) => parseInt(hex.slice(i, i + 2), 16));
  };
  const page = read("--st-background-color", "#ffffff");
  const ink = read("--st-text-color", "#23282e");
  const dark = luminance(page) < 0.2;
  return {
    page,
    ink,
    accent: read(dark ? "--st-link-color" : "--st-primary-color", "#17686f"),
    mark: dark ? [255, 214, 102] : [20, 24, 28],
    edge: mix(page, ink, 0.22),
    zero: mix(page, ink, dark ? 0.08 : 0.035),
    plus: read("--st-blue-color", "#3b7dd8"),
    minus: read("--st-orange-color", "#d9702a"),
    light: [255, 255, 255],
    black: [16, 20, 24],
    font: style.getPropertyValue("--st-font").trim() || "sans-serif",
    dark,
  };
}

function mix(a, b, share) {
  return a.map((part, i) => Math.round(part + (b[i] - part) * share));
}

function css(color, alpha = 1) {
  return alpha === 1 ? `rgb(${color.join()})` : `rgba(${color.join()}, ${alpha})`;
}

function luminance(color) {
  const [r, g, b] = color.map((part) => (part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function textOn(color, { light, black }) {
  const bright = luminance(color);
  return 1.05 / (bright + 0.05) > (bright + 0.05) / 0.058 ? light : black;
}

function cellColor(grid, value, palette) {
  if (Number.isNaN(value)) return palette.edge;
  if (grid.paint === "gray") {
    const level = Math.max(0, Math.min(255, Math.round(value)));
    return [level, level, level];
  }
  const share = Math.min(1, Math.abs(value) / grid.limit);
  return mix(palette.zero, value < 0 ? palette.minus : palette.plus, share ** 0.8);
}

function sizeCanvas(canvas, width, height) {
  const ratio = Math.min(3, window.devicePixelRatio || 1);
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
}

function startPen(canvas, view) {
  const pen = canvas.getContext("2d");
  pen.setTransform(canvas.width / view.width, 0, 0, canvas.height / view.height, 0, 0);
  pen.clearRect(0, 0, view.width, view.height);
  return pen;
}

function drawBase(view, palette) {
  const pen = startPen(view.base, view);
  for (const box of [...view.boxes].reverse()) {
    if (box.behind) drawSheetBehind(pen, view, box, palette);
    else drawSheet(pen, view, box, palette);
  }
}

function drawSheetBehind(pen, view, box, palette) {
  drawPixels(pen, view, box, palette);
  pen.fillStyle = css(palette.page, 0.25 + 0.12 * box.behind);
  pen.fillRect(box.x, box.y, box.width, box.height);
  pen.strokeStyle = css(palette.page);
  pen.lineWidth = 3;
  pen.strokeRect(box.x, box.y, box.width, box.height);
  frame(pen, box, palette);
}

function drawSheet(pen, view, box, palette) {
  const { grid, cell } = view;
  drawGhosts(pen, view, box, palette);
  drawPixels(pen, view, box, palette);
  if (box.label) {
    pen.fillStyle = css(palette.ink, 0.75);
    pen.font = `12px ${palette.font}`;
    pen.textAlign = "left";
    pen.textBaseline = "alphabetic";
    pen.fillText(box.label, box.x, box.labelY, Math.max(box.width, 60));
  }
  if (cell >= LINES_FROM && grid.paint !== "rgb") {
    pen.strokeStyle = css(palette.edge, cell >= TEXT_CELL ? 0.9 : 0.5);
    pen.lineWidth = cell >= TEXT_CELL ? 1 : 0.5;
    pen.beginPath();
    for (let row = 1; row < grid.rowCount; row++) line(pen, box.x, box.y + row * cell, box.x + box.width, box.y + row * cell);
    for (let column = 1; column < grid.columnCount; column++) line(pen, box.x + column * cell, box.y, box.x + column * cell, box.y + box.height);
    pen.stroke();
  }
  if (cell >= TEXT_CELL && grid.paint !== "rgb") drawValues(pen, view, box, palette);
  frame(pen, box, palette);
}

function line(pen, x, y, toX, toY) {
  pen.moveTo(Math.round(x) + 0.5, Math.round(y) + 0.5);
  pen.lineTo(Math.round(toX) + 0.5, Math.round(toY) + 0.5);
}

function frame(pen, box, palette) {
  pen.strokeStyle = css(mix(palette.page, palette.ink, 0.45));
  pen.lineWidth = 1;
  pen.strokeRect(Math.round(box.x) + 0.5, Math.round(box.y) + 0.5, Math.round(box.width), Math.round(box.height));
}

// One pixel a cell, drawn large.
function drawPixels(pen, view, box, palette) {
  const { grid } = view;
  const { rowCount, columnCount } = grid;
  scratch.width = columnCount;
  scratch.height = rowCount;
  const small = scratch.getContext("2d", { willReadFrequently: true });
  const image = small.createImageData(columnCount, rowCount);
  const start = grid.flatLine ? 0 : grid.flat(grid.at(box.sheet, 0, 0));
  const down = grid.flatLine ? columnCount : grid.strides[grid.rows];
  const across = grid.flatLine ? 1 : grid.strides[grid.cols];
  const deep = grid.paint === "rgb" ? grid.strides[grid.sheetAxes[0]] : 0;
  for (let row = 0, pixel = 0; row < rowCount; row++) {
    for (let column = 0; column < columnCount; column++, pixel += 4) {
      const flat = start + row * down + column * across;
      if (flat >= grid.size) continue; // a folded line has ended
      const color = deep ? [0, 1, 2].map((part) => grid.values[flat + part * deep]) : cellColor(grid, grid.values[flat], palette);
      image.data.set([color[0], color[1], color[2], 255], pixel);
    }
  }
  small.putImageData(image, 0, 0);
  pen.imageSmoothingEnabled = false;
  pen.drawImage(scratch, box.x, box.y, box.width, box.height);
}

function drawGhosts(pen, view, box, palette) {
  const { top, bottom, left, right } = view.grid.ghost;
  if (!(top + bottom + left + right)) return;
  const { cell } = view;
  const { rowCount, columnCount } = view.grid;
  pen.fillStyle = css(palette.page, 0.85);
  pen.fillRect(box.x - left * cell, box.y - top * cell, box.width + (left + right) * cell, box.height + (top + bottom) * cell);
  pen.strokeStyle = css(palette.ink, cell >= 14 ? 0.3 : 0.17);
  pen.lineWidth = 1;
  pen.setLineDash(cell >= 14 ? [3, 3] : [2, 2]);
  pen.font = `${Math.min(12, cell * 0.42)}px ${palette.font}`;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.fillStyle = css(palette.ink, 0.45);
  for (let row = -top; row < rowCount + bottom; row++) {
    for (let column = -left; column < columnCount + right; column++) {
      if (row >= 0 && row < rowCount && column >= 0 && column < columnCount) continue;
      const x = box.x + column * cell;
      const y = box.y + row * cell;
      if (cell >= 5) pen.strokeRect(Math.round(x) + 0.5, Math.round(y) + 0.5, cell, cell);
      if (cell >= TEXT_CELL) pen.fillText("0", x + cell / 2, y + cell / 2 + 0.5);
    }
  }
  pen.setLineDash([]);
}

function drawValues(pen, view, box, palette) {
  const { grid, cell } = view;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  for (let row = 0; row < grid.rowCount; row++) {
    for (let column = 0; column < grid.columnCount; column++) {
      const index = grid.at(box.sheet, row, column);
      if (!index) continue;
      const value = grid.value(index);
      const text = formatCell(value);
      pen.font = `${Math.min(14, cell * 0.42, Math.max(8, (cell * 1.75) / text.length))}px ${palette.font}`;
      pen.fillStyle = css(textOn(cellColor(grid, value, palette), palette));
      pen.fillText(text, box.x + (column + 0.5) * cell, box.y + (row + 0.5) * cell + 0.5, cell - 2);
    }
  }
}
