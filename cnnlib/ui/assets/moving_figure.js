// A Plotly figure that changes while it is looked at: new points come in, a zoom stays.
// Streamlit gets load_plotly.js and this file as one script.

const CONFIG = {
  displaylogo: false,
  plotlyServerURL: "", // nothing is ever sent elsewhere
  responsive: false, // its own box is watched instead
  modeBarButtonsToRemove: ["sendChartToCloud", "select2d", "lasso2d", "autoScale2d"],
};

export default function (component) {
  const root = component.parentElement.querySelector(".lab-figure");
  root.labFigure ??= new MovingFigure(root);
  const ticket = root.labFigure.mount(component.data);
  return () => root.labFigure?.unmount(ticket);
}

class MovingFigure {
  constructor(root) {
    this.root = root;
    this.tickets = 0;
    this.resizes = new ResizeObserver(() => {
      if (this.ready) this.plotly.Plots.resize(root)?.catch?.(() => {}); // rejects while it is not displayed
    });
    this.resizes.observe(root);
  }

  // Streamlit calls this at the first mount and again after reruns and theme changes.
  mount(data) {
    this.#draw(data, ++this.tickets);
    return this.tickets;
  }

  unmount(ticket) {
    if (ticket !== this.tickets) return; // a later mount has taken over
    this.resizes.disconnect();
    this.tickets += 1; // what still waits for Plotly draws no more
    if (this.ready) this.plotly.purge(this.root);
    delete this.root.labFigure;
  }

  async #draw({ figure, view, alt }, ticket) {
    this.root.setAttribute("aria-label", alt);
    const { data, layout } = JSON.parse(figure);
    this.root.style.height = `${layout.height}px`;
    this.plotly = await loadPlotly();
    if (ticket !== this.tickets) return;
    dress(this.root, layout);
    // The same view keeps the zoom; another axis, or other runs, begin anew.
    await this.plotly.react(this.root, data, { ...layout, autosize: true, uirevision: view }, CONFIG);
    this.ready = true;
  }
}

// The page's own colours for text and grid, light or dark.
function dress(element, layout) {
  const style = getComputedStyle(element);
  const read = (name, other) => style.getPropertyValue(name).trim() || other;
  const text = read("--st-text-color", "#6b737d");
  const page = read("--st-background-color", "#fff");
  const grid = "rgba(125, 133, 144, 0.25)";
  layout.font = { ...layout.font, color: text, family: read("--st-font", "sans-serif"), size: 13 };
  for (const name of ["xaxis", "yaxis"]) {
    layout[name] = { ...layout[name], gridcolor: grid, zerolinecolor: grid, linecolor: grid };
  }
  layout.hoverlabel = { ...layout.hoverlabel, bgcolor: page, bordercolor: grid, font: { color: text } };
  layout.modebar = { bgcolor: "rgba(0,0,0,0)", color: grid, activecolor: text };
  // A finger scrolls the page; a mouse zooms.
  layout.dragmode = matchMedia("(pointer: coarse)").matches ? false : "zoom";
}
