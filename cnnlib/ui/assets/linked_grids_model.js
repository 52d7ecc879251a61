// The grids and links as the server sent them, and the two questions about them: what made this
// cell, and what does it reach. Windows factor by axis, so a set of cells is a box: for each axis
// a list of places; the set is all their combinations.

class GridModel {
  constructor(sent, role, before) {
    Object.assign(this, sent);
    this.role = role; // "chain", "kernel" or "bias"
    this.encoded = sent.values;
    const same = before?.encoded === sent.values && !before.changed;
    this.values = same ? before.values : decodeFloats(sent.values);
    this.size = this.values.length;
    this.flatLine = sent.cols === null; // rank 1, folded into lines when it is long
    if (this.flatLine) {
      const count = sent.shape[0];
      this.columnCount = count <= 10 ? 1 : Math.min(16, Math.ceil(Math.sqrt(2 * count)));
      this.rowCount = Math.ceil(count / this.columnCount);
    } else {
      this.rowCount = sent.shape[sent.rows];
      this.columnCount = sent.shape[sent.cols];
    }
    this.sheetAxes = this.flatLine ? [] : sent.shape.map((_, axis) => axis).filter((axis) => axis !== sent.rows && axis !== sent.cols);
    this.sheetCount = this.sheetAxes.reduce((count, axis) => count * sent.shape[axis], 1);
    this.strides = sent.shape.map((_, axis) => sent.shape.slice(axis + 1).reduce((a, b) => a * b, 1));
    this.ghost = { top: 0, bottom: 0, left: 0, right: 0 };
    this.findRange();
  }

  findRange() {
    let low = 0;
    let high = 0;
    for (const value of this.values) {
      if (value < low && value > -Infinity) low = value;
      if (value > high && value < Infinity) high = value;
    }
    this.limit = Math.max(-low, high) || 1;
  }

  // An optimistic value, until the server's comes.
  set(flat, value) {
    this.values[flat] = value;
    this.changed = true;
    this.findRange();
  }

  flat(index) {
    return index.reduce((sum, place, axis) => sum + place * this.strides[axis], 0);
  }

  unflat(flat) {
    return this.strides.map((stride, axis) => Math.floor(flat / stride) % this.shape[axis]);
  }

  holds(index) {
    return index.length === this.shape.length && index.every((place, axis) => Number.isInteger(place) && place >= 0 && place < this.shape[axis]);
  }

  value(index) {
    return this.values[this.flat(index)];
  }

  // Where a cell is drawn; rows and columns outside the grid are those of its padding.
  spot(index) {
    if (this.flatLine) return { sheet: 0, row: Math.floor(index[0] / this.columnCount), column: index[0] % this.columnCount };
    return { sheet: this.sheetOf(index), row: index[this.rows], column: index[this.cols] };
  }

  sheetOf(index) {
    return this.sheetAxes.reduce((sum, axis) => sum * this.shape[axis] + index[axis], 0);
  }

  sheetPlaces(sheet) {
    const places = [];
    for (let i = this.sheetAxes.length - 1; i >= 0; i--) {
      const size = this.shape[this.sheetAxes[i]];
      places[i] = sheet % size;
      sheet = Math.floor(sheet / size);
    }
    return places;
  }

  // The index of a drawn cell; null where a folded line has ended.
  at(sheet, row, column) {
    if (this.flatLine) {
      const place = row * this.columnCount + column;
      return place < this.shape[0] ? [place] : null;
    }
    const index = [];
    index[this.rows] = row;
    index[this.cols] = column;
    this.sheetPlaces(sheet).forEach((place, i) => (index[this.sheetAxes[i]] = place));
    return index;
  }

  axisName(axis) {
    if (this.axis_names.length) return this.axis_names[axis];
    if (this.flatLine) return this.role === "bias" ? TEXT.axes.channel : TEXT.axes.place;
    if (axis === this.rows) return TEXT.axes.row;
    if (axis === this.cols) return TEXT.axes.column;
    if (this.role === "kernel" && this.sheetAxes.length === 2) {
      return axis === this.sheetAxes[0] ? TEXT.kernelAxes.channel : TEXT.kernelAxes.filter;
    }
    return this.sheetAxes.length === 1 ? TEXT.axes.channel : TEXT.axes.other(axis);
  }

