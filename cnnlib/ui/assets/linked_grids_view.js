// A view: one grid's figure on the page, its label, canvases, pager and legend, and where each of
// its cells is drawn.

class GridView {
  constructor(owner, grid, sign) {
    this.owner = owner;
    this.active = 0;
    this.wish = null; // "side" or "depth" once the visitor has chosen
    this.element = make("div", "lab-grids-block");
    this.sign = make("span", "lab-grids-sign", sign);
    this.sign.setAttribute("aria-hidden", "true");
    this.sign.hidden = !sign;
    this.figure = make("figure", "lab-grids-figure");
    this.head = make("figcaption", "lab-grids-head");
    this.label = make("span", "lab-grids-label");
    this.pager = make("span", "lab-grids-pager");
    this.previous = iconButton("M10 3L5 8l5 5", TEXT.previousSheet, () => owner.turnSheet(this, -1));
    this.sheetText = make("span");
    this.next = iconButton("M6 3l5 5-5 5", TEXT.nextSheet, () => owner.turnSheet(this, 1));
    this.pager.append(this.previous, this.sheetText, this.next);
    this.toggle = iconButton(GRID_ICONS.depth, TEXT.layout.depth, () => owner.toggleLayout(this));
    this.toggle.classList.add("lab-grids-toggle");
    this.head.append(this.label, this.toggle);
    this.stage = make("div", "lab-grids-stage");
    this.stage.tabIndex = 0;
    this.stage.setAttribute("role", "application");
    this.base = make("canvas");
    this.over = make("canvas", "lab-grids-over");
    this.stage.append(this.base, this.over);
    this.caption = make("span", "lab-grids-caption");
    this.legend = make("span", "lab-grids-legend");
    this.legend.dataset.testid = "grid-legend";
    this.legendParts = [make("span"), make("i"), make("span")];
    this.legend.append(...this.legendParts);
    this.figure.append(this.head, this.pager, this.stage, this.caption, this.legend);
    this.element.append(this.sign, this.figure);
    this.sheets = [];
    this.show(grid);
  }

  show(grid) {
    this.grid = grid;
    this.active = Math.min(this.active, Math.max(0, grid.sheetCount - 1));
    this.label.textContent = grid.label;
    this.caption.textContent = grid.caption;
    this.caption.hidden = !grid.caption;
    this.stage.dataset.testid = `grid-${grid.id}`;
    this.stage.dataset.rows = grid.rowCount;
    this.stage.dataset.cols = grid.columnCount;
    this.stage.dataset.role = grid.role;
    this.stage.classList.toggle("lab-grids-editable", grid.editable);
    const label = TEXT.grid(grid.label, grid.rowCount, grid.columnCount, grid.sheetCount);
    this.stage.setAttribute("aria-label", grid.editable ? `${label} ${TEXT.gridEditable}` : label);
    this.showLegend();
  }

  showLegend() {
    const { grid } = this;
    this.legend.hidden = grid.paint === "rgb" || grid.role === "bias";
    const [low, bar, high] = this.legendParts;
    bar.textContent = grid.paint === "gray" ? "" : "0";
    low.textContent = grid.paint === "gray" ? "0" : formatCell(-grid.limit);
    high.textContent = grid.paint === "gray" ? "255" : formatCell(grid.limit);
    bar.className = `lab-grids-scale lab-grids-scale-${grid.paint}`;
    this.legend.title = TEXT.scale(low.textContent, high.textContent);
  }

  // The sheets that are drawn at all: of a large kernel only the current filter's.
  setSheets(sheets) {
    const same = sheets.length === this.sheets.length;
    const moved = !same || sheets.some((sheet, i) => sheet !== this.sheets[i]);
    this.sheets = sheets;
    if (!sheets.includes(this.active)) this.active = sheets[0];
    return { resized: !same, moved };
  }

  place(option, cell) {
    this.option = option;
    this.cell = cell;
    this.width = Math.ceil(option.columns * cell + option.extraWidth);
    this.height = Math.ceil(option.rows * cell + option.extraHeight);
    sizeCanvas(this.base, this.width, this.height);
    sizeCanvas(this.over, this.width, this.height);
    this.stage.style.width = `${this.width}px`;
    this.stage.style.height = `${this.height}px`;
    this.figure.style.width = `${Math.max(this.width, leastWidth(this))}px`;
    this.stage.dataset.cellSize = cell;
    this.stage.dataset.layout = option.mode;
    this.arrange();
  }

