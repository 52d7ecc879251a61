// A training run, live: asks the server for new points about once a second and shows them.
// Streamlit gets the live_run_*.js files and this one as one script; see cnnlib/ui/live_run.py.

const LIVE = new Set(["queued", "starting", "running", "paused"]);

const POLL_MS = 1000;
const POLL_FIRST_MS = 250; // a run that is coming up: its first point is awaited
const POLL_HIDDEN_MS = 5000;
const BACKOFF_MS = [1000, 2000, 4000, 8000, 15000];
const TIMEOUT_MS = 10000;
const MANY_POINTS = 6000; // of a curve: a browser that has so many asks for a thinned one

export default function (component) {
  const root = component.parentElement.querySelector(".lab-run");
  root.labRun ??= new LiveRun(root);
  const view = root.labRun;
  const ticket = view.mount(component);
  return () => view.unmount(ticket);
}

class LiveRun {
  constructor(root) {
    this.root = root;
    this.parts = Object.fromEntries([...root.querySelectorAll("[data-part]")].map((el) => [el.dataset.part, el]));
    const { parts } = this;
    this.points = new Points();
    this.charts = [...METRICS, ...MORE].map((name) => new Chart(name, parts[`${name}-chart`], this.points));
    this.panel = new Panel(root, parts);
    this.choices = new Choices(parts, () => this.#useChoices());
    this.tickets = 0;
    this.runId = null;
    this.drawing = Promise.resolve();
    this.#writeFixedTexts();

    parts.save.onclick = () => this.#saveFigure();
    for (const button of this.#legendButtons) button.onclick = () => this.#toggleCurve(button);
    this.onVisibility = () => document.hidden || this.#pollSoon(0);
    document.addEventListener("visibilitychange", this.onVisibility);
    this.resizes = new ResizeObserver(() => this.charts.forEach((chart) => chart.resize()));
    for (const box of [parts.charts, parts.extra]) this.resizes.observe(box);
    this.clock = setInterval(() => this.#showTimes(), 1000);
    this.#useChoices();
  }

  // Streamlit calls this at the first mount and again after reruns and theme changes.
  mount({ data, setTriggerValue }) {
    this.setTriggerValue = setTriggerValue;
    this.seenLive = data.run_id === this.runId ? this.seenLive : false;
    if (data.run_id !== this.runId) this.#startRun(data.run_id);
    this.seenLive ||= LIVE.has(data.status);
    this.panel.follow(Boolean(data.follow));
    this.charts.forEach((chart) => chart.followTheme());
    return ++this.tickets;
  }

  unmount(ticket) {
    if (ticket !== this.tickets) return; // a later mount has taken over
    clearTimeout(this.timer);
    clearInterval(this.clock);
    this.request?.abort();
    this.resizes.disconnect();
    document.removeEventListener("visibilitychange", this.onVisibility);
    this.charts.forEach((chart) => chart.clear());
    this.runId = null;
    delete this.root.labRun;
  }

  // Asking the server

  #startRun(runId) {
    this.request?.abort();
    this.request = null;
    // Another run in the same place was asked for at the end of a long page: show it from the top.
    if (this.runId) this.root.closest('[data-testid="stMain"]')?.scrollTo({ top: 0 });
    this.runId = runId;
    this.cursor = 0;
    this.failures = 0;
    this.answer = null;
    this.triggered = false;
    this.epochs = new EpochAxis();
    this.times = new TimeAxis();
    this.points.clear();
    this.charts.forEach((chart) => chart.clear());
    this.panel.startRun();
    this.#pollSoon(0);
  }

  #pollSoon(delay) {
    clearTimeout(this.timer);
    if (this.runId === null || this.over) return;
    this.timer = setTimeout(() => this.#poll(), delay);
  }

  get over() {
    if (this.answer?.runId !== this.runId) return false;
    return this.answer.missing !== undefined || (this.#mainCharts.every((chart) => chart.ready) && !LIVE.has(this.answer.run.status));
  }

  async #poll() {
    if (this.request) return; // one request at a time
    const { runId } = this;
    const request = (this.request = new AbortController());
    const timeout = setTimeout(() => request.abort(), TIMEOUT_MS);
    const began = performance.now();
    let delay;
    try {
      const answer = await fetchRun(runId, this.points.most > MANY_POINTS ? 0 : this.cursor, request.signal);
      if (runId !== this.runId) return;
      this.failures = 0;
      this.#receive(answer);
      await this.#draw();
      delay = this.#pause - (performance.now() - began);
    } catch (error) {
      if (runId !== this.runId) return;
      delay = BACKOFF_MS[Math.min(this.failures, BACKOFF_MS.length - 1)];
      this.failures += 1;
      this.panel.show("connection", error instanceof NoPlotly ? TEXT.noPlotly : TEXT.connection);
    } finally {
      clearTimeout(timeout);
      if (this.request === request) this.request = null;
    }
    this.#pollSoon(Math.max(100, delay));
  }

  get #pause() {
    if (document.hidden) return POLL_HIDDEN_MS;
    const status = this.answer.run?.status;
    return this.cursor === 0 && (status === "starting" || status === "running") ? POLL_FIRST_MS : POLL_MS;
  }

  #receive(answer) {
    this.answer = { ...answer, runId: this.runId, at: performance.now() };
    this.panel.show("connection", "");
    if (answer.missing) {
      this.panel.showStatus("missing");
      this.panel.show("message", answer.missing);
      return;
    }
    this.cursor = answer.cursor;
    this.points.add(answer.points, answer.whole);
    this.panel.showRun(answer.run, this.points);
    this.#showTimes();
    this.choices.offer(MORE.filter((name) => this.#chart(name).hasPoints), this.points.hasTimes);
    this.#showCharts();
    this.#tellStreamlit(answer.run.status);
  }

  #tellStreamlit(status) {
    if (LIVE.has(status)) {
      this.seenLive = true;
    } else if (this.seenLive && !this.triggered) {
      this.triggered = true;
      this.setTriggerValue("ended", status);
    }
  }

  #showTimes() {
    if (!this.answer?.run) return;
    const sinceAnswer = (performance.now() - this.answer.at) / 1000;
    this.panel.showTimes(this.answer.run, this.answer.server_time + sinceAnswer);
  }

