// One image, enlarged; the pixel under the pointer, or under the arrow keys, with its numbers and
// those around it. The pixel stays where it is when another image comes: so images are compared.

const LARGEST = 384; // CSS pixels of the picture's longer side, at most
const NAMES = ["red", "green", "blue"];
const TINTS = { red: [1, 0, 0], green: [0, 1, 0], blue: [0, 0, 1] };

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".lab-pixels");
  if (!root || !data) return;
  const stage = root.querySelector(".lab-pixels-stage");
  const image = { ...data, bytes: Uint8Array.from(atob(data.pixels), (c) => c.charCodeAt(0)) };
  stage.setAttribute("aria-label", data.label);
  root.pixel = clamp(root.pixel ?? [Math.floor(data.height / 2), Math.floor(data.width / 2)], image);

  draw(root, image);
  const show = () => showPixel(root, image);
  const fit = () => {
    const room = Math.min(root.clientWidth - 6, LARGEST);
    root.scale = Math.max(1, Math.floor(room / Math.max(data.width, data.height)));
    const canvas = stage.querySelector("canvas");
    canvas.style.width = `${data.width * root.scale}px`;
    canvas.style.height = `${data.height * root.scale}px`;
    show();
  };
  root.fit = fit;
  fit();
  if (!root.observer) {
    root.observer = new ResizeObserver(() => root.fit());
    root.observer.observe(root);
  }

  stage.onpointermove = stage.onpointerdown = (event) => {
    const box = stage.getBoundingClientRect();
    const row = Math.floor(((event.clientY - box.top) / box.height) * data.height);
    const column = Math.floor(((event.clientX - box.left) / box.width) * data.width);
    root.pixel = clamp([row, column], image);
    show();
  };
  stage.onkeydown = (event) => {
    const step = {
      ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1],
    }[event.key];
    if (!step || event.ctrlKey || event.metaKey || event.altKey) return;
    root.pixel = clamp([root.pixel[0] + step[0], root.pixel[1] + step[1]], image);
    show();
    event.preventDefault();
    event.stopPropagation(); // the page's own arrows turn to another image
  };
}

function clamp([row, column], { height, width }) {
  const within = (value, size) => Math.min(Math.max(value, 0), size - 1);
  return [within(row, height), within(column, width)];
}

function read(image, row, column) {
  const at = (row * image.width + column) * image.channels;
  return [...image.bytes.subarray(at, at + image.channels)];
}

const grey = (image, values) =>
  values.length === 1
    ? values[0]
    : Math.round(values.reduce((sum, value, channel) => sum + value * image.grey[channel], 0));

// What a pixel looks like in the chosen view, and the numbers that make it look so.
function look(image, values) {
  if (image.view in TINTS) {
    const value = values[NAMES.indexOf(image.view)];
    return { color: TINTS[image.view].map((share) => share * value), numbers: [value] };
  }
  if (image.view === "grey" || values.length === 1) {
    const value = grey(image, values);
    return { color: [value, value, value], numbers: [value] };
  }
  return { color: values, numbers: values };
}

function draw(root, image) {
  const canvas = root.querySelector("canvas");
  canvas.width = image.width;
  canvas.height = image.height;
  const context = canvas.getContext("2d");
  const picture = context.createImageData(image.width, image.height);
  for (let place = 0; place < image.width * image.height; place += 1) {
    const { color } = look(image, read(image, Math.floor(place / image.width), place % image.width));
    picture.data.set([...color, 255], 4 * place);
  }
  context.putImageData(picture, 0, 0);
}

function showPixel(root, image) {
  const [row, column] = root.pixel;
  const values = read(image, row, column);
  const many = look(image, values).numbers.length > 1;
  const reach = many ? 2 : 3; // 5 × 5 pixels of three numbers, or 7 × 7 of one
  say(root, image, row, column, values);
  frame(root, image, row, column, reach);

  const lens = root.querySelector(".lab-pixels-lens");
  const side = 2 * reach + 1;
  lens.classList.toggle("one", !many);
  lens.style.gridTemplateColumns = `repeat(${side}, auto)`;
  if (lens.children.length !== side * side) {
    lens.replaceChildren(
      ...Array.from({ length: side * side }, () => document.createElement("span")),
    );
  }
  [...lens.children].forEach((cell, place) => {
    const at = [row - reach + Math.floor(place / side), column - reach + (place % side)];
    const inside = clamp(at, image).join() === at.join();
    cell.className = inside ? (at.join() === root.pixel.join() ? "here" : "") : "outside";
    if (!inside) {
      cell.replaceChildren();
      return;
    }
    const { color, numbers } = look(image, read(image, ...at));
    cell.style.background = `rgb(${color.join()})`;
    const light = 0.299 * color[0] + 0.587 * color[1] + 0.114 * color[2] > 140;
    cell.style.color = light ? "#000" : "#fff";
    cell.replaceChildren(
      ...numbers.map((number) => {
        const line = document.createElement("div");
        line.textContent = number;
        return line;
      }),
    );
  });
}

function say(root, image, row, column, values) {
  const parts = values.length === 1 ? [["value", values[0]]] : [
    ...values.map((value, channel) => [NAMES[channel], value]),
    ["grey", grey(image, values)],
  ];
  const line = root.querySelector(".lab-pixels-value");
  line.replaceChildren(`row ${row}, column ${column}: `);
  parts.forEach(([name, value], place) => {
    const number = document.createElement("b");
    number.textContent = value;
    line.append(place ? ", " : "", `${name} `, number);
  });
}

function frame(root, image, row, column, reach) {
  const box = root.querySelector("i");
  const [top, left] = [Math.max(row - reach, 0), Math.max(column - reach, 0)];
  const bottom = Math.min(row + reach + 1, image.height);
  const right = Math.min(column + reach + 1, image.width);
  box.hidden = false;
  box.style.top = `${top * root.scale}px`;
  box.style.left = `${left * root.scale}px`;
  box.style.height = `${(bottom - top) * root.scale}px`;
  box.style.width = `${(right - left) * root.scale}px`;
}
