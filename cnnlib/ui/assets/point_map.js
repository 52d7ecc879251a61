// A map of images: hover shows the picture, a line drawn around points selects them, a click one.
// Streamlit gets point_map_view.js, point_map_draw.js and this file as one script, in this order.

const NEAR = 14; // CSS pixels from the pointer to the point it means
const STILL = 5; // a press that moves less is a click
const MOST_CORNERS = 48; // areas.py allows some more

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".cnnlab-map");
  if (!root || !data) return;
  root.labMap ??= new PointMap(root, data.side);
  root.labMap.mount(data, setTriggerValue);
}

class PointMap {
  constructor(root, side) {
    this.root = root;
    this.canvas = root.querySelector(".cnnlab-map-stage > canvas");
    this.card = root.querySelector(".cnnlab-map-card");
    this.legend = root.querySelector(".cnnlab-map-legend");
    this.said = root.querySelector(".cnnlab-map-said");
    this.view = new MapView(side);
    this.current = null; // the point under the pointer, or where the arrow keys have led
    this.drawing = null;
    this.pictures = false;
    this.#chooseTool(matchMedia("(pointer: coarse)").matches ? "move" : "lasso");
    new ResizeObserver(() => this.#resize()).observe(this.canvas);
    root.querySelector(".cnnlab-map-tools").onclick = (event) => this.#press(event.target.closest("button"));
    this.legend.onclick = (event) => this.#toggle(event.target.closest("button"), event);
    this.canvas.onpointermove = (event) => this.#pointerMoved(event);
    this.canvas.onpointerdown = (event) => this.#pointerDown(event);
    this.canvas.onpointerup = (event) => this.#pointerUp(event);
    this.canvas.onpointercancel = () => this.#letGo();
    this.canvas.onpointerleave = () => this.pressed || this.#point(null);
    this.canvas.onkeydown = (event) => this.#keyDown(event);
    this.canvas.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
  }

  mount(data, setTriggerValue) {
    this.setTriggerValue = setTriggerValue;
    this.data = data;
    const content = data.sheet.url + data.points;
    if (content !== this.content) this.#takePoints(content);
    this.predicted = data.says && decodeNumbers(data.says.predicted, Uint16Array);
    this.percent = data.says && decodeNumbers(data.says.percent, Uint16Array);
    this.hidden = new Set(data.hidden);
    this.canvas.setAttribute("aria-label", `${data.label}. Arrow keys go from image to image, Enter selects.`);
    this.#drawLegend();
    this.#select(readArea(data.area), data.picked);
    this.#resize();
  }

  #takePoints(content) {
    const { data } = this;
    this.content = content;
    this.points = decodeNumbers(data.points, Uint16Array);
    this.labels = decodeNumbers(data.labels, Uint16Array);
    this.indices = decodeNumbers(data.indices, Uint32Array);
    this.count = this.labels.length;
    this.order = [...this.labels.keys()];
    this.current = null;
    this.view.showAll(this.points);
    if (this.sheetUrl === data.sheet.url) return;
    this.sheetUrl = data.sheet.url;
    this.sheetReady = false;
    const sheet = new Image();
    sheet.onload = () => {
      if (this.sheet !== sheet) return; // another one was asked for meanwhile
      this.sheetReady = true;
      this.#redraw();
    };
    this.sheet = sheet;
    sheet.src = data.sheet.url;
  }

  // -- selecting ---------------------------------------------------------------------------------