  // The charts

  #chart(name) {
    return this.charts.find((chart) => chart.name === name);
  }

  get #mainCharts() {
    return METRICS.map((name) => this.#chart(name));
  }

  #writeFixedTexts() {
    const { parts } = this;
    for (const { name } of this.charts) {
      parts[`${name}-caption`].textContent = TEXT.charts[name];
      parts[`${name}-note`].textContent = TEXT.notes[name] ?? "";
    }
    parts.legend.setAttribute("aria-label", TEXT.legend);
    for (const button of this.#legendButtons) button.querySelector("span").textContent = [...TEXT.curves, TEXT.bests][button.dataset.trace];
    parts.legend.querySelector("[data-trace='0']").title = TEXT.stepHelp;
    parts.hint.textContent = TEXT.hint;
    parts.save.textContent = TEXT.save;
  }

  #showCharts() {
    const live = LIVE.has(this.answer?.run?.status);
    for (const chart of this.charts) {
      this.parts[`${chart.name}-figure`].hidden = !this.choices.isOpen(chart.name);
      if (METRICS.includes(chart.name)) this.panel.show(`${chart.name}-empty`, chart.hasPoints ? "" : TEXT.noPoints[live ? "live" : "ended"]);
    }
  }

  // One drawing after the other: Plotly's own steps must not meet.
  #draw() {
    const next = this.drawing.catch(() => {}).then(() => this.#drawOnce());
    this.drawing = next.catch(() => {});
    return next;
  }

  async #drawOnce() {
    if (!this.answer?.run) return;
    const { progress, status } = this.answer.run;
    const plotly = await loadPlotly();
    const live = LIVE.has(status) && Boolean(progress); // before, there is only what it goes on from
    if (LIVE.has(status) && !live && !this.#mainCharts.some((chart) => chart.hasPoints)) return;
    const keys = METRICS.flatMap(TRACES);
    const { by } = this.choices;
    const range =
      by === "epoch"
        ? this.epochs.range(progress ?? {}, this.points.span("epoch", keys), live)
        : this.times.range(this.points.span("seconds", keys)[1], live);
    for (const chart of this.charts) {
      if (this.choices.isOpen(chart.name)) await chart.draw(plotly, this.runId, range, scaleOf(by, range));
    }
    this.parts.save.disabled = !this.#mainCharts.some((chart) => chart.hasPoints);
  }

  #useChoices() {
    const { smoothing, log } = this.choices.values;
    for (const chart of this.charts) chart.smooth(smoothing);
    for (const name of ["loss", "gradient_norm"]) this.#chart(name).useLog(log);
    const label = smoothing ? TEXT.smoothCurve : TEXT.curves[0];
    this.parts.legend.querySelector("[data-trace='0'] span").textContent = label;
    this.#showCharts();
    this.#draw().catch(() => {}); // the next answer tries again
  }

  get #legendButtons() {
    return this.parts.legend.querySelectorAll("button");
  }

  #toggleCurve(button) {
    const shown = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(shown));
    for (const chart of this.#mainCharts) chart.showCurve(Number(button.dataset.trace), shown);
  }

  async #saveFigure() {
    const { run } = this.answer;
    this.parts.save.disabled = true;
    try {
      const plotly = await loadPlotly();
      const title = [run.title, run.name, run.id].filter(Boolean).join(" · ");
      const canvas = await paintFigure(plotly, this.#mainCharts, title);
      const link = document.createElement("a");
      link.href = canvas.toDataURL("image/png");
      link.download = `${(run.id || "run").replace(/[^\p{L}\p{N}._-]+/gu, "-")}.png`;
      link.click();
    } finally {
      this.parts.save.disabled = false;
    }
  }
}
