// What the live run says: every text and icon, and how numbers and times are written.

const TEXT = {
  status: {
    loading: "Looking up the run",
    queued: "Waiting",
    starting: "Starting",
    running: "Training",
    pausing: "Pausing",
    paused: "Paused",
    resuming: "Going on soon",
    stopping: "Stopping",
    finished: "Finished",
    stopped: "Stopped",
    failed: "Failed",
    missing: "Not found",
  },
  phase: {
    "loading data": "Loading the data",
    "building the network": "Building the network",
    training: "Training",
    validating: "Validating",
    saving: "Saving",
  },
  about: (name, owner) => [name && `“${name}”`, owner && `by ${owner}`].filter(Boolean).join(", "),
  queue: (place, seconds) => {
    const where = place > 0 ? `Number ${place} in the queue` : "Waiting for a free place";
    if (seconds === null || seconds === undefined) return where;
    return seconds < 5 ? `${where}: starts soon` : `${where}: starts in about ${formatTime(roughly(seconds))}`;
  },
  follow: "You are following this run: you see it as it is, only its owner can change it.",
  preparing: "Getting ready",
  wish: {
    stopping: "Stopping after this batch",
    pausing: "Pausing after this batch",
    paused: "Paused: nothing is lost, and its place is free for others",
    resuming: "Waiting for a free place to go on",
  },
  noStepsYet: "No steps yet",
  ended: { finished: "All epochs done", stopped: "Stopped early; what was learned is kept", failed: "Ended early" },
  epoch: (number, last) => `Epoch ${number} of ${last}`,
  epochPart: (first, last, at) => `Epoch ${first} → ${last}: at ${at}`, // continued within an epoch
  step: (phase, step, steps) => `${phase}: step ${step} of ${steps}`,
  bars: { epoch: "Epochs", step: "Steps of this epoch" },
  stamp: {
    fresh: "last update just now",
    ago: (time) => `last update ${time} ago`,
    waiting: (time) => `waiting for ${time}`,
    ended: (time) => `ended ${time}`,
  },
  connection: "Connection lost. The run itself goes on; trying again …",
  noPlotly: "The charts could not be loaded; trying again …",
  noPoints: { live: "The curve appears here with the first steps.", ended: "No points were recorded." },
  tiles: {
    speed: "Speed",
    left: "Time left",
    elapsed: "Elapsed",
    rate: "Learning rate",
    "best-accuracy": "Best val. accuracy",
    "best-loss": "Lowest val. loss",
  },
  speedUnit: "images/s",
  atEpoch: (epoch) => `epoch ${epoch}`,
  charts: {
    loss: "Loss",
    accuracy: "Accuracy",
    learning_rate: "Learning rate",
    gradient_norm: "Gradient norm",
    dead: "Dead ReLUs",
    machine: "Machine",
  },
  notes: {
    learning_rate: "how large a step is",
    gradient_norm: "over all weights, before the step",
    dead: "share of units that are 0 for every image looked at",
    machine: "left: share in use; right: memory",
  },
  machine: {
    "machine/cpu": "processors",
    "machine/memory": "memory of this run",
    "machine/gpu": "GPU",
    "machine/gpu_memory": "GPU memory",
  },
  curves: ["training, each step", "training, epoch mean", "validation"],
  stepHelp: "Each point is a step's own batch. An epoch's last batch may hold few images: it jumps the most.",
  smoothed: "smoothed",
  smoothCurve: "training steps: smoothed (faint: as measured)",
  rate: "learning rate",
  gradient: "gradient norm",
  allLayers: "all layers",
  best: { loss: "lowest validation loss", accuracy: "highest validation accuracy" },
  bests: "best validation",
  legend: "Curves to show",
  tools: "How to show the curves",
  smoothing: "Smoothing",
  smoothingHelp: "A moving mean of the step-by-step curves: this is the share that the mean so far has in the next one.",
  off: "off",
  log: "Log loss axis",
  axisChoice: "Horizontal axis",
  axisChoices: { epoch: "Epochs", seconds: "Time" },
  axes: { epoch: "epoch", seconds: (unit) => `time of training, ${unit}` },
  more: "More charts",
  findings: "What the curves say",
  why: "Why?",
  hint: "Drag to zoom, double-click to see all again.",
  seeAll: "See all again",
  save: "Save figure",
  summary: (status, epoch, values) => (values.length ? `${status}. After epoch ${epoch}: ${values.join(", ")}.` : `${status}.`),
  summaryValue: {
    loss: "training loss",
    accuracy: "training accuracy",
    val_loss: "validation loss",
    val_accuracy: "validation accuracy",
  },
  seconds: (s) => `${s} s`,
  minutes: (m, s) => (s ? `${m} min ${s} s` : `${m} min`),
  hours: (h, m) => (m ? `${h} h ${m} min` : `${h} h`),
  none: "–",
};

const ICONS = {
  loading: "M8 3v5l3 2M8 1.5a6.5 6.5 0 1 1 0 13a6.5 6.5 0 0 1 0-13",
  queued: "M4 2h8M4 14h8M5 2c0 6 6 6 6 12M11 2c0 6-6 6-6 12",
  starting: "M14 8a6 6 0 1 1-3-5.2",
  running: "M14 8a6 6 0 1 1-3-5.2",
  stopping: "M4 4h8v8H4z",
  finished: "M3 8.5l3.5 3.5L13 4.5",
  stopped: "M4 4h8v8H4z",
  failed: "M4 4l8 8M12 4l-8 8",
  pausing: "M5 3v10M11 3v10",
  paused: "M5 3v10M11 3v10",
  resuming: "M5 3l7 5l-7 5z",
  good: "M3 8.5l3.5 3.5L13 4.5",
  info: "M8 7.2v4.3M8 4.4v.2",
  warning: "M8 3.2v6M8 12.4v.2",
  missing: "M6 6a2 2 0 1 1 2.6 1.9c-.5.2-.6.6-.6 1.6M8 13v.1",
};

function formatNumber(value) {
  return new Intl.NumberFormat("en", { maximumFractionDigits: value < 10 ? 1 : 0 }).format(value);
}

function formatEpoch(value) {
  return new Intl.NumberFormat("en", { maximumFractionDigits: 2 }).format(value);
}

function formatPosition(value) {
  return value.toFixed(2);
}

function formatPercent(value) {
  return `${(100 * value).toFixed(1)}%`;
}

function formatLoss(value) {
  return value >= 100 ? formatNumber(value) : value.toFixed(3);
}

function formatRate(value) {
  return Number(value.toPrecision(3)).toString();
}

// Nobody knows a start to the second.
function roughly(seconds) {
  const grain = seconds < 60 ? 5 : seconds < 600 ? 30 : seconds < 7200 ? 60 : 600;
  return grain * Math.ceil(seconds / grain);
}

function formatTime(seconds) {
  const s = Math.max(0, Math.round(seconds));
  if (s < 60) return TEXT.seconds(s);
  if (s < 3600) return TEXT.minutes(Math.floor(s / 60), s % 60);
  return TEXT.hours(Math.floor(s / 3600), Math.floor((s % 3600) / 60));
}

function formatDate(seconds) {
  return new Date(1000 * seconds).toLocaleString("en-GB", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
}

function capitalise(text) {
  return text ? text[0].toUpperCase() + text.slice(1) : "";
}
