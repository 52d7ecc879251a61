// Thumbnails from one sprite. The grid is built anew only when the sprite changes; a rerun that
// only moves the selection keeps the elements, and so the focus.

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

  grid.onclick = (event) => {
    const option = event.target.closest('[role="option"]');
    if (option) pick(grid, option, setTriggerValue);
  };
  grid.onkeydown = (event) => {
    const options = [...grid.children];
    const at = options.indexOf(document.activeElement);
    if (at < 0) return;
    if (event.key === "Enter" || event.key === " ") {
      pick(grid, options[at], setTriggerValue);
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
  const { columns, width, height } = data;
  const rows = Math.max(1, Math.ceil(data.indices.length / columns));
  grid.style.setProperty("--thumbnail-width", `${width}px`);
  grid.style.setProperty("--thumbnail-height", `${height}px`);
  grid.replaceChildren(
    ...data.indices.map((index, place) => {
      const option = document.createElement("div");
      option.setAttribute("role", "option");
      option.setAttribute("aria-label", data.captions[place]);
      option.title = data.captions[place];
      option.dataset.index = index;
      option.tabIndex = -1;
      option.style.backgroundImage = `url(${data.sprite})`;
      option.style.backgroundSize = `${columns * width}px ${rows * height}px`;
      const x = (place % columns) * width;
      const y = Math.floor(place / columns) * height;
      option.style.backgroundPosition = `-${x}px -${y}px`;
      return option;
    }),
  );
  if (grid.firstChild) {
    grid.firstChild.tabIndex = 0;
    if (hadFocus) grid.firstChild.focus();
  }
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

function pick(grid, option, setTriggerValue) {
  const index = Number(option.dataset.index);
  option.focus({ preventScroll: true });
  select(grid, index);
  setTriggerValue("picked", index);
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
