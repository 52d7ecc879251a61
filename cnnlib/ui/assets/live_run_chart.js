// The live run's charts: made once, then only ever extended, so that nothing flickers and a zoom
// stays where the user put it.

const TRACES = (metric) => [metric, `epoch/${metric}`, `epoch/val_${metric}`]; // the fourth trace marks the best
const BEST = 3;
const MARKED = [40, 100, 100]; // a curve of fewer points has a dot on each: a single one is seen, many do not clog

// The epochs that both charts show. A long run does not start with its whole length, which would
// press the curve into a sliver: the end moves on in leaps. An ended run is shown as far as it came.
const TO_THE_END = 20; // with no more epochs than this to go, the end is the run's own
const AT_LEAST = 10;
const ROOM = 1.25;
const FULL = 0.96;
const TINY = 1e-6;

class EpochAxis {
  #end = null;

  // spans: the first and last epoch of each chart's points; [Infinity, -Infinity] without any.
  range({ first_epoch: first = 0, last_epoch: last = 1, epoch = first }, spans, live) {
    const earliest = Math.min(...spans.map((span) => span[0]));
    const latest = Math.max(...spans.map((span) => span[1]));
    const start = earliest < first - TINY ? 0 : first; // a continued run has the earlier one's curve
    if (!live) return [start, latest > start ? latest : Math.max(last, start + TINY)];
    const trained = Math.max(epoch, latest, start);
    if (last - trained <= TO_THE_END) this.#end = last;
    else if (this.#end === null || trained - start > FULL * (this.#end - start)) {
      this.#end = Math.min(last, start + Math.max(AT_LEAST, roundUp(ROOM * (trained - start))));
    }
    return [start, this.#end];
  }
}

// 10, 12, 15, 20 … 80, 100, 120: a number that reads well, and no smaller.
function roundUp(value) {
  const power = 10 ** Math.floor(Math.log10(Math.max(value, 1)));
  return power * [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10].find((step) => step * power >= value - TINY);
}

// One Plotly chart: the points it has been given, and how many of them are already drawn.
class Chart {
  constructor(metric, parts) {
    this.metric = metric;
    this.element = parts[`${metric}-chart`];
    this.names = TRACES(metric);
    this.ready = false;
    this.shown = [true, true, true, true];
    this.#forgetPoints();
  }

  #forgetPoints() {
    this.points = Object.fromEntries(this.names.map((name) => [name, { x: [], y: [] }]));
    this.span = [Infinity, -Infinity];
    this.drawn = this.names.map(() => 0);
    this.marked = this.names.map(() => true);
    this.bestDrawn = null;
  }

  clear() {
    this.generation = {}; // what is still being drawn belongs to the old one
    this.#forgetPoints();
    this.axis = this.whole = null;
    if (this.ready) this.plotly.purge(this.element);
    this.ready = false;
  }

  add(points) {
    for (const name of this.names) {
      const { epoch = [], value = [] } = points[name] ?? {};
      const count = Math.min(epoch.length, value.length);
      for (let i = 0; i < count; i++) {
        this.points[name].x.push(epoch[i]);
        this.span = [Math.min(this.span[0], epoch[i]), Math.max(this.span[1], epoch[i])];
        this.points[name].y.push(Number.isFinite(value[i]) ? value[i] : null); // null: a gap in the line
      }
    }
  }

  get hasPoints() {
    return this.names.some((name) => this.points[name].x.length > 0);
  }

  get best() {
    const { x, y } = this.points[`epoch/val_${this.metric}`];
    const better = this.metric === "loss" ? (a, b) => a < b : (a, b) => a > b;
    let best = null;
    y.forEach((value, i) => {
      if (value !== null && (best === null || better(value, best.value))) best = { epoch: x[i], value };
    });
    return best;
  }

  last(name) {
    const { x, y } = this.points[name];
    const i = y.findLastIndex((value) => value !== null);
    return i < 0 ? null : { epoch: x[i], value: y[i] };
  }

  async draw(plotly, runId, axis) {
    const { generation } = this;
    const steps = [
      () => this.#make(plotly, runId, axis),
      () => this.#setAxis(axis),
      () => this.#extend(),
      () => this.#markBest(),
    ];
    for (const step of steps) {
      if (generation === this.generation) await step();
    }
    this.followTheme();
  }

