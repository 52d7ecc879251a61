// The builder's row: one radio button a layer, so that arrows, Tab and screen readers know it.
// A rerun draws it anew only where its content has changed, and keeps the focus.

const WAIT = 250; // milliseconds in which an arrow key may go on to the next row

export default function ({ data, parentElement, setTriggerValue }) {
  const field = parentElement.querySelector(".cnnlab-row");
  if (!field || !data) return;
  const list = field.querySelector(".cnnlab-row-list");
  field.querySelector("legend").textContent = data.label;

  const content = JSON.stringify(data.rows);
  if (list.shown !== content) {
    list.shown = content;
    const hadFocus = list.contains(document.activeElement);
    list.replaceChildren(...data.rows.map(make));
    check(list, data.chosen);
    if (hadFocus) list.querySelector(":checked")?.focus({ preventScroll: true });
  } else if (list.asked === undefined || list.asked === data.chosen) {
    check(list, data.chosen); // not while the server is still to hear of a later choice
  }
  if (list.asked === data.chosen) list.asked = undefined;

  list.onchange = (event) => {
    const place = event.target.value;
    list.asked = place;
    clearTimeout(list.timer);
    list.timer = setTimeout(() => setTriggerValue("choice", place), list.byKey ? WAIT : 0);
  };
  list.onkeydown = () => (list.byKey = true);
  list.onpointerdown = () => (list.byKey = false);
}

function check(list, chosen) {
  const input = [...list.querySelectorAll("input")].find((each) => each.value === chosen);
  if (!input) return;
  const row = input.parentElement;
  if (!input.checked || list.scrollHeight > list.clientHeight) reveal(list, row);
  input.checked = true;
}

// Within the list only: the page itself must not jump.
function reveal(list, row) {
  const top = row.offsetTop;
  const bottom = top + row.offsetHeight;
  if (top < list.scrollTop) list.scrollTop = top;
  else if (bottom > list.scrollTop + list.clientHeight) list.scrollTop = bottom - list.clientHeight;
}

function make(row) {
  if (!row.place) {
    const title = part("inner path", row.title);
    title.style.setProperty("--level", row.level);
    return title;
  }
  const label = document.createElement("label");
  label.className = ["inner", row.state].filter(Boolean).join(" ");
  label.style.setProperty("--level", row.level);
  label.style.setProperty("--share", row.share);
  if (row.color) label.style.setProperty("--role", row.color);
  const input = document.createElement("input");
  input.type = "radio";
  input.name = "cnnlab-row";
  input.value = row.place;
  const what = part("what", "");
  const detail = document.createElement("small");
  detail.textContent = row.detail;
  what.append(part("name", row.title), detail);
  what.title = `${row.title} ${row.detail}`.trim();
  label.append(input, part("chip", row.chip), what, part("shape", row.shape), part("count", row.count));
  if (row.rule) label.append(part("rule", row.rule));
  return label;
}

function part(name, text) {
  const element = document.createElement("span");
  element.className = name;
  element.textContent = text;
  return element;
}
