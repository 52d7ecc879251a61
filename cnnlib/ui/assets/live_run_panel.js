// Everything of a run that is no chart: state, progress, numbers, findings.

const STALE_S = 15;

class Panel {
  constructor(root, parts) {
    this.root = root;
    this.parts = parts;
    this.announced = null;
    this.#writeFixedTexts();
  }

  #writeFixedTexts() {
    const { parts } = this;
    for (const [name, text] of Object.entries(TEXT.tiles)) parts[name].querySelector("dt").textContent = text;
    parts["epoch-bar"].setAttribute("aria-label", TEXT.bars.epoch);
    parts["step-bar"].setAttribute("aria-label", TEXT.bars.step);
    parts.findings.setAttribute("aria-label", TEXT.findings);
    parts.follow.textContent = TEXT.follow;
  }

  startRun() {
    this.announced = null;
    this.parts.findings.replaceChildren();
    this.parts.findings.hidden = true;
    this.root.dataset.ended = "false";
    this.root.dataset.bare = "false";
    this.showStatus("loading");
    this.show("connection", "");
  }

  follow(follow) {
    this.parts.follow.hidden = !follow;
  }

  showRun(run, points) {
    const live = LIVE.has(run.status);
    this.showStatus(stateOf(run));
    this.root.dataset.ended = String(!live);
    this.root.dataset.bare = String(!live && !points.most);
    this.parts.title.textContent = run.title;
    this.parts.name.textContent = run.id;
    this.parts.about.textContent = TEXT.about(run.name, run.owner);
    this.show("message", run.message ?? "");
    this.#showProgress(run);
    this.#showBest(points);
    this.#showFindings(run.findings ?? []);
    this.#announce(points);
  }

  showStatus(status) {
    this.root.dataset.status = status;
    this.parts.chip.dataset.status = status;
    this.parts.icon.setAttribute("d", ICONS[status] ?? ICONS.loading);
    this.parts["chip-text"].textContent = TEXT.status[status] ?? status;
  }

  show(part, text) {
    const element = this.parts[part];
    if (element.textContent !== text) element.textContent = text;
    element.hidden = !text;
  }

  // Progress

  #showProgress(run) {
    const live = LIVE.has(run.status);
    const state = stateOf(run);
    const { progress } = run;
    this.parts["step"].hidden = !live; // the message says how it ended
    if (!progress) {
      const waiting = run.status === "queued" ? TEXT.queue(run.queue_position, run.expected_start) : TEXT.preparing;
      this.#showBar("epoch", live ? waiting : TEXT.ended[run.status], live ? 0 : null);
      this.#showBar("step", TEXT.noStepsYet, 0, run.status === "starting");
      return;
    }
    const { first_epoch: first, last_epoch: last, epoch, step, steps } = progress;
    const done = run.status === "finished" ? 1 : (epoch - first) / (last - first || 1);
    this.#showBar("epoch", epochText(progress), done);

    const share = steps ? step / steps : null;
    const phase = TEXT.phase[progress.phase] ?? capitalise(progress.phase);
    if (TEXT.wish[state]) this.#showBar("step", TEXT.wish[state], share ?? 0);
    else if (progress.phase === "training" && steps) {
      this.#showBar("step", TEXT.step(phase, formatNumber(step), formatNumber(steps)), share);
    } else this.#showBar("step", `${phase} …`, null, true);
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

  // Numbers

  // Times go on between two answers, and while the connection is lost. now: the server's clock.
  showTimes(run, now) {
    const live = LIVE.has(run.status);
    const { progress, wishes } = run;
    const age = run.heartbeat ? Math.max(0, now - run.heartbeat) : null;
    let stamp = "";
    if (!live) stamp = run.ended ? TEXT.stamp.ended(formatDate(run.ended)) : "";
    else if (run.status === "queued") stamp = TEXT.stamp.waiting(formatTime(now - run.created));
    else if (age !== null) stamp = age < 1 ? TEXT.stamp.fresh : TEXT.stamp.ago(formatTime(age));
    this.parts.stamp.textContent = stamp;
    this.parts.stamp.dataset.stale = String(live && age !== null && age > STALE_S);

    const speed = progress?.images_per_second;
    this.#showTile("speed", speed ? formatNumber(speed) : TEXT.none, speed ? TEXT.speedUnit : "");
    const left = live && !wishes?.stop ? progress?.seconds_left : null;
    this.#showTile("left", left === null || left === undefined ? TEXT.none : formatTime(left));
    this.parts.left.hidden = !live;
    const elapsed = run.started ? (run.ended ?? now) - run.started : null;
    this.#showTile("elapsed", elapsed === null ? TEXT.none : formatTime(elapsed));
    const rate = run.learning_rate ? formatRate(run.learning_rate) : TEXT.none;
    this.#showTile("rate", rate);
  }

  #showBest(points) {
    for (const [metric, format] of [["accuracy", formatPercent], ["loss", formatLoss]]) {
      const best = points.best(metric);
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

  // What the curves say. A finding of the same kind stays where it is, open if it was opened.
  #showFindings(findings) {
    const list = this.parts.findings;
    const there = new Map([...list.children].map((item) => [item.dataset.kind, item]));
    const items = findings.map((finding) => fillFinding(there.get(finding.kind) ?? makeFinding(finding.kind, this.parts.icon.namespaceURI), finding));
    if (items.some((item, i) => list.children[i] !== item) || items.length !== list.children.length) list.replaceChildren(...items);
    list.hidden = !items.length;
  }

  // A screen reader hears of a new status and of each finished epoch, not of every second.
  #announce(points) {
    const values = [];
    let epoch = 0;
    for (const [key, label] of Object.entries(TEXT.summaryValue)) {
      const last = points.last(`epoch/${key}`);
      if (!last) continue;
      epoch = Math.max(epoch, last.epoch);
      values.push(`${label} ${key.endsWith("loss") ? formatLoss(last.value) : formatPercent(last.value)}`);
    }
    const text = TEXT.summary(TEXT.status[this.root.dataset.status], formatEpoch(epoch), values);
    if (text !== this.announced) this.parts.summary.textContent = this.announced = text;
  }
}

