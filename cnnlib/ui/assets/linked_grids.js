// Linked grids: the current cell, what it is made of, and the walk over all cells. Streamlit gets
// the linked_grids_*.js files and this one as one script.

const FORGET_EDIT_MS = 5000; // a value that the page has not taken over by then is put back

export default function (component) {
  const root = component.parentElement.querySelector(".lab-grids");
  if (!root || !component.data) return undefined;
  root.labGrids ??= new LinkedGrids(root);
  const owner = root.labGrids;
  const ticket = owner.mount(component);
  return () => owner.unmount(ticket);
}

class LinkedGrids {
  constructor(root) {
    this.root = root;
    this.parts = Object.fromEntries([...root.querySelectorAll("[data-part]")].map((el) => [el.dataset.part, el]));
    this.views = new Map();
    this.tickets = 0;
    this.model = null;
    this.current = this.pinned = this.point = null;
    this.edits = []; // {grid, flat, value, at}: shown, but not yet in the server's data
    this.sent = []; // pinned cells on their way through the page's address
    this.startCell = undefined;
    this.dirty = new Set();
    this.stats = { frames: 0, drawing: 0, slowest: 0 };
    this.editor = new CellEditor(this);
    this.trail = new GridTrail(this);
    this.input = new GridInput(this);
    this.panel = new SumPanel(this);
    this.walk = new GridWalk(this);
    document.fonts?.ready.then(() => this.ask("base"));
  }

  // Streamlit calls this at the first mount and again after reruns and theme changes.
  mount({ data, setTriggerValue }) {
    this.setTriggerValue = setTriggerValue;
    const before = this.model;
    this.model = new Model(data, before);
    const sameForm = before?.form === this.model.form;
    this.#keepEdits();
    this.#showViews();
    this.#adoptCell(data.cell);
    this.#keepPlace(sameForm);
    if (!this.observer) {
      this.observer = new ResizeObserver(() => this.root.clientWidth !== this.width && this.ask("layout"));
      this.observer.observe(this.root);
    }
    this.palette = readPalette(this.root);
    if (!sameForm) this.panel.forgetSize();
    this.follow();
    const form = JSON.stringify([...this.views.values()].map((view) => [view.grid.ghost, view.sheets.length]));
    if (!sameForm || form !== this.laidOut || data.height !== this.laidOutHeight) this.ask("layout");
    this.laidOut = form;
    this.laidOutHeight = data.height;
    this.ask("base");
    return ++this.tickets;
  }

  // The element, and with it the state, may outlive this: the next mount goes on with it.
  unmount(ticket) {
    if (ticket !== this.tickets) return; // a later mount has taken over
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    this.observer?.disconnect();
    this.observer = null;
    clearTimeout(this.panel.speaking);
    clearTimeout(this.forgetting);
    clearTimeout(this.clicking);
  }

  // For tests and for the page's own scripts

  // The middle of a cell, in client coordinates; null if its sheet is not in front.
  locate(id, index) {
    const view = this.views.get(id);
    const rect = view?.rectOf(index);
    if (!rect) return null;
    const { left, top } = view.over.getBoundingClientRect();
    return { x: left + rect.x + rect.size / 2, y: top + rect.y + rect.size / 2 };
  }

  // The indices of the cells that are marked now, in C order; level: "self", "direct", "far", "reach".
  highlighted(id, level = null) {
    const grid = this.model.grids.get(id);
    const flats = new Set(level && level !== "direct" ? [] : (this.trail.weights.get(id) ?? []));
    for (const mark of this.trail.marks.get(id)) {
      if (level && mark.level !== level) continue;
      for (const index of cellsOf(mark.box)) if (grid.holds(index)) flats.add(grid.flat(index));
    }
    return [...flats].sort((a, b) => a - b).map((flat) => grid.unflat(flat));
  }

  // Views

