// Mouse, touch and keyboard over a view.

const CLICK_MS = 250; // a second click within this time opens an editable cell

class GridInput {
  constructor(owner) {
    this.owner = owner;
  }

  listen(view) {
    const { stage } = view;
    const hitOf = (event) => {
      const { left, top } = view.over.getBoundingClientRect();
      return view.hit(event.clientX - left, event.clientY - top);
    };
    stage.onpointermove = (event) => {
      if (event.pointerType === "touch" || this.owner.editor.isOpen) return;
      const index = hitOf(event)?.index;
      if (index) this.hover(view, index);
    };
    stage.onpointerleave = () => this.#leave();
    stage.onclick = (event) => {
      if (this.owner.editor.box.contains(event.target)) return;
      const hit = hitOf(event);
      if (hit?.behind !== undefined) this.owner.showSheet(view, hit.behind);
      else if (hit) this.#click(view, hit.index);
    };
    stage.ondblclick = (event) => {
      const index = hitOf(event)?.index;
      if (!index || !view.grid.editable || this.owner.editor.box.contains(event.target)) return;
      clearTimeout(this.owner.clicking);
      this.#edit(view, index);
    };
    stage.onkeydown = (event) => {
      if (event.target === stage && this.#onKey(view, event)) {
        event.preventDefault();
        event.stopPropagation();
      }
    };
    stage.onfocus = stage.onblur = () => {
      this.owner.focused = document.activeElement === stage ? view : null;
      if (this.owner.focused && view.grid.role === "chain" && this.owner.current.grid !== view.grid.id && stage.matches(":focus-visible")) {
        this.hover(view, this.cursor(view));
      }
      if (!this.owner.focused) this.#leave();
      this.owner.ask("marks");
    };
  }

  cursor(view) {
    if (view.grid.role === "chain" && this.owner.current.grid === view.grid.id) return this.owner.current.index;
    if (view.cursor && view.grid.holds(view.cursor) && view.rectOf(view.cursor)) return view.cursor;
    return view.grid.role === "chain" ? this.owner.trail.exampleCell(view.grid) : view.grid.at(view.active, 0, 0);
  }

  hover(view, index) {
    view.cursor = index;
    if (view.grid.role === "chain") {
      this.owner.point = null;
      if (!this.owner.walk.playing) this.owner.setCurrent({ grid: view.grid.id, index });
      return;
    }
    if (this.owner.point?.grid === view.grid.id && String(this.owner.point.index) === String(index)) return;
    this.owner.point = { grid: view.grid.id, index };
    this.owner.ask("marks");
    this.owner.ask("text");
  }

  #leave() {
    if (this.owner.point) {
      this.owner.point = null;
      this.owner.ask("marks");
      this.owner.ask("text");
    }
    if (this.owner.pinned && !this.owner.walk.playing && !this.owner.walk.revealing) this.owner.setCurrent(this.owner.pinned);
  }

  #click(view, index) {
    this.owner.walk.pause();
    this.hover(view, index);
    if (view.grid.role !== "chain") return;
    const cell = { grid: view.grid.id, index };
    clearTimeout(this.owner.clicking);
    if (view.grid.editable) this.owner.clicking = setTimeout(() => this.owner.pin(cell), CLICK_MS);
    else this.owner.pin(cell);
  }

  #onKey(view, event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return false;
    const { grid } = view;
    const { key } = event;
    const index = this.cursor(view);
    const spot = grid.spot(index);
    const moves = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1], Home: [0, -spot.column], End: [0, grid.columnCount - 1 - spot.column] };
    const sheets = { PageUp: -1, PageDown: 1, "[": -1, "]": 1 };
    if (moves[key]) {
      this.owner.walk.pause();
      const row = Math.max(0, Math.min(grid.rowCount - 1, spot.row + moves[key][0]));
      const column = Math.max(0, Math.min(grid.columnCount - 1, spot.column + moves[key][1]));
      const next = grid.at(spot.sheet, row, column);
      if (next) this.hover(view, next);
    } else if (sheets[key]) {
      this.owner.walk.pause();
      const at = view.sheets.indexOf(spot.sheet) + sheets[key];
      const sheet = view.sheets[Math.max(0, Math.min(view.sheets.length - 1, at))];
      this.hover(view, grid.at(sheet, spot.row, spot.column));
      if (view.option.mode === "depth" && view.active !== sheet) this.owner.showSheet(view, sheet);
    } else if (key === " ") {
      this.owner.walk.toggle();
    } else if (key === "Enter") {
      if (grid.editable) this.#edit(view, index);
      else if (grid.role === "chain") this.owner.pin({ grid: grid.id, index });
    } else if (key === "Escape") {
      if (this.owner.walk.playing || this.owner.walk.revealing) this.owner.walk.stop();
      else if (this.owner.pinned) this.owner.pin(null);
      else return false;
    } else if (grid.editable && /^[-−+.,\d]$/.test(key)) {
      this.#edit(view, index, key);
    } else return false;
    return true;
  }

  #edit(view, index, typed = null) {
    clearTimeout(this.owner.clicking); // typed right after the click: no pin may overtake the edit
    this.owner.walk.pause();
    this.hover(view, index);
    this.owner.editor.open(view, index, typed);
  }

  editNext(view, index, step) {
    const spots = [];
    for (const box of view.boxes.filter((each) => !each.behind)) {
      for (let row = 0; row < view.grid.rowCount; row++) {
        for (let column = 0; column < view.grid.columnCount; column++) spots.push(view.grid.at(box.sheet, row, column));
      }
    }
    const cells = spots.filter(Boolean);
    const next = cells[cells.findIndex((each) => String(each) === String(index)) + step];
    if (next) this.#edit(view, next);
  }
}
