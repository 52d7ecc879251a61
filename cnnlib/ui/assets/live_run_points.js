// The points of a run as the server has told them, and what is computed from them.

const NO_POINTS = { epoch: [], seconds: [], value: [] };

class Points {
  constructor() {
    this.version = 0; // another one: what was drawn is to be drawn anew
    this.clear();
  }

  clear() {
    this.curves = new Map();
    this.version += 1;
  }

  // whole: in place of all that is here.
  add(points, whole) {
    if (whole && this.curves.size) this.clear();
    for (const [key, { epoch = [], seconds = [], value = [] }] of Object.entries(points ?? {})) {
      if (!this.curves.has(key)) this.curves.set(key, { epoch: [], seconds: [], value: [] });
      const curve = this.curves.get(key);
      const count = Math.min(epoch.length, value.length);
      for (let i = 0; i < count; i++) {
        curve.epoch.push(epoch[i]);
        curve.seconds.push(seconds[i] ?? 0);
        curve.value.push(Number.isFinite(value[i]) ? value[i] : null); // null: a gap in the line
      }
    }
  }

  get keys() {
    return [...this.curves.keys()];
  }

  get most() {
    return Math.max(0, ...[...this.curves.values()].map((curve) => curve.value.length));
  }

  read(key) {
    return this.curves.get(key) ?? NO_POINTS;
  }

  last(key) {
    const { epoch, value } = this.read(key);
    const i = value.findLastIndex((each) => each !== null);
    return i < 0 ? null : { epoch: epoch[i], value: value[i] };
  }

  best(metric) {
    const { epoch, seconds, value } = this.read(`epoch/val_${metric}`);
    const better = metric === "loss" ? (a, b) => a < b : (a, b) => a > b;
    let best = null;
    value.forEach((each, i) => {
      if (each !== null && (best === null || better(each, best.value))) best = { epoch: epoch[i], seconds: seconds[i], value: each };
    });
    return best;
  }

  // The first and last place of these curves on an axis; [Infinity, -Infinity] without points.
  span(by, keys) {
    const ends = keys.map((key) => this.read(key)[by]).filter((places) => places.length);
    return [Math.min(...ends.map((places) => places[0])), Math.max(...ends.map((places) => places.at(-1)))];
  }

  get hasTimes() {
    return METRICS.some((metric) => this.span("seconds", TRACES(metric))[1] > 0);
  }
}

// An exponential moving mean: each value is weight times the mean so far and the rest the new
// value. It begins at 0, so dividing by 1 - weight^n takes that bias out again (as TensorBoard and
// Adam do: Kingma & Ba, 2015, section 3).
class Smoother {
  constructor(weight) {
    this.weight = weight;
    this.mean = 0;
    this.bias = 1;
  }

  next(values) {
    return values.map((value) => {
      if (value === null) return null;
      this.mean = this.weight * this.mean + (1 - this.weight) * value;
      this.bias *= this.weight;
      return this.mean / (1 - this.bias);
    });
  }
}

// The server's answers

async function fetchRun(runId, after, signal) {
  const response = await fetch(`api/runs/${encodeURIComponent(runId)}?after=${after}`, { signal, cache: "no-store" });
  const answer = await response.json();
  if (response.status === 404 && typeof answer.error === "string") return { missing: answer.error };
  if (!response.ok || !answer.run) throw new Error(`The server answered ${response.status}`);
  return answer;
}
