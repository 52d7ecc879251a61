// Thumbnails from one sprite. The grid is built anew only when the pictures change; a rerun that
// only moves the choice keeps the elements, and so the focus.

const GAP = 6; // as in thumbnails.css
const COLUMNS = [2, 3, 4, 6, 8, 12, 16, 24]; // a page of 48, 96, 192 or 384 fills whole rows
const NARROW = matchMedia("(max-width: 640px)");
const PAUSE = 150; // ms after the last step or change of the collection until the server hears of it

export default function ({ data, parentElement, setTriggerValue }) {
  const grid = parentElement.querySelector(".cnnlab-thumbnails");
  if (!grid || !data) return;

  const content = data.sprite + data.indices.join() + data.captions.join();
  if (grid.shown !== content) {
    grid.shown = content;
    build(grid, data);
  }
  grid.setAttribute("aria-label", data.label);
  if (data.collects) grid.setAttribute("aria-multiselectable", "true");
  listen(grid, data);
  grid.fit = () => fit(grid, data);
  grid.fit();
  if (!grid.observer) {
    grid.observer = new ResizeObserver(() => grid.fit());
    grid.observer.observe(grid);
  }

  const act = (option, event) => {
    if (data.collects && (data.collecting || event.ctrlKey || event.metaKey || event.shiftKey)) {
      collect(grid, option, event.shiftKey, data, setTriggerValue);
    } else {
      pick(grid, option, data, setTriggerValue);
    }
  };
  grid.onmousedown = (event) => {
    if (event.shiftKey) event.preventDefault(); // no text is marked on the way
  };
  grid.onclick = (event) => {
    const option = event.target.closest('[role="option"]');
    if (option) act(option, event);
  };
  grid.onkeydown = (event) => {
    const options = [...grid.children];
    const at = options.indexOf(document.activeElement);
    if (at < 0) return;
    if (event.key === "Enter" || event.key === " ") {
      act(options[at], event);
    } else if (data.collects && event.key.toLowerCase() === "a" && (event.ctrlKey || event.metaKey)) {
      for (const option of options) grid.collected.add(indexOf(option));
      tell(grid, data, setTriggerValue);
    } else {
      const to = target(event.key, at, options);
      if (to === null || event.altKey || event.metaKey) return;
      if (to === at && data.follows) return; // at the end: the page's arrows turn to its neighbour
      if (data.collects && event.shiftKey) {
        grid.anchor ??= at;
        collect(grid, options[to], true, data, setTriggerValue);
      }
      rove(grid, options[to]);
      options[to].focus();
      if (data.follows && !data.collecting && !event.shiftKey && !event.ctrlKey) {
        follow(grid, options[to], setTriggerValue);
      }
    }
    event.preventDefault();
    event.stopPropagation();
  };
}

const indexOf = (option) => Number(option.dataset.index);

function build(grid, data) {
  const hadFocus = grid.contains(document.activeElement);
  const rows = Math.max(1, Math.ceil(data.indices.length / data.columns));
  grid.anchor = null;
  grid.style.setProperty("--sprite-columns", data.columns);
  grid.style.setProperty("--sprite-rows", rows);
  if (grid.sprite) URL.revokeObjectURL(grid.sprite);
  grid.sprite = makeShortUrl(data.sprite);
  grid.style.setProperty("--sprite", `url(${grid.sprite})`);
  grid.replaceChildren(...data.indices.map((index, place) => makeOption(data, index, place)));
  if (grid.firstChild) {
    const chosen = [...grid.children].find((option) => indexOf(option) === data.selected);
    grid.firstChild.tabIndex = 0;
    if (hadFocus) (chosen ?? grid.firstChild).focus({ preventScroll: true });
  }
}

// Every thumbnail's style holds the address: a data: address of a megabyte would be copied into each.
function makeShortUrl(url) {
  const [kind, content] = url.slice("data:".length).split(";base64,");
  const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
  return URL.createObjectURL(new Blob([bytes], { type: kind }));
}

function makeOption(data, index, place) {
  const option = document.createElement("div");
  option.setAttribute("role", "option");
  option.setAttribute("aria-label", data.captions[place]);
  option.title = data.captions[place];
  option.dataset.index = index;
  option.classList.toggle("marked", Boolean(data.marked?.[place]));
  option.tabIndex = -1;
  option.style.setProperty("--x", place % data.columns);
  option.style.setProperty("--y", Math.floor(place / data.columns));
  const picture = document.createElement("i");
  option.append(picture);
  if (data.notes) {
    const note = document.createElement("span");
    note.textContent = data.notes[place];
    option.append(note);
  }
  return option;
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
  grid.picked = index;
  for (const option of grid.children) {
    const chosen = indexOf(option) === index;
    option.setAttribute("aria-selected", String(chosen));
    if (chosen) rove(grid, option);
  }
}

function rove(grid, option) {
  for (const other of grid.children) other.tabIndex = other === option ? 0 : -1;
}

function pick(grid, option, data, setTriggerValue) {
  const index = indexOf(option);
  grid.anchor = [...grid.children].indexOf(option);
  option.focus({ preventScroll: true });
  select(grid, index);
  clearTimeout(grid.walk);
  grid.step += 1;
  setTriggerValue("picked", { index, step: grid.step });
  const detail = data.detail && NARROW.matches && document.querySelector(`.${data.detail}`);
  if (detail) detail.scrollIntoView({ block: "start" });
}

// The arrows choose as they go; the server hears of the one where they rest.
function follow(grid, option, setTriggerValue) {
  const index = indexOf(option);
  grid.anchor = [...grid.children].indexOf(option);
  select(grid, index);
  grid.step += 1;
  clearTimeout(grid.walk);
  grid.walk = setTimeout(() => setTriggerValue("picked", { index, step: grid.step }), PAUSE);
}

// The server's word on what is chosen and collected, but for one that is older than the last step
// here: every step has a number, and the server says which one it has heard of.
function listen(grid, data) {
  grid.step ??= data.heard;
  if (data.heard >= grid.step) {
    grid.step = data.heard;
    grid.collected = new Set(data.collected);
    grid.picked = data.selected;
  }
  select(grid, grid.picked);
  check(grid);
}

function collect(grid, option, range, data, setTriggerValue) {
  const options = [...grid.children];
  const at = options.indexOf(option);
  if (range && grid.anchor === null) {
    grid.anchor = options.findIndex((each) => each.getAttribute("aria-selected") === "true");
  }
  if (range && grid.anchor >= 0) {
    const [first, last] = [Math.min(grid.anchor, at), Math.max(grid.anchor, at)];
    for (const each of options.slice(first, last + 1)) grid.collected.add(indexOf(each));
  } else {
    const index = indexOf(option);
    if (!grid.collected.delete(index)) grid.collected.add(index);
    grid.anchor = at;
  }
  rove(grid, option);
  option.focus({ preventScroll: true });
  tell(grid, data, setTriggerValue);
}

function tell(grid, data, setTriggerValue) {
  grid.collected = new Set([...grid.collected].slice(0, data.limit));
  check(grid);
  grid.step += 1;
  clearTimeout(grid.timer);
  grid.timer = setTimeout(() => {
    setTriggerValue("collected", { indices: [...grid.collected], step: grid.step });
  }, PAUSE);
}

function check(grid) {
  grid.classList.toggle("collecting", grid.collected.size > 0);
  for (const option of grid.children) {
    option.setAttribute("aria-checked", String(grid.collected.has(indexOf(option))));
  }
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
