// A network's drawing. The server draws; here nodes are pointed at, walked through and picked.

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".lab-net");
  if (!root || !data) return;
  root.labNet ??= new NetworkPicture(root);
  root.labNet.mount(data, setTriggerValue);
}

class NetworkPicture {
  constructor(root) {
    this.root = root;
    this.parts = Object.fromEntries([...root.querySelectorAll("[data-part]")].map((el) => [el.dataset.part, el]));
    const { stage } = this.parts;
    stage.onclick = (event) => this.#pick(event.target.closest("[role=button]"));
    stage.onkeydown = (event) => this.#walk(event);
    stage.onpointerover = (event) => this.#tell(event.target.closest("[data-tip]"));
    stage.onpointerleave = () => this.#tell(null);
    stage.onfocusin = (event) => event.target.matches(":focus-visible") && this.#tell(event.target);
    stage.onfocusout = () => this.#tell(null);
    stage.addEventListener("scroll", () => this.#tell(null), { capture: true, passive: true });
  }

  mount(data, setTriggerValue) {
    this.send = (value) => setTriggerValue("picked", value);
    this.detail = data.detail;
    const { stage, legend } = this.parts;
    stage.setAttribute("aria-label", data.label);
    const content = data.svgs.join("");
    if (content !== this.content) this.#build(content, data.svgs);
    legend.replaceChildren(...data.legend.map(([name, color]) => makeKey(name, color)));
    this.#mark(data.selected);
  }

  #build(content, svgs) {
    const { stage } = this.parts;
    const held = stage.contains(document.activeElement) ? nameOf(document.activeElement) : null;
    this.content = content;
    this.#tell(null);
    stage.replaceChildren(...svgs.map(makePart)); // names in it were escaped by the server
    const again = held && this.#nodes().find((node) => nameOf(node) === held);
    if (again) {
      this.#rove(again);
      again.focus({ preventScroll: true });
    }
  }

  #nodes() {
    return [...this.parts.stage.querySelectorAll("[role=button]")];
  }

  #mark(selected) {
    let chosen = null;
    for (const node of this.#nodes()) {
      const has = layersOf(node).includes(selected);
      if (node.dataset.layers) node.setAttribute("aria-pressed", String(has));
      if (has) chosen ??= node;
    }
    if (selected !== this.selected) this.#bringIntoView(chosen);
    this.selected = selected;
    const focused = this.parts.stage.contains(document.activeElement) ? document.activeElement : null;
    this.#rove(focused ?? chosen ?? this.#nodes()[0]);
  }

  // Within the drawing only: the page itself does not move.
  #bringIntoView(node) {
    const { stage } = this.parts;
    if (!node || stage.scrollHeight <= stage.clientHeight) return;
    const [own, box] = [stage.getBoundingClientRect(), node.getBoundingClientRect()];
    if (box.top < own.top || box.bottom > own.bottom) {
      stage.scrollTop += box.top - own.top - (own.height - box.height) / 2;
    }
  }

  #rove(node) {
    for (const other of this.#nodes()) other.setAttribute("tabindex", other === node ? "0" : "-1");
  }

  #pick(node) {
    if (!node) return;
    this.#rove(node);
    const block = node.dataset.block;
    this.send(block ? { block } : { layer: layersOf(node)[0] });
    const detail = !block && this.detail && document.querySelector(`.${this.detail}`);
    if (detail) detail.scrollIntoView({ block: "nearest", behavior: "smooth" });
  }

  #walk(event) {
    const nodes = this.#nodes();
    const at = nodes.indexOf(event.target.closest("[role=button]"));
    if (at < 0) return;
    const steps = { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: nodes.length - 1 };
    if (event.key === "Enter" || event.key === " ") this.#pick(nodes[at]);
    else if (event.key in steps) {
      const to = nodes[Math.min(nodes.length - 1, Math.max(0, steps[event.key]))];
      this.#rove(to);
      to.focus();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #tell(node) {
    const { tip } = this.parts;
    tip.hidden = !node?.dataset?.tip;
    if (tip.hidden) return;
    tip.textContent = node.dataset.tip;
    const own = this.root.getBoundingClientRect();
    const box = node.getBoundingClientRect();
    const left = Math.min(box.left - own.left, own.width - tip.offsetWidth - 4);
    tip.style.left = `${Math.max(0, left)}px`;
    tip.style.top = `${box.bottom - own.top + 6}px`;
  }
}

function layersOf(node) {
  return JSON.parse(node.dataset.layers ?? "[]");
}

function nameOf(node) {
  return node.dataset.block ?? node.dataset.layers;
}

function makePart(svg) {
  const part = document.createElement("div");
  part.className = "lab-net-part";
  part.innerHTML = svg;
  return part;
}

function makeKey(name, color) {
  const key = document.createElement("span");
  const patch = document.createElement("i");
  patch.style.setProperty("--role", color);
  key.append(patch, name);
  return key;
}
