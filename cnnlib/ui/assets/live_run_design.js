// How each chart looks: its curves, and its layout.

const METRICS = ["loss", "accuracy"];
const MORE = ["learning_rate", "gradient_norm", "dead", "machine"]; // shown when asked for
const TRACES = (metric) => [metric, `epoch/${metric}`, `epoch/val_${metric}`];
const BEST = 3; // which trace marks the best epoch
const SMOOTH = 4; // which one is the smoothed curve of the steps

// Which curves a chart can show, of the keys that have points. `marked`: a curve of fewer points
// has a dot on each, because a single one is seen and many do not clog.
const SERIES = {
  loss: () => metricSeries("loss", ".4f"),
  accuracy: () => metricSeries("accuracy", ".2%"),
  learning_rate: () => [{ key: "learning_rate", label: TEXT.rate, color: "train", width: 2, format: ".3~g", marked: 40 }],
  gradient_norm: () => [
    { key: "gradient_norm", label: TEXT.gradient, color: "train", width: 1.2, format: ".3~g", marked: 40, raw: true },
    { smoothOf: "gradient_norm", label: TEXT.smoothed, color: "train", width: 2, format: ".3~g" },
  ],
  dead: (keys) =>
    keys.filter((key) => key === "epoch/dead" || key.startsWith("epoch/dead/")).map((key) => {
      const layer = key.slice("epoch/dead/".length);
      if (!layer) return { key, label: TEXT.allLayers, color: "validation", width: 2.6, format: ".1%", marked: 100 };
      return { key, label: layer, color: "text", width: 1, size: 4, format: ".1%", marked: 100, opacity: 0.55 };
    }),
  machine: (keys) => keys.filter((key) => key in MACHINE).map((key) => ({ key, label: TEXT.machine[key], width: 1.8, marked: 2, ...MACHINE[key] })),
};

const MACHINE = {
  "machine/cpu": { color: "train", format: ".0%" },
  "machine/gpu": { color: "good", format: ".0%" },
  "machine/memory": { color: "validation", format: ".3~s", yaxis: "y2", dash: "dot" },
  "machine/gpu_memory": { color: "bad", format: ".3~s", yaxis: "y2", dash: "dot" },
};

function metricSeries(metric, format) {
  const [steps, means, validation] = TRACES(metric);
  return [
    { key: steps, label: TEXT.curves[0], color: "train", width: 1.2, size: 6, format, marked: 40, raw: true },
    { key: means, label: TEXT.curves[1], color: "train", width: 2.2, format, marked: 100 },
    { key: validation, label: TEXT.curves[2], color: "validation", width: 2.2, format, marked: 100 },
    { bestOf: metric, label: TEXT.best[metric], color: "validation" },
    { smoothOf: steps, label: TEXT.smoothed, color: "train", width: 1.8, format },
  ];
}

// The drawn curves' look, without their points.
function makeTrace(series, colors) {
  const color = colors[series.color];
  if (series.bestOf) {
    const marker = { symbol: "star", size: 15, color, line: { color: colors.page, width: 1.5 } };
    return { x: [], y: [], type: "scatter", name: series.label, mode: "markers", marker, hoverinfo: "skip", line: { color } };
  }
  return {
    x: [],
    y: [],
    type: "scatter",
    name: series.label,
    mode: series.smoothOf ? "lines" : "lines+markers",
    line: { color, width: series.width, dash: series.dash ?? "solid" },
    marker: { color, size: series.size ?? 7, line: { color, width: 0 } },
    opacity: series.opacity ?? (series.raw ? RAW : 1),
    yaxis: series.yaxis ?? "y",
    hovertemplate: `%{y:${series.format}}`,
  };
}

const LINEAR = { type: "linear", tickformat: "" };
const LOG = { type: "log", tickformat: "~g" }; // without a format Plotly writes 0.5 as a small «5»

const RAW = 0.6;
const FAINT = 0.22; // the steps as they are, behind their smoothed curve