  #showViews() {
    const signs = this.#signs();
    const old = this.views;
    this.views = new Map();
    let at = 0;
    for (const [id, grid] of this.model.grids) {
      const known = old.get(id);
      const view = known ?? new GridView(this, grid, signs.get(id));
      if (known) {
        known.show(grid);
        known.sign.textContent = signs.get(id);
        known.sign.hidden = !signs.get(id);
      } else {
        this.input.listen(view);
      }
      this.views.set(id, view);
      if (this.parts.flow.children[at] !== view.element) this.parts.flow.insertBefore(view.element, this.parts.flow.children[at] ?? null);
      at += 1;
    }
    for (const [id, view] of old) if (!this.views.has(id)) view.element.remove();
    for (const view of this.views.values()) {
      const { grid } = view;
      const all = grid.paint === "rgb" ? [0] : Array.from({ length: grid.sheetCount }, (_, sheet) => sheet);
      const filter = (sheet) => grid.sheetPlaces(sheet).at(-1);
      if (grid.role === "kernel" && grid.sheetAxes.length === 2) all.sort((a, b) => filter(a) - filter(b) || a - b);
      if (grid.role !== "kernel" || grid.sheetCount <= MOST_SIDE) view.setSheets(all);
    }
    this.parts.bar.hidden = !this.model.target;
    this.parts.text.hidden = !this.model.links.length;
    const editable = [...this.model.grids.values()].some((grid) => grid.editable);
    this.hint = editable ? `${TEXT.hint} ${TEXT.hintEdit}` : TEXT.hint;
  }

  // Between the grids: input × kernel + bias = output, or an arrow where nothing is multiplied.
  #signs() {
    const signs = new Map();
    [...this.model.grids].forEach(([id, grid], i) => {
      const made = this.model.linksTo(id);
      let sign = "";
      if (i && grid.role === "kernel") sign = "×";
      else if (i && grid.role === "bias") sign = "+";
      else if (i && made.length) sign = made.some((link) => link.kernelGrid) ? "=" : "→";
      signs.set(id, sign);
    });
    return signs;
  }

  // A kernel of which only the current filter is drawn says so: «filter 3 of 128».
  filterText(view) {
    const { grid, sheets } = view;
    const places = sheets.map((sheet) => grid.sheetPlaces(sheet));
    const texts = grid.sheetAxes.map((axis, i) => {
      const shared = grid.shape[axis] > 1 && places.every((each) => each[i] === places[0][i]);
      return shared && TEXT.ofSheets(TEXT.sheet(grid.axisName(axis), places[0][i]), grid.shape[axis]);
    });
    return texts.filter(Boolean).join(", ");
  }

  turnSheet(view, step) {
    const at = view.sheets.indexOf(view.active);
    this.showSheet(view, view.sheets[(at + step + view.sheets.length) % view.sheets.length]);
  }

  showSheet(view, sheet) {
    view.active = sheet;
    const { grid } = view;
    const { current } = this;
    if (current?.grid === grid.id && !this.walk.playing) {
      const { row, column } = grid.spot(current.index);
      this.setCurrent({ grid: grid.id, index: grid.at(sheet, row, column) });
    }
    view.chosen = true; // the visitor's choice is kept over what the current cell would show
    view.arrange();
    view.stale = true;
    this.follow();
    view.chosen = false;
  }

  toggleLayout(view) {
    view.wish = view.option.mode === "side" ? "depth" : "side";
    this.ask("layout");
  }

  // State over reruns

  #adoptCell(cell) {
    const name = cell ? JSON.stringify(cell) : null;
    if (name === this.startCell) return;
    const own = this.sent.indexOf(name);
    if (own >= 0) {
      this.sent.splice(0, own + 1); // only the echo of what was pinned here
    } else if (cell || this.startCell !== undefined) {
      this.pinned = cell;
      if (cell && !this.walk.playing) this.current = cell;
    }
    this.startCell = name;
  }

  #keepPlace(sameForm) {
    const fits = (cell) => cell && this.model.grids.get(cell.grid)?.holds(cell.index);
    if (!fits(this.pinned)) this.pinned = null;
    if (!fits(this.current)) this.current = this.pinned ?? this.#firstCell();
    if (!fits(this.point)) this.point = null;
    const count = this.walk.length;
    if (!sameForm && (this.walk.place >= count || !count)) this.walk.stop();
    if (!sameForm) this.editor.close();
  }

  #firstCell() {
    const grid = this.model.target ?? [...this.model.grids.values()][0];
    return { grid: grid.id, index: grid.shape.map(() => 0) };
  }

  #keepEdits() {
    const now = performance.now();
    this.edits = this.edits.filter(({ grid, flat, value, at }) => {
      const held = this.model.grids.get(grid);
      if (!held || flat >= held.size || now - at > FORGET_EDIT_MS) return false;
      if (held.values[flat] === Math.fround(value)) return false; // it has come back
      held.set(flat, value);
      return true;
    });
  }

  // The current cell

  setCurrent(cell) {
    const { current } = this;
    if (current && current.grid === cell.grid && String(current.index) === String(cell.index)) return;
    this.current = cell;
    this.open = false;
    this.follow();
  }

  follow() {
    this.trail.follow();
    this.ask("marks");
    this.ask("text");
  }

  pin(cell) {
    const same = cell && this.pinned && JSON.stringify(cell) === JSON.stringify(this.pinned);
    this.pinned = same ? null : cell;
    if (this.pinned) this.setCurrent(this.pinned);
    const { pinned } = this;
    this.sent = [...this.sent, pinned ? JSON.stringify(pinned) : null].slice(-9);
    this.setTriggerValue("cell", pinned ?? { grid: "", index: [] });
    this.ask("marks");
    this.ask("text");
  }

  sendEdit(view, index, value) {
    const { grid } = view;
    const flat = grid.flat(index);
    grid.set(flat, value);
    this.edits = this.edits.filter((edit) => edit.grid !== grid.id || edit.flat !== flat);
    this.edits.push({ grid: grid.id, flat, value, at: performance.now() });
    clearTimeout(this.forgetting);
    this.forgetting = setTimeout(() => this.#forgetEdits(), FORGET_EDIT_MS);
    view.showLegend();
    view.stale = true;
    this.follow();
    this.setTriggerValue("edit", { grid: grid.id, index, value });
  }

  #forgetEdits() {
    for (const id of new Set(this.edits.map((edit) => edit.grid))) {
      const grid = this.model.grids.get(id);
      if (!grid) continue;
      grid.values = decodeFloats(grid.encoded);
      grid.changed = false;
      grid.findRange();
      this.views.get(id).showLegend();
      this.views.get(id).stale = true;
    }
    this.edits = [];
    this.follow();
  }

  // Drawing: everything that has changed, once a frame

  ask(what) {
    this.dirty.add(what);
    this.frame ||= requestAnimationFrame((now) => this.#draw(now));
  }

  #draw(now) {
    this.frame = 0;
    if (!this.root.clientWidth) return; // in a closed tab or expander: the observer asks again
    if (this.walk.playing) this.walk.advance(now);
    const began = performance.now();
    const { dirty } = this;
    if (dirty.has("layout") || this.root.clientWidth !== this.width) {
      this.width = this.root.clientWidth;
      this.editor.close();
      chooseLayout([...this.views.values()], this.parts.flow.clientWidth - 2, this.model.height);
      this.panel.forgetSize();
      dirty.add("base");
    }
    for (const view of this.views.values()) {
      if (!view.option || !(dirty.has("base") || view.stale)) continue;
      drawBase(view, this.palette);
      view.stale = false;
      dirty.add("marks");
    }
    if (dirty.has("marks")) this.trail.draw();
    if (dirty.has("text")) this.panel.show();
    this.#count(performance.now() - began);
    this.dirty = new Set();
    if (this.walk.playing) this.ask("walk");
  }

  #count(ms) {
    const { stats } = this;
    stats.frames += 1;
    stats.drawing += ms;
    stats.slowest = Math.max(stats.slowest, ms);
  }
}
