// Thumbnails from one sprite. The grid is built anew only when the sprite changes; a rerun that
// only moves the selection keeps the elements, and so the focus.

const GAP = 6; // as in thumbnails.css
const COLUMNS = [4, 6, 8, 12, 16]; // a page of 48, 96 or 192 fills whole rows of each of them
const NARROW = matchMedia("(max-width: 640px)");

export default function ({ data, parentElement, setTriggerValue }) {
  const grid = parentElement.querySelector(".cnnlab-thumbnails");
  if (!grid || !data) return;

  const content = data.sprite + data.indices.join();
  if (grid.shown !== content) {
    grid.shown = content;
    build(grid, data);
  }
  grid.setAttribute("aria-label", data.label);
  select(grid, data.selected);
  grid.fit = () => fit(grid, data);
  grid.fit();
  if (!grid.observer) {
    grid.observer = new ResizeObserver(() => grid.fit());
    grid.observer.observe(grid);
  }

  grid.onclick = (event) => {
    const option = event.target.closest('[role="option"]');
    if (option) pick(grid, option, data, setTriggerValue);
  };
  grid.onkeydown = (event) => {
    const options = [...grid.children];
    const at = options.indexOf(document.activeElement);
    if (at < 0) return;
    if (event.key === "Enter" || event.key === " ") {
      pick(grid, options[at], data, setTriggerValue);
    } else {
      const to = target(event.key, at, options);
      if (to === null) return;
      rove(grid, options[to]);
      options[to].focus();
    }
    event.preventDefault();
    event.stopPropagation();
  };
}

function build(grid, data) {
  const hadFocus = grid.contains(document.activeElement);
  const rows = Math.max(1, Math.ceil(data.indices.length / data.columns));
  grid.style.setProperty("--sprite-columns", data.columns);
  grid.style.setProperty("--sprite-rows", rows);
  grid.replaceChildren(
    ...data.indices.map((index, place) => {
      const option = document.createElement("div");
      option.setAttribute("role", "option");
      option.setAttribute("aria-label", data.captions[place]);
      option.title = data.captions[place];
      option.dataset.index = index;
      option.tabIndex = -1;
      option.style.backgroundImage = `url(${data.sprite})`;
      option.style.setProperty("--x", place % data.columns);
      option.style.setProperty("--y", Math.floor(place / data.columns));
      return option;
    }),
  );
  if (grid.firstChild) {
    grid.firstChild.tabIndex = 0;
    if (hadFocus) grid.firstChild.focus();
  }
}

// As many columns as bring the thumbnails nearest to their size, in whole pixels: no seams.
function fit(grid, data) {
  const style = getComputedStyle(grid);
  const room = grid.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
  if (room <= 0) return;
  const width = (columns) => Math.floor((room - GAP * (columns - 1)) / columns);
  const off = (columns) => Math.abs(width(columns) - data.size);
  const columns = COLUMNS.reduce((best, next) => (off(next) < off(best) ? next : best));
  grid.style.setProperty("--columns", columns);
  grid.style.setProperty("--thumbnail-width", `${width(columns)}px`);
  grid.style.setProperty("--thumbnail-height", `${Math.round(width(columns) * data.ratio)}px`);
}

// Marks the chosen image; the Tab key then leads to it.
function select(grid, index) {
  for (const option of grid.children) {
    const chosen = Number(option.dataset.index) === index;
    option.setAttribute("aria-selected", String(chosen));
    if (chosen) rove(grid, option);
  }
}

function rove(grid, option) {
  for (const other of grid.children) other.tabIndex = other === option ? 0 : -1;
}

function pick(grid, option, data, setTriggerValue) {
  const index = Number(option.dataset.index);
  option.focus({ preventScroll: true });
  select(grid, index);
  setTriggerValue("picked", index);
  const detail = data.detail && NARROW.matches && document.querySelector(`.${data.detail}`);
  if (detail) detail.scrollIntoView({ block: "start" });
}

function target(key, at, options) {
  const last = options.length - 1;
  const top = options[0].offsetTop;
  const columns = options.findIndex((option) => option.offsetTop > top);
  const row = columns < 0 ? options.length : columns;
  const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -row, ArrowDown: row }[key];
  if (step !== undefined) {
    const to = at + step;
    return to < 0 || to > last ? at : to;
  }
  if (key === "Home") return 0;
  if (key === "End") return last;
  return null;
}
