// A training run, live: asks the server for new points about once a second and shows them.
// Streamlit gets live_run_text.js, live_run_chart.js and this file as one script, in this order.

const LIVE = new Set(["queued", "starting", "running"]);
const METRICS = ["loss", "accuracy"];

const POLL_MS = 1000;
const POLL_FIRST_MS = 250; // a run that is coming up: its first point is awaited
const POLL_HIDDEN_MS = 5000;
const BACKOFF_MS = [1000, 2000, 4000, 8000, 15000];
const TIMEOUT_MS = 10000;
const STALE_S = 15;

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
    this.charts = Object.fromEntries(METRICS.map((metric) => [metric, new Chart(metric, this.parts)]));
    this.axis = new EpochAxis();
    this.tickets = 0;
    this.runId = null;
    this.#writeFixedTexts();

    this.parts.save.onclick = () => this.#saveFigure();
    for (const button of this.#legendButtons) button.onclick = () => this.#toggleCurve(button);
    this.onVisibility = () => document.hidden || this.#pollSoon(0);
    document.addEventListener("visibilitychange", this.onVisibility);
    this.resizes = new ResizeObserver(() => this.#eachChart((chart) => chart.resize()));
    this.resizes.observe(this.parts.charts);
    this.clock = setInterval(() => this.#showTimes(), 1000);
  }

  // Streamlit calls this at the first mount and again after reruns and theme changes.
  mount({ data, setTriggerValue }) {
    this.setTriggerValue = setTriggerValue;
    this.seenLive = data.run_id === this.runId ? this.seenLive : false;
    if (data.run_id !== this.runId) this.#startRun(data.run_id);
    this.seenLive ||= LIVE.has(data.status);
    this.#eachChart((chart) => chart.followTheme());
    return ++this.tickets;
  }

  unmount(ticket) {
    if (ticket !== this.tickets) return; // a later mount has taken over
    clearTimeout(this.timer);
    clearInterval(this.clock);
    this.request?.abort();
    this.resizes.disconnect();
    document.removeEventListener("visibilitychange", this.onVisibility);
    this.#eachChart((chart) => chart.clear());
    this.runId = null;
    delete this.root.labRun;
  }

  // Asking the server

  #startRun(runId) {
    this.request?.abort();
    this.request = null;
    this.runId = runId;
    this.cursor = 0;
    this.failures = 0;
    this.answer = null;
    this.triggered = false;
    this.announced = null;
    this.#clearCharts();
    this.root.dataset.ended = "false";
    this.#showStatus("loading");
    this.#show(this.parts.connection, "");
    this.#pollSoon(0);
  }

  #pollSoon(delay) {
    clearTimeout(this.timer);
    if (this.runId === null || this.over) return;
    this.timer = setTimeout(() => this.#poll(), delay);
  }

  get over() {
    if (this.answer?.runId !== this.runId) return false;
    return this.answer.missing !== undefined || (this.chartsReady && !LIVE.has(this.answer.run.status));
  }

  get chartsReady() {
    return METRICS.every((metric) => this.charts[metric].ready);
  }

  async #poll() {
    if (this.request) return; // one request at a time
    const { runId } = this;
    const request = (this.request = new AbortController());
    const timeout = setTimeout(() => request.abort(), TIMEOUT_MS);
    const began = performance.now();
    let delay;
    try {
      const answer = await fetchRun(runId, this.cursor, request.signal);
      if (runId !== this.runId) return;
      this.failures = 0;
      this.#receive(answer);
      await this.#draw();
      delay = this.#pause - (performance.now() - began);
    } catch (error) {
      if (runId !== this.runId) return;
      delay = BACKOFF_MS[Math.min(this.failures, BACKOFF_MS.length - 1)];
      this.failures += 1;
      this.#show(this.parts.connection, error instanceof NoPlotly ? TEXT.noPlotly : TEXT.connection);
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
    this.#show(this.parts.connection, "");
    if (answer.missing) {
      this.#showStatus("missing");
      this.#show(this.parts.message, answer.missing);
      return;
    }
    if (answer.cursor < this.cursor) this.#clearCharts(); // a fresh store: from the start
    this.cursor = answer.cursor < this.cursor ? 0 : answer.cursor;
    this.#eachChart((chart) => chart.add(answer.points ?? {}));
    this.#showRun(answer.run);
    this.#tellStreamlit(answer.run.status);
  }

  async #draw() {
    if (this.answer.missing) return;
    const { progress, status } = this.answer.run;
    const plotly = await loadPlotly();
    const live = LIVE.has(status);
    if (!progress && live) return;
    const axis = this.axis.range(progress ?? {}, METRICS.map((metric) => this.charts[metric].span), live);
    for (const metric of METRICS) await this.charts[metric].draw(plotly, this.runId, axis);
    this.parts.save.disabled = !METRICS.some((metric) => this.charts[metric].hasPoints);
  }

  #tellStreamlit(status) {
    if (LIVE.has(status)) {
      this.seenLive = true;
    } else if (this.seenLive && !this.triggered) {
      this.triggered = true;
      this.setTriggerValue("ended", status);
    }
  }

  // Showing the answer

  #writeFixedTexts() {
    const { parts } = this;
    for (const [name, text] of Object.entries(TEXT.tiles)) parts[name].querySelector("dt").textContent = text;
    for (const metric of METRICS) parts[`${metric}-caption`].textContent = TEXT.charts[metric];
    parts.legend.setAttribute("aria-label", TEXT.legend);
    for (const button of this.#legendButtons) button.querySelector("span").textContent = [...TEXT.curves, TEXT.bests][button.dataset.trace];
    parts["epoch-bar"].setAttribute("aria-label", TEXT.bars.epoch);
    parts["step-bar"].setAttribute("aria-label", TEXT.bars.step);
    parts.hint.textContent = TEXT.hint;
    parts.save.textContent = TEXT.save;
  }

  #showRun(run) {
    const { parts } = this;
    const live = LIVE.has(run.status);
    this.#showStatus(live && run.stop_requested ? "stopping" : run.status);
    this.root.dataset.ended = String(!live);
    parts.title.textContent = titleOf(run);
    parts.name.textContent = run.name ?? "";
    this.#show(parts.message, run.message ?? "");
    this.#showProgress(run);
    this.#showTimes();
    this.#showBest();
    for (const metric of METRICS) {
      const text = this.charts[metric].hasPoints ? "" : TEXT.noPoints[live ? "live" : "ended"];
      this.#show(parts[`${metric}-empty`], text);
    }
    this.#announce(run);
  }

  #showStatus(status) {
    this.root.dataset.status = status;
    this.parts.chip.dataset.status = status;
    this.parts.icon.setAttribute("d", ICONS[status] ?? ICONS.loading);
    this.parts["chip-text"].textContent = TEXT.status[status] ?? status;
  }

  #showProgress(run) {
    const live = LIVE.has(run.status);
    const { progress } = run;
    this.parts["step"].hidden = run.status === "finished";
    if (!progress) {
      const waiting = run.status === "queued" ? TEXT.queue(run.queue_position) : TEXT.preparing;
      this.#showBar("epoch", live ? waiting : TEXT.ended[run.status], live ? 0 : null);
      this.#showBar("step", TEXT.noStepsYet, 0, run.status === "starting");
      return;
    }
    const { first_epoch: first, last_epoch: last, epoch, step, steps } = progress;
    const done = run.status === "finished" ? 1 : (epoch - first) / (last - first || 1);
    this.#showBar("epoch", this.#epochText(progress), done);

    const phase = TEXT.phase[progress.phase] ?? capitalise(progress.phase);
    if (!live) {
      this.#showBar("step", TEXT.ended[run.status], steps ? step / steps : null);
    } else if (run.stop_requested) {
      this.#showBar("step", TEXT.stopping, steps ? step / steps : 0);
    } else if (progress.phase === "training" && steps) {
      this.#showBar("step", TEXT.step(phase, formatNumber(step), formatNumber(steps)), step / steps);
    } else {
      this.#showBar("step", `${phase} …`, null, true);
    }
  }

  #epochText({ first_epoch: first, last_epoch: last, epoch, epoch_number: number }) {
    if (Math.abs(first - Math.round(first)) < TINY) return TEXT.epoch(formatNumber(number), formatNumber(Math.ceil(last - TINY)));
    return TEXT.epochPart(formatEpoch(first), formatEpoch(last), formatPosition(epoch));
  }

  // A share of null leaves the percentage out; a busy bar moves without saying how far it is.
  #showBar(name, text, share, busy = false) {
    const bar = this.parts[`${name}-bar`];
    const percent = share === null ? null : Math.round(100 * Math.min(1, Math.max(0, share)));
    this.parts[`${name}-text`].textContent = text;
    this.parts[`${name}-percent`].textContent = percent === null || busy ? "" : `${percent}%`;
    bar.dataset.busy = String(busy);
    bar.firstElementChild.style.width = busy ? "" : `${percent ?? 0}%`;
    bar.setAttribute("aria-valuetext", text);
    if (percent === null || busy) bar.removeAttribute("aria-valuenow");
    else bar.setAttribute("aria-valuenow", String(percent));
  }

  // Times go on between two answers, and while the connection is lost.
  #showTimes() {
    const run = this.answer?.run;
    if (!run) return;
    const live = LIVE.has(run.status);
    const sinceAnswer = (performance.now() - this.answer.at) / 1000;
    const now = this.answer.server_time + sinceAnswer;
    const { progress } = run;

    const age = run.heartbeat ? Math.max(0, now - run.heartbeat) : null;
    let stamp = "";
    if (!live) stamp = run.ended ? TEXT.stamp.ended(formatDate(run.ended)) : "";
    else if (run.status === "queued") stamp = TEXT.stamp.waiting(formatTime(now - run.created));
    else if (age !== null) stamp = age < 1 ? TEXT.stamp.fresh : TEXT.stamp.ago(formatTime(age));
    this.parts.stamp.textContent = stamp;
    this.parts.stamp.dataset.stale = String(live && age !== null && age > STALE_S);

    const speed = progress?.images_per_second;
    this.#showTile("speed", speed ? formatNumber(speed) : TEXT.none, speed ? TEXT.speedUnit : "");
    const left = live && !run.stop_requested ? progress?.seconds_left : null;
    this.#showTile("left", left === null || left === undefined ? TEXT.none : formatTime(left));
    this.parts.left.hidden = !live;
    const elapsed = run.started ? (run.ended ?? now) - run.started : null;
    this.#showTile("elapsed", elapsed === null ? TEXT.none : formatTime(elapsed));
  }

  #showBest() {
    for (const [metric, format] of [["accuracy", formatPercent], ["loss", formatLoss]]) {
      const best = this.charts[metric].best;
      this.#showTile(`best-${metric}`, best ? format(best.value) : TEXT.none, best ? TEXT.atEpoch(formatEpoch(best.epoch)) : "");
    }
  }

  #showTile(name, value, note = "") {
    const dd = this.parts[name].querySelector("dd");
    if (dd.dataset.shown === `${value} ${note}`) return;
    dd.dataset.shown = `${value} ${note}`;
    const small = document.createElement("small");
    small.textContent = note;
    dd.replaceChildren(value, ...(note ? [" ", small] : []));
  }

  // A screen reader hears of a new status and of each finished epoch, not of every second.
  #announce(run) {
    const values = [];
    let epoch = 0;
    for (const [key, label] of Object.entries(TEXT.summaryValue)) {
      const metric = key.replace("val_", "");
      const last = this.charts[metric].last(`epoch/${key}`);
      if (!last) continue;
      epoch = Math.max(epoch, last.epoch);
      values.push(`${label} ${metric === "loss" ? formatLoss(last.value) : formatPercent(last.value)}`);
    }
    const text = TEXT.summary(TEXT.status[this.root.dataset.status], formatEpoch(epoch), values);
    if (text !== this.announced) this.parts.summary.textContent = this.announced = text;
  }

  #show(element, text) {
    if (element.textContent !== text) element.textContent = text;
    element.hidden = !text;
  }

  get #legendButtons() {
    return this.parts.legend.querySelectorAll("button");
  }

  #toggleCurve(button) {
    const shown = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(shown));
    this.#eachChart((chart) => chart.showCurve(Number(button.dataset.trace), shown));
  }

  #eachChart(act) {
    for (const metric of METRICS) act(this.charts[metric]);
  }

  #clearCharts() {
    this.axis = new EpochAxis();
    this.#eachChart((chart) => chart.clear());
  }

  async #saveFigure() {
    const { run } = this.answer;
    this.parts.save.disabled = true;
    try {
      const plotly = await loadPlotly();
      const title = [titleOf(run), run.name].filter(Boolean).join(" · ");
      const canvas = await paintFigure(plotly, METRICS.map((metric) => this.charts[metric]), title);
      const link = document.createElement("a");
      link.href = canvas.toDataURL("image/png");
      link.download = `${(run.name || "run").replace(/[^\p{L}\p{N}._-]+/gu, "-")}.png`;
      link.click();
    } finally {
      this.parts.save.disabled = false;
    }
  }
}

function titleOf(run) {
  return run.title || TEXT.about(run.network, run.dataset);
}

// The server's answers

async function fetchRun(runId, after, signal) {
  const response = await fetch(`api/runs/${encodeURIComponent(runId)}?after=${after}`, { signal, cache: "no-store" });
  const answer = await response.json();
  if (response.status === 404 && typeof answer.error === "string") return { missing: answer.error };
  if (!response.ok || !answer.run) throw new Error(`The server answered ${response.status}`);
  return answer;
}