  async #make(plotly, runId, axis) {
    if (this.ready) return;
    this.plotly = plotly;
    this.ready = true;
    const { traces, layout } = chartDesign(this.metric, chartColors(this.element));
    traces.forEach((trace, i) => (trace.visible = this.shown[i]));
    this.axis = this.whole = padded(axis);
    layout.xaxis.range = [...this.axis]; // a copy: Plotly writes the user's zoom into it
    const seeAll = { name: "seeAll", title: TEXT.seeAll, icon: plotly.Icons.home, click: () => this.#seeAll() };
    const config = { ...CONFIG, modeBarButtonsToAdd: [seeAll] };
    await plotly.newPlot(this.element, traces, { ...layout, uirevision: runId }, config);
    this.element.on("plotly_doubleclick", () => this.#seeAll());
  }

  // Once the user has zoomed, the axis is theirs.
  async #setAxis(axis) {
    this.whole = padded(axis);
    if (this.#zoomed || String(this.whole) === String(this.axis)) return;
    this.axis = this.whole;
    await this.plotly.relayout(this.element, { "xaxis.range": [...this.axis] });
  }

  get #zoomed() {
    const { xaxis, yaxis } = this.element.layout;
    const moved = !xaxis.range || xaxis.range.some((end, i) => Math.abs(end - this.axis[i]) > 1e-9);
    return moved || yaxis.autorange === false;
  }

  // Plotly's own reset would go back to the range that the chart was made with.
  #seeAll() {
    this.axis = this.whole;
    this.plotly.relayout(this.element, { "xaxis.range": [...this.axis], "yaxis.autorange": true });
  }

  async #extend() {
    const fresh = this.names.map((name, i) => i).filter((i) => this.points[this.names[i]].x.length > this.drawn[i]);
    if (!fresh.length) return;
    const slices = (part) => fresh.map((i) => this.points[this.names[i]][part].slice(this.drawn[i]));
    const x = slices("x");
    const y = slices("y");
    for (const i of fresh) this.drawn[i] = this.points[this.names[i]].x.length;
    const many = fresh.filter((i) => this.marked[i] && this.drawn[i] >= MARKED[i]);
    if (many.length) {
      for (const i of many) this.marked[i] = false;
      await this.plotly.restyle(this.element, { mode: "lines" }, many);
    }
    await this.plotly.extendTraces(this.element, { x, y }, fresh);
  }

  async #markBest() {
    const { best } = this;
    if (best && String([best.epoch, best.value]) !== this.bestDrawn) {
      this.bestDrawn = String([best.epoch, best.value]);
      await this.plotly.restyle(this.element, { x: [[best.epoch]], y: [[best.value]] }, [BEST]);
    }
  }

  showCurve(trace, shown) {
    this.shown[trace] = shown;
    if (this.ready) this.plotly.restyle(this.element, { visible: shown }, [trace]);
  }

  followTheme() {
    if (!this.ready) return;
    const colors = chartColors(this.element);
    if (this.colors === undefined || String(Object.values(colors)) !== this.colors) {
      this.colors = String(Object.values(colors));
      const { traces, layout } = chartDesign(this.metric, colors);
      this.plotly.update(this.element, traceColors(traces), layoutColors(layout));
    }
  }

  resize() {
    if (this.ready) this.plotly.Plots.resize(this.element)?.catch?.(() => {}); // rejects while it is not displayed
  }
}

// How a chart looks

const CONFIG = {
  displaylogo: false,
  plotlyServerURL: "", // nothing is ever sent elsewhere
  responsive: false, // its own box is watched instead
  doubleClick: false, // the chart has its own way back
  modeBarButtonsToRemove: ["sendChartToCloud", "toImage", "select2d", "lasso2d", "autoScale2d", "resetScale2d"],
};

function padded([first, last]) {
  const pad = 0.02 * (last - first || 1);
  return [first - pad, last + pad];
}

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
    font: read("--st-font", "sans-serif"),
  };
}

