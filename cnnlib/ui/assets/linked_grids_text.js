// What the linked grids say: every text and icon, and how numbers are written.

const TEXT = {
  play: "Play",
  pause: "Pause",
  back: "One cell back",
  step: "One cell on",
  restart: "Back to the first cell",
  speed: "Speed",
  cellsPerSecond: (count) => (count === 1 ? "1 cell/s" : `${count} cells/s`),
  position: (place, count) => `cell ${place} of ${count}`,
  controls: "Walk over the cells",
  channel: "channel",
  sheet: (axis, place) => `${axis} ${place}`,
  ofSheets: (name, count) => `${name} of ${count}`, // counted from 0, as the indices are
  ofNamed: (name, place, count) => `${name} · ${place} of ${count}`,
  previousSheet: "Previous sheet",
  nextSheet: "Next sheet",
  layout: { side: "Show the sheets side by side", depth: "Stack the sheets" },
  axes: { row: "row", column: "column", channel: "channel", place: "place", other: (axis) => `axis ${axis}` },
  kernelAxes: { channel: "input channel", filter: "filter" },
  grid: (label, rows, columns, sheets) =>
    `${label}: ${rows} rows, ${columns} columns${sheets > 1 ? `, ${sheets} sheets` : ""}. Arrow keys move, Page Up and Page Down change the sheet.`,
  gridEditable: "Enter changes a value.",
  scale: (low, high) => `Colours from ${low} over 0 to ${high}`,
  index: (axis, place) => `${axis} ${place}`,
  cell: (label, places) => `${label}[${places.join(", ")}]`,
  product: (value, weight) => `${value}·${weight}`,
  padding: (weight) => `0·${weight} (padding)`,
  paddingOnly: "0 (padding)",
  sum: (terms) => terms.join(" + "),
  more: (count) => `… (${count} more)`,
  moreLines: (count) => `… ${count} more lines`,
  showAll: "show all",
  showLess: "show less",
  channelSums: "sum",
  bias: (value) => `${value} (bias)`,
  nothing: "0 (no input cell reaches it)",
  picked: (terms, others) => (others.length ? `${terms} (not taken: ${others.join(", ")})` : terms),
  applied: (name, values, result) => `${name}(${values.join(", ")}) = ${result}`,
  reads: (label, count) => `reads ${count} ${count === 1 ? "cell" : "cells"} of ${label}`,
  reaches: (label, count) => `reaches ${count} ${count === 1 ? "cell" : "cells"} of ${label}`,
  differs: (value) => `the grid shows ${value}`,
  times: (weight, cell, value) => `${weight} meets ${cell} = ${value}`,
  inWords: (cell, value, products) => `${cell} is ${value}: a sum of ${products} products.`,
  isValue: (cell, value) => `${cell} is ${value}.`,
  edit: (cell) => `New value of ${cell}`,
  notANumber: "a number, please",
  tooLarge: (limit) => `at most ±${limit.toLocaleString("en")}`,
  hint: "Hover or tap a cell to see what made it; click to pin it.",
  hintEdit: "Double-click or double-tap a value to change it.",
};

const GRID_ICONS = {
  play: "M5 3l9 5-9 5z",
  pause: "M4 3h3v10H4zM9 3h3v10H9z",
  back: "M4 3v10M13 3L6 8l7 5z",
  step: "M12 3v10M3 3l7 5-7 5z",
  restart: "M3 8a5 5 0 1 0 1.6-3.7M3 2v3.4h3.4",
  side: "M2 4h5v8H2zM9 4h5v8H9z",
  depth: "M2 6h8v8H2zM6 6V2h8v8h-4",
};

// In a cell about 4 characters, in a text 6 significant digits.
function formatCell(value) {
  return minus(Number.isInteger(value) && Math.abs(value) < 1e5 ? String(value) : shorten(value, 3, 2));
}

function formatText(value) {
  return minus(Number.isInteger(value) && Math.abs(value) < 1e9 ? String(value) : shorten(value, 5, 4));
}

function shorten(value, digits, places) {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "NaN" : value > 0 ? "∞" : "-∞";
  const size = Math.abs(value);
  if (size === 0) return "0";
  if (size >= 1e6 || (places < 3 && size >= 1e5) || size < 10 ** -places / 2) {
    return value.toExponential(digits - 2).replace(/\.?0+e/, "e").replace("e+", "e");
  }
  const decimals = Math.max(0, Math.min(places, digits - 1 - Math.floor(Math.log10(size))));
  const text = value.toFixed(decimals);
  return decimals ? text.replace(/\.?0+$/, "") : text;
}

function minus(text) {
  return text.replace(/-/g, "−");
}

// A factor or summand: a negative one in brackets.
function bracket(text) {
  return text.startsWith("−") ? `(${text})` : text;
}
