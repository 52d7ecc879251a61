// The live run's charts: made once, then only ever extended, so that nothing flickers and a zoom
// stays where the user put it.

const TRACES = (metric) => [metric, `epoch/${metric}`, `epoch/val_${metric}`]; // the fourth trace marks the best
const BEST = 3;

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
    this.drawn = this.names.map(() => 0);
    this.bestDrawn = null;
  }

  clear() {
    this.generation = {}; // what is still being drawn belongs to the old one
    this.#forgetPoints();
    this.axis = null;
    if (this.ready) this.plotly.purge(this.element);
    this.ready = false;
  }

  add(points) {
    for (const name of this.names) {
      const { epoch = [], value = [] } = points[name] ?? {};
      const count = Math.min(epoch.length, value.length);
      for (let i = 0; i < count; i++) {
        this.points[name].x.push(epoch[i]);
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

  // The chart is made when its axis is known: Plotly's double-click goes back to the first range.
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
    if (axis) {
      this.axis = padded(axis);
      layout.xaxis.range = [...this.axis]; // a copy: Plotly writes the user's zoom into it
    }
    await plotly.newPlot(this.element, traces, { ...layout, uirevision: runId }, CONFIG);
  }

  // The axis spans the whole run from the start. Once the user has zoomed it is theirs.
  async #setAxis(axis) {
    if (!axis) return;
    const range = padded(axis);
    const shown = this.element.layout.xaxis.range;
    const untouched = !this.axis || (shown && shown.every((end, i) => Math.abs(end - this.axis[i]) < 1e-9));
    if (untouched && String(range) !== String(this.axis)) {
      this.axis = range;
      await this.plotly.relayout(this.element, { "xaxis.range": [...range] });
    }
  }

  async #extend() {
    const fresh = this.names.map((name, i) => i).filter((i) => this.points[this.names[i]].x.length > this.drawn[i]);
    if (!fresh.length) return;
    const slices = (part) => fresh.map((i) => this.points[this.names[i]][part].slice(this.drawn[i]));
    const x = slices("x");
    const y = slices("y");
    for (const i of fresh) this.drawn[i] = this.points[this.names[i]].x.length;
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
  doubleClick: "reset",
  modeBarButtonsToRemove: ["sendChartToCloud", "toImage", "select2d", "lasso2d", "autoScale2d"],
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
      curve(TEXT.curves[0], train, { mode: "lines", line: { color: train, width: 1.2 }, opacity: 0.6 }),
      curve(TEXT.curves[1], train, {}),
      curve(TEXT.curves[2], validation, {}),
      curve(TEXT.curves[3], validation, {
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
      yaxis: { ...axis, tickformat: metric === "accuracy" ? ".0%" : "", zeroline: false },
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