  sheetName(sheet) {
    if (this.sheet_names.length) return this.sheet_names[sheet];
    const places = this.sheetPlaces(sheet);
    const parts = this.sheetAxes.map((axis, i) => (this.shape[axis] > 1 || this.sheetAxes.length === 1 ? TEXT.sheet(this.axisName(axis), places[i]) : null));
    return parts.filter(Boolean).join(", ");
  }

  cellName(index) {
    const named = this.shape.map((size, axis) => (size > 1 || axis === this.rows || axis === this.cols ? TEXT.index(this.axisName(axis), index[axis]) : null));
    return TEXT.cell(this.label, named.filter(Boolean));
  }

  boxHasSheet(box, sheet) {
    const places = this.sheetPlaces(sheet);
    return this.sheetAxes.every((axis, i) => box[axis].includes(places[i]));
  }
}

class LinkModel {
  constructor(sent, grids) {
    Object.assign(this, sent);
    this.from = grids.get(sent.source);
    this.to = grids.get(sent.target);
    this.kernelGrid = sent.kernel === null ? null : grids.get(sent.kernel);
    this.biasGrid = sent.bias === null ? null : grids.get(sent.bias);
    this.tapWeights = sent.weights === null ? null : decodeFloats(sent.weights);
    this.weightsPerCell = this.tapWeights ? this.tapWeights.length / this.to.size : 0;
    this.gathered = new Map();
    this.inverse = this.axes.map((places) => {
      const reached = new Map();
      places.forEach((taps, place) => {
        for (const [source] of taps) {
          if (!reached.has(source)) reached.set(source, []);
          if (reached.get(source).at(-1) !== place) reached.get(source).push(place);
        }
      });
      return reached;
    });
  }

  // All taps of an output cell, last axis fastest: {source, weight, inside, kernelFlat}.
  taps(index) {
    const lists = this.axes.map((places, axis) => places[index[axis]]);
    const taps = [];
    if (lists.some((list) => list.length === 0)) return taps;
    const row = this.to.flat(index) * this.weightsPerCell;
    const at = lists.map(() => 0);
    for (;;) {
      let kernelFlat = 0;
      const source = lists.map((list, axis) => {
        kernelFlat += list[at[axis]][1];
        return list[at[axis]][0];
      });
      let weight = 1;
      if (this.kernelGrid) weight = this.kernelGrid.values[kernelFlat];
      else if (this.tapWeights) weight = this.tapWeights[row + taps.length];
      taps.push({ source, weight, kernelFlat, inside: this.from.holds(source) });
      let axis = lists.length - 1;
      while (axis >= 0 && ++at[axis] === lists[axis].length) at[axis--] = 0;
      if (axis < 0) return taps;
    }
  }

  // The cells that the cells of a box read, padding included; null: none.
  sourcesOf(box) {
    const sources = box.map((places, axis) => this.#gather("from", axis, places, (place) => (this.axes[axis][place] ?? []).map((tap) => tap[0])));
    return sources.some((places) => places.length === 0) ? null : sources;
  }

  // All that the places of an axis lead to; remembered where they are many, as channels are.
  #gather(way, axis, places, read) {
    if (places.length < 9) return unique(places.flatMap(read));
    const name = `${way} ${axis} ${places}`;
    if (!this.gathered.has(name)) {
      if (this.gathered.size > 500) this.gathered.clear();
      this.gathered.set(name, unique(places.flatMap(read)));
    }
    return this.gathered.get(name);
  }

