// What part of a run all charts show: epochs, or seconds of training.
// A long run does not start with its whole length, which would press the curve into a sliver: the
// end moves on in leaps. An ended run is shown as far as it came.

const TO_THE_END = 20; // with no more epochs than this to go, the end is the run's own
const AT_LEAST = 10; // epochs, or seconds
const ROOM = 1.25;
const FULL = 0.96;
const TINY = 1e-6;
const UNITS = [["h", 3600, 3 * 3600], ["min", 60, 180], ["s", 1, 0]]; // name, seconds, from how many on

class EpochAxis {
  #end = null;

  // span: the first and last epoch of the points; [Infinity, -Infinity] without any.
  range({ first_epoch: first = 0, last_epoch: last = 1, epoch = first }, [earliest, latest], live) {
    const start = earliest < first - TINY ? 0 : first; // a continued run has the earlier one's curve
    if (!live) return [start, latest > start ? latest : Math.max(last, start + TINY)];
    const trained = Math.max(epoch, latest, start);
    if (last - trained <= TO_THE_END) this.#end = last;
    else if (this.#end === null || trained - start > FULL * (this.#end - start)) {
      this.#end = Math.min(last, start + leap(trained - start));
    }
    return [start, this.#end];
  }
}

class TimeAxis {
  #end = 0;

  // latest: seconds of training of the last point.
  range(latest, live) {
    const trained = Math.max(latest, 0);
    if (!live) return [0, Math.max(trained, TINY)];
    if (trained > FULL * this.#end) this.#end = leap(trained);
    return [0, Math.max(this.#end, AT_LEAST)];
  }
}

function leap(length) {
  return Math.max(AT_LEAST, roundUp(ROOM * length));
}

// 10, 12, 15, 20 … 80, 100, 120: a number that reads well, and no smaller.
function roundUp(value) {
  const power = 10 ** Math.floor(Math.log10(Math.max(value, 1)));
  return power * [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10].find((step) => step * power >= value - TINY);
}

// How places on the axis are written: what the charts divide them by, and the axis's title.
function scaleOf(by, [, end]) {
  if (by === "epoch") return { by, unit: 1, title: TEXT.axes.epoch, hover: `${TEXT.axes.epoch} %{x:.2f}` };
  const [name, unit] = UNITS.find(([, , from]) => end >= from);
  return { by, unit, title: TEXT.axes.seconds(name), hover: `%{x:.1f} ${name}` };
}