  #select(area, picked) {
    this.area = area;
    this.picked = picked ?? null;
    this.hasSelection = area.length > 0;
    this.selected = this.hasSelection
      ? Array.from({ length: this.count }, (_, n) => isInside(this.points[2 * n], this.points[2 * n + 1], area))
      : [];
    this.root.querySelector("[data-do=forget]").hidden = !this.hasSelection && this.picked === null;
    this.#redraw();
  }

  #pick(n) {
    if (n === null) return this.#forget();
    this.#select([], n);
    this.setTriggerValue("picked", n);
  }

  #forget() {
    if (!this.hasSelection && this.picked === null) return;
    this.#select([], null);
    this.setTriggerValue("area", "");
  }

  #endDrawing() {
    const round = (value) => Math.round(Math.min(this.data.side, Math.max(0, value)));
    const corners = simplify(this.drawing.map((corner) => corner.map(round)), MOST_CORNERS);
    this.drawing = null;
    if (corners.length < 3) return this.#redraw();
    this.#select(corners, null);
    this.setTriggerValue("area", writeArea(corners));
  }

  // -- the pointer -------------------------------------------------------------------------------

  #place(event) {
    const box = this.canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }

  #pointerDown(event) {
    if (event.button !== 0) return;
    this.canvas.setPointerCapture(event.pointerId);
    this.pressed = { start: this.#place(event), last: this.#place(event), moved: false };
  }

  #pointerMoved(event) {
    const place = this.#place(event);
    if (!this.pressed) return this.#point(this.#nearest(...place));
    const { start, last } = this.pressed;
    this.pressed.moved ||= Math.hypot(place[0] - start[0], place[1] - start[1]) > STILL;
    if (!this.pressed.moved) return;
    if (this.tool === "move") {
      this.view.moveBy(place[0] - last[0], place[1] - last[1]);
    } else {
      this.drawing ??= [this.view.toMap(...start)];
      this.drawing.push(this.view.toMap(...place));
    }
    this.pressed.last = place;
    this.#redraw();
  }

  #pointerUp(event) {
    const pressed = this.pressed;
    this.pressed = null;
    if (!pressed) return;
    if (this.drawing) this.#endDrawing();
    else if (!pressed.moved) {
      const n = this.#nearest(...this.#place(event));
      this.#point(n);
      this.#pick(n);
    }
  }

  #letGo() {
    this.pressed = this.drawing = null;
    this.#redraw();
  }

  #wheel(event) {
    if (!event.ctrlKey && !event.metaKey) return; // the page scrolls
    event.preventDefault();
    this.view.zoomBy(Math.exp(-event.deltaY / 300), ...this.#place(event));
    this.#redraw();
  }

  #nearest(left, top) {
    let found = null;
    let best = NEAR * NEAR;
    for (let n = 0; n < this.count; n++) {
      if (this.hidden.has(this.labels[n])) continue;
      const [x, y] = this.view.toScreen(this.points[2 * n], this.points[2 * n + 1]);
      const away = (x - left) ** 2 + (y - top) ** 2;
      if (away < best) [found, best] = [n, away];
    }
    return found;
  }

  #point(n) {
    if (n === this.current) return;
    this.current = n;
    this.#redraw();
  }

  // -- the keyboard ------------------------------------------------------------------------------

  #keyDown(event) {
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    if (way) this.#step(way);
    else if (event.key === "Enter" && this.current !== null) this.#pick(this.current);
    else if (event.key === "Escape") this.#forget();
    else if (event.key === "+" || event.key === "-") this.#zoom(event.key === "+" ? 1.5 : 1 / 1.5);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  // To the next visible point in that direction: near ahead before far aside.
  #step([right, up]) {
    const from = this.current ?? this.picked;
    const [x, y] = from === null ? this.view.centre : [this.points[2 * from], this.points[2 * from + 1]];
    let found = null;
    let best = Infinity;
    for (let n = 0; n < this.count; n++) {
      if (n === from || this.hidden.has(this.labels[n])) continue;
      const [dx, dy] = [this.points[2 * n] - x, this.points[2 * n + 1] - y];
      const ahead = dx * right + dy * up;
      const cost = from === null ? dx * dx + dy * dy : ahead + 2 * Math.abs(dx * up) + 2 * Math.abs(dy * right);
      if ((ahead > 0 || from === null) && cost < best) [found, best] = [n, cost];
    }
    if (found === null) return;
    this.view.reveal(this.points[2 * found], this.points[2 * found + 1]);
    this.#point(found);
    this.said.textContent = describePoint(this, found);
  }

  // -- tools and legend --------------------------------------------------------------------------

  #press(button) {
    if (!button) return;
    if (button.dataset.tool) return this.#chooseTool(button.dataset.tool);
    const actions = {
      nearer: () => this.#zoom(1.5),
      farther: () => this.#zoom(1 / 1.5),
      whole: () => this.view.reset(),
      forget: () => this.#forget(),
      pictures: () => button.setAttribute("aria-pressed", String((this.pictures = !this.pictures))),
    };
    actions[button.dataset.do]();
    this.#redraw();
  }

  #zoom(factor) {
    this.view.zoomBy(factor);
    this.#redraw();
  }

  #chooseTool(tool) {
    this.tool = this.root.dataset.tool = tool;
    for (const button of this.root.querySelectorAll("[data-tool]")) {
      if (button !== this.root) button.setAttribute("aria-pressed", String(button.dataset.tool === tool));
    }
  }

  #drawLegend() {
    const names = this.data.classes.join("\n");
    if (names !== this.names) {
      this.names = names;
      this.legend.replaceChildren(
        ...this.data.classes.map((name, label) => {
          const button = document.createElement("button");
          button.type = "button";
          button.dataset.label = label;
          button.style.setProperty("--dot", this.data.colors[label]);
          button.title = "Click: hide or show. Double click: this class alone, or all.";
          button.append(document.createElement("i"), name);
          return button;
        }),
      );
    }
    for (const button of this.legend.children) {
      button.setAttribute("aria-pressed", String(!this.hidden.has(Number(button.dataset.label))));
    }
  }

  #toggle(button, event) {
    if (!button) return;
    const label = Number(button.dataset.label);
    const others = this.data.classes.map((_, other) => other).filter((other) => other !== label);
    if (event.detail === 2) {
      const alone = others.every((other) => this.hidden.has(other));
      this.hidden = new Set(alone ? [] : others);
    } else if (!this.hidden.delete(label)) this.hidden.add(label);
    this.#drawLegend();
    this.#redraw();
    clearTimeout(this.toldLater);
    this.toldLater = setTimeout(() => this.setTriggerValue("hidden", [...this.hidden]), 300);
  }

  // -- drawing -----------------------------------------------------------------------------------

  #resize() {
    this.view.width = this.canvas.clientWidth || 1;
    this.view.height = this.canvas.clientHeight || 1;
    this.#redraw();
  }

  #redraw() {
    if (this.frame || !this.data) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = null;
      if (this.current !== null && this.hidden.has(this.labels[this.current])) this.current = null;
      drawMap(this);
      drawCard(this);
    });
  }
}