function makeLayout(name, colors) {
  const { page, text } = colors;
  const grid = withAlpha(text, 0.14);
  const spike = { spikethickness: 1, spikedash: "dot", spikecolor: withAlpha(text, 0.5) };
  const axis = { gridcolor: grid, zerolinecolor: grid, linecolor: grid, automargin: true, zeroline: false };
  const share = { tickformat: "~%", rangemode: "tozero" };
  const layout = {
    autosize: true,
    dragmode: coarsePointer() ? false : "zoom", // a finger scrolls the page
    hovermode: "x unified",
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { color: text, family: colors.font, size: 13 },
    margin: { l: 48, r: 12, t: 8, b: 40 },
    showlegend: name === "machine", // one legend for the two large charts stands above them
    legend: { orientation: "h", x: 0, y: 1.02, yanchor: "bottom", font: { size: 12 } },
    hoverlabel: { bgcolor: page, bordercolor: grid, font: { color: text } },
    modebar: { bgcolor: "rgba(0,0,0,0)", color: withAlpha(text, 0.4), activecolor: text },
    xaxis: { ...axis, ...spike, title: { text: "", standoff: 6, font: { size: 13 } }, range: [-0.02, 1.02], nticks: 8 },
    yaxis: { ...axis, type: "linear", nticks: 7 },
  };
  if (name === "gradient_norm") layout.yaxis.nticks = 4; // on a log axis, else a label for each digit
  if (name === "accuracy") layout.yaxis.tickformat = "~%";
  if (name === "learning_rate") Object.assign(layout.yaxis, { tickformat: "~g", rangemode: "tozero" });
  if (name === "dead" || name === "machine") Object.assign(layout.yaxis, share);
  if (name === "machine") {
    layout.yaxis2 = { ...axis, overlaying: "y", side: "right", showgrid: false, tickformat: ".2~s", rangemode: "tozero", ticksuffix: "B" };
  }
  return layout;
}

const CONFIG = {
  displaylogo: false,
  plotlyServerURL: "", // nothing is ever sent elsewhere
  responsive: false, // its own box is watched instead
  doubleClick: false, // the chart has its own way back
  modeBarButtonsToRemove: ["sendChartToCloud", "toImage", "select2d", "lasso2d", "autoScale2d", "resetScale2d"],
};

function coarsePointer() {
  return matchMedia("(pointer: coarse)").matches;
}

function chartColors(element) {
  const style = getComputedStyle(element);
  const read = (name, other) => style.getPropertyValue(name).trim() || other;
  return {
    text: read("--st-text-color", "#6b737d"),
    page: read("--st-background-color", "#fff"),
    train: read("--st-blue-color", "#3b7dd8"),
    validation: read("--st-orange-color", "#d9702a"),
    good: read("--st-green-color", "#2a9d6f"),
    bad: read("--st-red-color", "#d5455a"),
    font: read("--st-font", "sans-serif"),
  };
}

function traceColors(traces) {
  const each = (read) => traces.map(read);
  return {
    "line.color": each((trace) => trace.line.color),
    "marker.color": each((trace) => trace.marker.color),
    "marker.line.color": each((trace) => trace.marker.line.color),
  };
}

function layoutColors(layout) {
  const { xaxis, hoverlabel, modebar, font } = layout;
  const changes = { "font.color": font.color, "font.family": font.family, "xaxis.spikecolor": xaxis.spikecolor };
  for (const axis of ["xaxis", "yaxis"]) {
    for (const line of ["gridcolor", "zerolinecolor", "linecolor"]) changes[`${axis}.${line}`] = xaxis[line];
  }
  changes["hoverlabel.bgcolor"] = hoverlabel.bgcolor;
  changes["hoverlabel.bordercolor"] = hoverlabel.bordercolor;
  changes["hoverlabel.font.color"] = hoverlabel.font.color;
  changes["modebar.color"] = modebar.color;
  changes["modebar.activecolor"] = modebar.activecolor;
  return changes;
}

function withAlpha(color, alpha) {
  const hex = /^#([0-9a-f]{6})/i.exec(color)?.[1];
  if (!hex) return `rgba(125, 133, 144, ${alpha})`;
  const [r, g, b] = [0, 2, 4].map((i) => parseInt(hex.slice(i, i + 2), 16));
  return `rgba(${r}, ${g}, ${b}, ${alpha})`;
}