  // Where each drawn sheet's cells begin; the ones in front come first.
  arrange() {
    const { grid, cell, option } = this;
    const { top, bottom, left, right } = grid.ghost;
    const width = grid.columnCount * cell;
    const height = grid.rowCount * cell;
    if (option.mode === "depth") {
      const at = this.sheets.indexOf(this.active);
      const count = Math.min(this.sheets.length - 1, MOST_BEHIND);
      this.boxes = Array.from({ length: count + 1 }, (_, behind) => ({
        sheet: this.sheets[(at + behind) % this.sheets.length],
        behind,
        x: EDGE + left * cell + behind * BEHIND,
        y: EDGE + top * cell + (count - behind) * BEHIND,
        width,
        height,
      }));
    } else {
      const labelled = this.sheets.length > 1 ? SHEET_LABEL : 0;
      this.boxes = this.sheets.map((sheet, i) => {
        const y = EDGE + labelled + Math.floor(i / option.across) * (height + (top + bottom) * cell + SHEET_GAP + labelled);
        return {
          sheet,
          behind: 0,
          x: EDGE + left * cell + (i % option.across) * (width + (left + right) * cell + SHEET_GAP),
          y: y + top * cell,
          width,
          height,
          label: labelled ? this.sheetLabel(sheet) : "",
          labelY: y - 5,
        };
      });
    }
    this.#showControls();
  }

  // Of a kernel the name of the input channel that a sheet is for, as the input calls it.
  sheetLabel(sheet) {
    const { grid, names } = this;
    const places = grid.sheetPlaces(sheet);
    const name = names?.get(places[0]);
    if (!name || grid.sheet_names.length || grid.sheetAxes.length > 2) return grid.sheetName(sheet);
    const [, filters] = grid.sheetAxes;
    if (filters === undefined || grid.shape[filters] === 1 || this.sheets.length < grid.sheetCount) return name;
    return `${name}, ${TEXT.sheet(grid.axisName(filters), places[1])}`;
  }

  #showControls() {
    const { grid, option, sheets } = this;
    const stacked = option.mode === "depth";
    this.pager.hidden = !(stacked || (grid.sheetCount > sheets.length && grid.paint !== "rgb"));
    const parts = [];
    if (stacked) {
      const name = this.sheetLabel(this.active);
      const counted = name === grid.sheetName(this.active) && !grid.sheet_names.length;
      parts.push(counted ? TEXT.ofSheets(name, sheets.length) : TEXT.ofNamed(name, sheets.indexOf(this.active) + 1, sheets.length));
    }
    if (grid.sheetCount > sheets.length && grid.paint !== "rgb") parts.unshift(this.owner.filterText(this));
    this.sheetText.textContent = parts.filter(Boolean).join(", ");
    this.previous.hidden = this.next.hidden = !stacked;
    this.toggle.hidden = sheets.length < 2 || sheets.length > MOST_SIDE;
    const other = stacked ? "side" : "depth";
    this.toggle.title = TEXT.layout[other];
    this.toggle.setAttribute("aria-label", `${grid.label}: ${TEXT.layout[other]}`);
    this.toggle.querySelector("path").setAttribute("d", GRID_ICONS[other]);
  }

  // The cell at a point of the canvas: its index, or the sheet behind that was met, or null.
  hit(x, y) {
    const { grid, cell } = this;
    for (const box of this.boxes) {
      const column = Math.floor((x - box.x) / cell);
      const row = Math.floor((y - box.y) / cell);
      if (row < 0 || column < 0 || row >= grid.rowCount || column >= grid.columnCount) continue;
      if (box.behind) return { behind: box.sheet };
      const index = grid.at(box.sheet, row, column);
      return index && { index };
    }
    return null;
  }

  // The drawn square of a cell on the canvas; null if its sheet is not in front.
  rectOf(index) {
    const spot = this.grid.spot(index);
    const box = this.boxes.find((each) => !each.behind && (each.sheet === spot.sheet || this.grid.paint === "rgb"));
    return box ? { x: box.x + spot.column * this.cell, y: box.y + spot.row * this.cell, size: this.cell } : null;
  }
}

function make(tag, name = "", text = "") {
  const element = document.createElement(tag);
  if (name) element.className = name;
  if (text) element.textContent = text;
  return element;
}

function iconButton(path, title, click) {
  const button = make("button", "lab-grids-icon");
  button.type = "button";
  button.title = title;
  button.setAttribute("aria-label", title);
  button.innerHTML = `<svg viewBox="0 0 16 16" aria-hidden="true"><path d="${path}"></path></svg>`;
  button.onclick = click;
  return button;
}
