// What belongs to the current cell: the marks in every grid, the taps and kernel cells behind it; and
// bringing the sheets that hold them to the front.

class GridTrail {
  constructor(owner) {
    this.owner = owner;
    this.marks = new Map(); // by grid: [{box, level}]
    this.weights = new Map(); // by grid: the flat kernel and bias cells of the current cell
    this.taps = new Map(); // by link to the current cell's grid
  }

  follow() {
    const { model, current, views } = this.owner;
    this.marks = model.trace(current);
    this.weights = new Map();
    this.taps = new Map();
    for (const view of views.values()) if (view.grid.role === "chain") this.#bringForward(view);
    for (const link of model.links) this.#followLink(link);
  }

  #bringForward(view) {
    const { grid } = view;
    if (grid.paint === "rgb" || view.chosen) return;
    const boxes = this.marks.get(grid.id).map((mark) => mark.box);
    if (!boxes.length || boxes.some((box) => grid.boxHasSheet(box, view.active))) return;
    const box = boxes.find((each) => grid.sheetAxes.every((axis) => each[axis].some((place) => place >= 0 && place < grid.shape[axis])));
    if (!box) return;
    view.active = grid.sheetOf(box.map((places, axis) => places.find((place) => place >= 0 && place < grid.shape[axis]) ?? 0));
    if (view.option) view.arrange();
    view.stale = true;
  }

  // A cell of the grid that stands for it: the current one, or one on the way to it.
  exampleCell(grid) {
    if (this.owner.current.grid === grid.id) return this.owner.current.index;
    const box = this.marks.get(grid.id)[0]?.box;
    const inside = (places, axis) => places.find((place) => place >= 0 && place < grid.shape[axis]) ?? 0;
    const index = box ? box.map(inside) : grid.shape.map(() => 0);
    const view = this.owner.views.get(grid.id);
    if (!box || grid.boxHasSheet(box, view.active)) grid.sheetPlaces(view.active).forEach((place, i) => (index[grid.sheetAxes[i]] = place));
    return index;
  }

  #followLink(link) {
    const isCurrent = link.target === this.owner.current.grid;
    if (!isCurrent && !link.kernelGrid) return;
    const index = this.exampleCell(link.to);
    const taps = link.taps(index);
    if (isCurrent) this.taps.set(link, taps);
    if (link.kernelGrid) this.#followKernel(link, taps);
    if (!isCurrent) return;
    const add = (grid, flats) => this.weights.set(grid.id, new Set([...(this.weights.get(grid.id) ?? []), ...flats]));
    if (link.kernelGrid) add(link.kernelGrid, taps.map((tap) => tap.kernelFlat));
    if (link.biasGrid) add(link.biasGrid, [index.at(-1)]);
  }

  #followKernel(link, taps) {
    const grid = link.kernelGrid;
    const view = this.owner.views.get(grid.id);
    const met = new Map(); // kernel sheet: the source's sheet that it is for
    for (const tap of taps) {
      const sheet = grid.sheetOf(grid.unflat(tap.kernelFlat));
      if (!met.has(sheet)) met.set(sheet, link.from.sheetOf(tap.source));
    }
    view.met = new Set(met.keys());
    if (!met.size) return;
    let change = { resized: false, moved: false };
    const { active, names } = view;
    if (link.from.sheetCount > 1) view.names = new Map([...met].map(([sheet, source]) => [grid.sheetPlaces(sheet)[0], link.from.sheetName(source)]));
    else view.names = null;
    const renamed = String([...(names ?? [])]) !== String([...(view.names ?? [])]);
    if (grid.sheetCount > MOST_SIDE) change = view.setSheets(unique([...met.keys()]));
    if (!view.chosen) {
      const front = this.owner.views.get(link.source).active;
      const match = [...met].find(([, source]) => source === front)?.[0];
      if (match !== undefined) view.active = match;
    }
    if (change.resized) this.owner.ask("layout");
    else if (view.option && (change.moved || renamed || view.active !== active)) {
      view.arrange();
      view.stale = true;
    }
  }

  // What a kernel cell meets for the current cell.
  pairsOf({ grid, index }) {
    const flat = this.owner.model.grids.get(grid).flat(index);
    return [...this.taps].flatMap(([link, taps]) => (link.kernel === grid ? taps.filter((tap) => tap.kernelFlat === flat).map((tap) => ({ link, tap })) : []));
  }

  // The weights that the input cells of the current cell meet, written into them.
  #labelsFor(view) {
    if (view.cell < WEIGHTS_FROM || view.grid.paint === "rgb") return [];
    const labels = [];
    for (const [link, taps] of this.taps) {
      if (link.source !== view.grid.id || !(link.kernelGrid || link.tapWeights)) continue;
      const told = link.reading === "pick" ? taps.filter((tap) => tap.weight !== 0) : taps;
      for (const tap of told) labels.push({ ...view.grid.spot(tap.source), text: `×${formatCell(tap.weight)}` });
    }
    return labels;
  }

  draw() {
    const { owner } = this;
    const { point, walk, model } = owner;
    const pairs = point ? this.pairsOf(point) : [];
    for (const view of owner.views.values()) {
      if (!view.option) continue;
      const { grid, met } = view;
      const spots = this.#spotsIn(grid);
      if (point?.grid === grid.id) spots.push({ ...grid.spot(point.index), level: "point" });
      for (const { link, tap } of pairs) if (link.source === grid.id) spots.push({ ...grid.spot(tap.source), level: "point" });
      const partly = grid.role === "kernel" && met && met.size < view.sheets.length;
      drawMarks(view, owner.palette, {
        marks: [...this.marks.get(grid.id)].reverse(),
        spots,
        labels: this.#labelsFor(view),
        veil: walk.revealing && grid === model.target ? grid.spot(walk.cellAt(walk.place)) : null,
        cursor: owner.focused === view ? grid.spot(owner.input.cursor(view)) : null,
        faded: partly ? (sheet) => !met.has(sheet) : null,
      });
    }
  }

  // The kernel cells of the current cell, and what a pooling window has picked.
  #spotsIn(grid) {
    const spots = [...(this.weights.get(grid.id) ?? [])].map((flat) => ({ ...grid.spot(grid.unflat(flat)), level: "weight" }));
    for (const [link, taps] of this.taps) {
      if (link.source !== grid.id || link.reading !== "pick") continue;
      const picked = taps.filter((tap) => tap.weight !== 0);
      if (picked.length < taps.length) spots.push(...picked.map((tap) => ({ ...grid.spot(tap.source), level: "picked" })));
    }
    return spots;
  }
}