function makeFinding(kind, svg) {
  const item = document.createElement("li");
  item.dataset.kind = kind;
  const icon = document.createElementNS(svg, "svg");
  icon.setAttribute("viewBox", "0 0 16 16");
  icon.setAttribute("aria-hidden", "true");
  icon.append(document.createElementNS(svg, "path"));
  const [text, advice, why] = ["p", "p", "details"].map((tag) => document.createElement(tag));
  text.className = "lab-run-finding";
  const summary = document.createElement("summary");
  summary.textContent = TEXT.why;
  why.append(summary, document.createElement("p"));
  const body = document.createElement("div");
  body.append(text, advice, why);
  item.append(icon, body);
  return item;
}

function fillFinding(item, { severity, text, advice, why }) {
  item.dataset.severity = severity;
  item.querySelector("path").setAttribute("d", ICONS[severity]);
  const [first, second, third] = item.querySelectorAll("p");
  for (const [element, words] of [[first, text], [second, advice], [third, why]]) {
    if (element.textContent !== words) element.textContent = words;
  }
  return item;
}

// The status, and what has been asked of the run but has not happened yet.
function stateOf({ status, wishes }) {
  if (!LIVE.has(status) || status === "queued") return status;
  if (wishes?.stop) return "stopping";
  if (status === "paused") return wishes?.pause === false ? "resuming" : "paused";
  return wishes?.pause ? "pausing" : status;
}

function epochText({ first_epoch: first, last_epoch: last, epoch, epoch_number: number }) {
  if (Math.abs(first - Math.round(first)) < TINY) return TEXT.epoch(formatNumber(number), formatNumber(Math.ceil(last - TINY)));
  return TEXT.epochPart(formatEpoch(first), formatEpoch(last), formatPosition(epoch));
}