function chartDesign(metric, colors) {
  const format = metric === "loss" ? ".4f" : ".2%";
  const curve = (name, color, more) => ({
    x: [],
    y: [],
    type: "scatter",
    name,
    mode: "lines+markers",
    line: { color, width: 2.2 },
    marker: { color, size: 7, line: { color, width: 0 } },
    hovertemplate: `%{y:${format}}`,
    ...more,
  });
  const { train, validation, page, text } = colors;
  const grid = withAlpha(text, 0.14);
  const spike = { spikethickness: 1, spikedash: "dot", spikecolor: withAlpha(text, 0.5) };
  const axis = { gridcolor: grid, zerolinecolor: grid, linecolor: grid, automargin: true };
  return {
    traces: [
      curve(TEXT.curves[0], train, {
        line: { color: train, width: 1.2 },
        marker: { color: train, size: 6, line: { color: train, width: 0 } },
        opacity: 0.6,
      }),
      curve(TEXT.curves[1], train, {}),
      curve(TEXT.curves[2], validation, {}),
      curve(TEXT.best[metric], validation, {
        mode: "markers",
        marker: { symbol: "star", size: 15, color: validation, line: { color: page, width: 1.5 } },
        hoverinfo: "skip",
        hovertemplate: null,
      }),
    ],
    layout: {
      autosize: true,
      dragmode: coarsePointer() ? false : "zoom", // a finger scrolls the page
      hovermode: "x unified",
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      font: { color: text, family: colors.font, size: 13 },
      margin: { l: 48, r: 12, t: 8, b: 40 },
      showlegend: false, // one legend for both charts stands above them
      hoverlabel: { bgcolor: page, bordercolor: grid, font: { color: text } },
      modebar: { bgcolor: "rgba(0,0,0,0)", color: withAlpha(text, 0.4), activecolor: text },
      xaxis: {
        ...axis,
        ...spike,
        title: { text: TEXT.axis, standoff: 6, font: { size: 13 } },
        range: [-0.02, 1.02],
        nticks: 8,
        unifiedhovertitle: { text: `${TEXT.axis} %{x:.2f}` },
        zeroline: false,
      },
      yaxis: { ...axis, tickformat: metric === "accuracy" ? "~%" : "", zeroline: false },
    },
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

// Both charts as they are shown now, side by side under a title, on the page's background.
async function paintFigure(plotly, charts, title) {
  const width = 720;
  const height = 440;
  const [gap, head, scale] = [24, 88, 2];
  const { page, text, font } = chartColors(charts[0].element);
  const canvas = document.createElement("canvas");
  canvas.width = scale * (charts.length * width + (charts.length + 1) * gap);
  canvas.height = scale * (head + height + gap);
  const pen = canvas.getContext("2d");
  pen.scale(scale, scale);
  pen.fillStyle = page;
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.fillStyle = text;
  pen.font = `600 22px ${font}`;
  pen.fillText(title, gap, 36);
  pen.font = `600 17px ${font}`;
  for (const [i, chart] of charts.entries()) {
    const left = gap + i * (width + gap);
    pen.fillText(TEXT.charts[chart.metric], left + 8, 74);
    const image = new Image();
    const { data, layout } = chart.element;
    const legend = { orientation: "h", x: 0, y: 1.02, yanchor: "bottom" };
    const figure = { data, layout: { ...layout, legend, showlegend: true } };
    image.src = await plotly.toImage(figure, { format: "png", width, height, scale });
    await image.decode();
    pen.drawImage(image, left, head, width, height);
  }
  return canvas;
}

// plotly.js, from the same server

class NoPlotly extends Error {}

function loadPlotly() {
  window.labPlotly ??= new Promise((resolve, reject) => {
    if (window.Plotly) return resolve(window.Plotly);
    const script = document.createElement("script");
    script.src = "api/plotly.min.js";
    script.onload = () => (window.Plotly ? resolve(window.Plotly) : reject(new NoPlotly()));
    script.onerror = () => reject(new NoPlotly());
    document.head.append(script);
  }).catch((error) => {
    window.labPlotly = undefined; // the next answer tries again
    throw error;
  });
  return window.labPlotly;
}