  // The cells that the cells of a box reach; null: none.
  reachedFrom(box) {
    const reached = box.map((places, axis) => this.#gather("to", axis, places, (place) => this.inverse[axis].get(place) ?? []));
    return reached.some((places) => places.length === 0) ? null : reached;
  }
}

const MOST_GHOSTS = 8; // on each side; a wider padding is only told in the text

class Model {
  constructor(sent, before) {
    this.height = sent.height;
    this.largestEdit = sent.largest_edit;
    const kernels = new Set(sent.links.map((link) => link.kernel));
    const biases = new Set(sent.links.map((link) => link.bias));
    const role = (id) => (kernels.has(id) ? "kernel" : biases.has(id) ? "bias" : "chain");
    this.grids = new Map(sent.grids.map((grid) => [grid.id, new GridModel(grid, role(grid.id), before?.grids.get(grid.id))]));
    this.links = sent.links.map((link) => new LinkModel(link, this.grids));
    this.target = this.grids.get(sent.target) ?? null;
    for (const link of this.links) this.#makeRoomForPadding(link);
    this.form = JSON.stringify(sent.grids.map((grid) => [grid.id, grid.shape, grid.rows, grid.cols, grid.paint]));
  }

  #makeRoomForPadding(link) {
    const grid = link.from;
    if (grid.flatLine) return;
    const span = (axis) => {
      const places = [...link.inverse[axis].keys()];
      const before = Math.max(0, -Math.min(...places, 0));
      const after = Math.max(0, Math.max(...places, 0) - grid.shape[axis] + 1);
      return [Math.min(before, MOST_GHOSTS), Math.min(after, MOST_GHOSTS)];
    };
    const [top, bottom] = span(grid.rows);
    const [left, right] = span(grid.cols);
    const { ghost } = grid;
    grid.ghost = {
      top: Math.max(ghost.top, top),
      bottom: Math.max(ghost.bottom, bottom),
      left: Math.max(ghost.left, left),
      right: Math.max(ghost.right, right),
    };
  }

  // What belongs to a cell, grid by grid: [{box, level}]. Levels: "self"; "direct" what it reads;
  // "far" what that reads in turn, the receptive field; "reach" what it reaches itself.
  trace(cell) {
    const marks = new Map([...this.grids.keys()].map((id) => [id, []]));
    const self = cell.index.map((place) => [place]);
    marks.get(cell.grid).push({ box: self, level: "self" });
    const follow = (links, from, to, read, level) => {
      const boxes = new Map([[cell.grid, [self]]]);
      for (const link of links) {
        for (const box of boxes.get(link[from]) ?? []) {
          const found = read(link, box);
          if (!found) continue;
          if (!boxes.has(link[to])) boxes.set(link[to], []);
          const known = boxes.get(link[to]).some((other) => String(other) === String(found));
          if (known) continue;
          boxes.get(link[to]).push(found);
          marks.get(link[to]).push({ box: found, level: level(link) });
        }
      }
    };
    const order = [...this.grids.keys()];
    const sorted = [...this.links].sort((a, b) => order.indexOf(a.target) - order.indexOf(b.target));
    follow([...sorted].reverse(), "target", "source", (link, box) => link.sourcesOf(box), (link) => (link.target === cell.grid ? "direct" : "far"));
    sorted.sort((a, b) => order.indexOf(a.source) - order.indexOf(b.source));
    follow(sorted, "source", "target", (link, box) => link.reachedFrom(box), () => "reach");
    return marks;
  }

  linksTo(id) {
    return this.links.filter((link) => link.target === id);
  }
}

function unique(places) {
  return [...new Set(places)].sort((a, b) => a - b);
}

function countBox(box) {
  return box.reduce((count, places) => count * places.length, 1);
}

function* cellsOf(box, axis = 0, start = []) {
  if (axis === box.length) yield start;
  else for (const place of box[axis]) yield* cellsOf(box, axis + 1, [...start, place]);
}

function decodeFloats(text) {
  const raw = atob(text);
  const bytes = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i++) bytes[i] = raw.charCodeAt(i);
  return new Float32Array(bytes.buffer); // little-endian, as all machines that run browsers are
}
