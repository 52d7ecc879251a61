// The live run's charts: made once, then only ever extended, so that nothing flickers and a zoom
// stays where the user put it.

// One Plotly chart, and how much of the points is already drawn on it.
class Chart {
  constructor(name, element, points) {
    this.name = name;
    this.element = element;
    this.points = points;
    this.hidden = new Set(); // numbers of the curves that the user has switched off
    this.smoothing = 0;
    this.log = false;
    this.clear();
  }

  clear() {
    this.generation = {}; // what is still being drawn belongs to the old one
    this.series = [];
    this.drawn = [];
    this.marked = [];
    this.smoothers = [];
    this.bestDrawn = this.version = this.scale = this.range = this.whole = this.colors = null;
    if (this.ready) this.plotly.purge(this.element);
    this.ready = false;
  }

  get keys() {
    return SERIES[this.name](this.points.keys).map((series) => series.key).filter(Boolean);
  }

  get hasPoints() {
    return this.keys.some((key) => this.points.read(key).value.length > 0);
  }

  // range: the first and last place on the axis, before scale.unit divides them.
  async draw(plotly, runId, range, scale) {
    const series = SERIES[this.name](this.points.keys);
    if (this.series.some((old, i) => old.key !== series[i]?.key)) this.clear();
    const { generation } = this;
    const steps = [
      () => this.#make(plotly, runId, series, range, scale),
      () => this.#addSeries(series),
      () => this.#setAxis(range, scale),
      () => (this.#isOld(scale) ? this.#drawAnew(scale) : this.#extend()),
      () => this.#markBest(),
    ];
    for (const step of steps) {
      if (generation === this.generation) await step();
    }
    this.followTheme();
  }

  async #make(plotly, runId, series, range, scale) {
    if (this.ready) return;
    this.plotly = plotly;
    this.ready = true;
    const colors = chartColors(this.element);
    const layout = makeLayout(this.name, colors);
    this.range = this.whole = padded(range, scale);
    layout.xaxis.range = [...this.range]; // a copy: Plotly writes the user's zoom into it
    layout.xaxis.title.text = scale.title;
    layout.xaxis.unifiedhovertitle = { text: scale.hover };
    if (this.log) Object.assign(layout.yaxis, LOG);
    const seeAll = { name: "seeAll", title: TEXT.seeAll, icon: plotly.Icons.home, click: () => this.#seeAll() };
    const config = { ...CONFIG, modeBarButtonsToAdd: [seeAll] };
    await plotly.newPlot(this.element, this.#newTraces(series), { ...layout, uirevision: runId }, config);
    this.element.on("plotly_doubleclick", () => this.#seeAll());
  }

  #newTraces(series) {
    const colors = chartColors(this.element);
    const first = this.series.length;
    this.series = [...this.series, ...series];
    this.drawn.push(...series.map(() => 0));
    this.marked.push(...series.map((each) => !each.smoothOf && !each.bestOf));
    this.smoothers.push(...series.map((each) => each.smoothOf && new Smoother(this.smoothing)));
    return series.map((each, i) => ({ ...makeTrace(each, colors), ...this.#look(first + i) }));
  }

  // A curve arrives later: a layer's, say.
  async #addSeries(series) {
    const more = series.slice(this.series.length);
    if (more.length) await this.plotly.addTraces(this.element, this.#newTraces(more));
  }

  // Once the user has zoomed, the axis is theirs, unless it becomes another one.
  async #setAxis(range, scale) {
    this.whole = padded(range, scale);
    const changes = {};
    if (this.scale && this.scale.title !== scale.title) {
      Object.assign(changes, { "xaxis.title.text": scale.title, "xaxis.unifiedhovertitle.text": scale.hover, "yaxis.autorange": true });
    } else if (this.#zoomed || String(this.whole) === String(this.range)) return;
    this.range = this.whole;
    await this.plotly.relayout(this.element, { ...changes, "xaxis.range": [...this.range] });
  }

  get #zoomed() {
    const { xaxis, yaxis } = this.element.layout;
    const moved = !xaxis.range || xaxis.range.some((end, i) => Math.abs(end - this.range[i]) > 1e-9);
    return moved || yaxis.autorange === false;
  }

  // Plotly's own reset would go back to the range that the chart was made with.
  #seeAll() {
    this.range = this.whole;
    this.plotly.relayout(this.element, { "xaxis.range": [...this.range], "yaxis.autorange": true });
  }

  #isOld(scale) {
    return this.version !== this.points.version || this.scale?.title !== scale.title;
  }

  async #drawAnew(scale) {
    this.version = this.points.version;
    this.scale = scale;
    this.bestDrawn = null;
    this.drawn = this.series.map(() => 0);
    this.smoothers = this.series.map((each) => each.smoothOf && new Smoother(this.smoothing));
    await this.#draw(this.series.map((each, i) => i), (changes, which) => this.plotly.restyle(this.element, changes, which));
  }

  async #extend() {
    const fresh = this.series.map((each, i) => i).filter((i) => this.#read(i).value.length > this.drawn[i]);
    await this.#draw(fresh, (changes, which) => this.plotly.extendTraces(this.element, changes, which));
  }

  // Hand what is not yet drawn of these curves to Plotly.
  async #draw(which, hand) {
    which = which.filter((i) => !this.series[i].bestOf);
    if (!which.length) return;
    const { by, unit } = this.scale;
    const fresh = (i, part) => this.#read(i)[part].slice(this.drawn[i]);
    const x = which.map((i) => (unit === 1 ? fresh(i, by) : fresh(i, by).map((place) => place / unit)));
    const y = which.map((i) => (this.smoothers[i] ? this.smoothers[i].next(fresh(i, "value")) : fresh(i, "value")));
    for (const i of which) this.drawn[i] = this.#read(i).value.length;
    const many = which.filter((i) => this.marked[i] && this.drawn[i] >= this.series[i].marked);
    if (many.length) {
      for (const i of many) this.marked[i] = false;
      await this.plotly.restyle(this.element, { mode: "lines" }, many);
    }
    await hand({ x, y }, which);
  }

