// The panel under the grids: the calculation in numbers, and the same in words for those who listen.

const SPEAK_MS = 400;

class SumPanel {
  constructor(owner) {
    this.owner = owner;
    this.longestText = 0;
    owner.parts.more.onclick = () => {
      owner.open = !owner.open;
      owner.ask("text");
    };
  }

  show() {
    const { model, current, parts, trail, walk, open } = this.owner;
    if (parts.text.hidden) return;
    const found = explain(model, current, trail.taps);
    const reach = [];
    for (const link of model.links) {
      if (link.source !== current.grid) continue;
      const box = link.reachedFrom(current.index.map((place) => [place]));
      reach.push({ label: link.to.label, count: box ? countBox(box) : 0 });
    }
    const { rows, folded } = writeExplanation(model, current, found, reach, open);
    parts.sum.replaceChildren(...rows.flatMap(({ name, text, strong }) => this.#textRow(name, text, strong)));
    const result = found.counted.length ? found.total : found.value;
    parts.sum.dataset.result = String(result);
    parts.sum.dataset.value = String(found.value);
    parts.sum.dataset.agrees = String(!found.counted.length || agrees(result, found.value));
    parts.more.hidden = !folded && !open;
    parts.more.textContent = open ? TEXT.showLess : TEXT.showAll;
    parts.readout.textContent = this.#readout() || this.owner.hint;
    parts.position.textContent = model.target && current.grid === model.target.id ? TEXT.position(walk.placeOf(current.index) + 1, walk.length) : "";
    this.owner.root.dataset.cell = `${current.grid}:${current.index.join()}`;
    this.owner.root.dataset.pinned = this.owner.pinned ? `${this.owner.pinned.grid}:${this.owner.pinned.index.join()}` : "";
    this.#keepTextSize(rows);
    this.#speak(found);
  }

  #textRow(name, text, strong) {
    const head = make("span", strong ? "lab-grids-name lab-grids-strong" : "lab-grids-name", name);
    const body = make("span", strong ? "lab-grids-strong" : "", text);
    if (name && text) return [head, body];
    const only = name ? head : body;
    only.classList.add("lab-grids-whole");
    return [only];
  }

  // The panel grows with its longest text and never jumps back under the pointer.
  #keepTextSize(rows) {
    const length = rows.reduce((sum, row) => sum + 80 + row.text.length, 0);
    if (length <= this.longestText) return;
    this.longestText = length;
    this.owner.parts.sum.style.minHeight = this.owner.open ? "" : `${this.owner.parts.sum.offsetHeight}px`;
  }

  forgetSize() {
    this.longestText = 0;
    this.owner.parts.sum.style.minHeight = "";
    this.owner.ask("text");
  }

  #readout() {
    const { point, model, trail } = this.owner;
    if (!point) return "";
    const grid = model.grids.get(point.grid);
    const cell = `${grid.cellName(point.index)} = ${formatText(grid.value(point.index))}`;
    const [pair] = trail.pairsOf(point);
    if (!pair) return cell;
    const { link, tap } = pair;
    return TEXT.times(cell, link.from.cellName(tap.source), tap.inside ? formatText(link.from.value(tap.source)) : TEXT.paddingOnly);
  }

  #speak(found) {
    clearTimeout(this.speaking);
    if (this.owner.walk.playing) return;
    const value = formatText(found.counted.length ? found.total : found.value);
    const words = this.owner.point ? this.#readout() : found.products ? TEXT.inWords(found.name, value, found.products) : TEXT.isValue(found.name, value);
    this.speaking = setTimeout(() => this.owner.parts.live.textContent !== words && (this.owner.parts.live.textContent = words), SPEAK_MS);
  }
}