  #read(i) {
    const { key, smoothOf } = this.series[i];
    return this.points.read(key ?? smoothOf);
  }

  async #markBest() {
    const place = this.series.findIndex((each) => each.bestOf);
    const best = place < 0 ? null : this.points.best(this.series[place].bestOf);
    if (!best || this.bestDrawn === String([best.epoch, best.value])) return;
    this.bestDrawn = String([best.epoch, best.value]);
    await this.plotly.restyle(this.element, { x: [[best[this.scale.by] / this.scale.unit]], y: [[best.value]] }, [place]);
  }

  // What the user chooses

  #look(i) {
    const { raw, smoothOf, opacity } = this.series[i];
    const smooth = this.smoothing > 0;
    if (smoothOf) return { visible: smooth && !this.hidden.has(0) };
    return { visible: !this.hidden.has(i), ...(raw ? { opacity: smooth ? FAINT : RAW } : opacity ? { opacity } : {}) };
  }

  #restyle() {
    if (!this.ready) return;
    const looks = this.series.map((each, i) => this.#look(i));
    this.plotly.restyle(this.element, { visible: looks.map((look) => look.visible), opacity: looks.map((look) => look.opacity ?? 1) });
  }

  showCurve(number, shown) {
    if (shown) this.hidden.delete(number);
    else this.hidden.add(number);
    this.#restyle();
  }

  smooth(weight) {
    if (this.smoothing === weight) return;
    this.smoothing = weight;
    this.series.forEach((each, i) => {
      if (!each.smoothOf) return;
      this.smoothers[i] = new Smoother(weight);
      const y = this.smoothers[i].next(this.#read(i).value.slice(0, this.drawn[i]));
      if (this.ready) this.plotly.restyle(this.element, { y: [y] }, [i]);
    });
    this.#restyle();
  }

  useLog(log) {
    if (this.log === log) return;
    this.log = log;
    const { type, tickformat } = log ? LOG : LINEAR;
    if (this.ready) this.plotly.relayout(this.element, { "yaxis.type": type, "yaxis.tickformat": tickformat, "yaxis.autorange": true });
  }

  followTheme() {
    if (!this.ready) return;
    const colors = chartColors(this.element);
    const shown = String([...Object.values(colors), this.series.length]);
    if (shown === this.colors) return;
    this.colors = shown;
    const traces = this.series.map((each) => makeTrace(each, colors));
    this.plotly.update(this.element, traceColors(traces), layoutColors(makeLayout(this.name, colors)));
  }

  resize() {
    if (this.ready) this.plotly.Plots.resize(this.element)?.catch?.(() => {}); // rejects while it is not displayed
  }
}

function padded([first, last], { unit }) {
  const pad = 0.02 * (last - first || 1);
  return [(first - pad) / unit, (last + pad) / unit];
}
