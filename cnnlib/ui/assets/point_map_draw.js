// Drawing the map: points or pictures, the area, the point under the pointer and its card.

const CARD_GAP = 14;
const FAINT = 0.13;

function drawMap(map) {
  const { canvas, view, data } = map;
  const ratio = window.devicePixelRatio || 1;
  canvas.width = Math.round(view.width * ratio);
  canvas.height = Math.round(view.height * ratio);
  const pen = canvas.getContext("2d");
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, view.width, view.height);
  const style = getComputedStyle(map.root);
  const ink = style.getPropertyValue("--st-text-color") || "#888";
  const accent = style.getPropertyValue("--st-primary-color") || "#288";
  pen.imageSmoothingEnabled = false;
  const size = map.pictures ? pictureSize(view) : pointSize(view, map.count);
  for (const faint of map.hasSelection ? [true, false] : [false]) {
    pen.globalAlpha = faint ? FAINT : map.pictures ? 1 : 0.85;
    for (const n of map.order) {
      if (map.hidden.has(map.labels[n]) || (map.hasSelection && map.selected[n] === faint)) continue;
      const [left, top] = view.toScreen(map.points[2 * n], map.points[2 * n + 1]);
      if (left < -size || top < -size || left > view.width + size || top > view.height + size) continue;
      if (map.pictures && map.sheetReady) drawPicture(pen, map, n, left, top, size);
      else drawPoint(pen, data.colors[map.labels[n]], left, top, size);
    }
  }
  pen.globalAlpha = 1;
  drawArea(pen, map, accent);
  for (const n of new Set([map.picked, map.current])) {
    if (n === null || n === undefined) continue;
    const [left, top] = view.toScreen(map.points[2 * n], map.points[2 * n + 1]);
    pen.beginPath();
    if (map.pictures) pen.rect(left - size / 2 - 1, top - size / 2 - 1, size + 2, size + 2);
    else pen.arc(left, top, size + 3, 0, 2 * Math.PI);
    pen.lineWidth = n === map.picked ? 3 : 2;
    pen.strokeStyle = n === map.picked ? accent : ink;
    pen.stroke();
  }
}

const pointSize = (view, count) => Math.min(9, (count > 2500 ? 2.6 : 3.2) * Math.sqrt(view.zoom));

const pictureSize = (view) => Math.min(64, 15 * Math.sqrt(view.zoom));

function drawPoint(pen, color, left, top, size) {
  pen.fillStyle = color;
  pen.beginPath();
  pen.arc(left, top, size, 0, 2 * Math.PI);
  pen.fill();
}

function drawPicture(pen, map, n, left, top, size) {
  const { columns, tile, width, height } = map.data.sheet;
  const x = (n % columns) * tile[0];
  const y = Math.floor(n / columns) * tile[1];
  const tall = (size * height) / width;
  pen.drawImage(map.sheet, x, y, width, height, left - size / 2, top - tall / 2, size, tall);
  pen.fillStyle = map.data.colors[map.labels[n]];
  pen.fillRect(left - size / 2, top + tall / 2 - 2, size, 2);
}

function drawArea(pen, map, accent) {
  const corners = map.drawing ?? map.area;
  if (!corners.length) return;
  pen.beginPath();
  for (const [x, y] of corners) pen.lineTo(...map.view.toScreen(x, y));
  if (!map.drawing) pen.closePath();
  pen.strokeStyle = accent;
  pen.lineWidth = 2;
  pen.setLineDash(map.drawing ? [] : [6, 4]);
  pen.stroke();
  pen.setLineDash([]);
}

function drawCard(map) {
  const { card, view, data, current: n } = map;
  card.hidden = n === null || Boolean(map.drawing);
  if (card.hidden) return;
  const [picture, text] = card.children;
  const { columns, tile, width, height } = data.sheet;
  if (picture.width !== width || picture.height !== height) [picture.width, picture.height] = [width, height];
  if (map.sheetReady) {
    const pen = picture.getContext("2d");
    pen.drawImage(map.sheet, (n % columns) * tile[0], Math.floor(n / columns) * tile[1], width, height, 0, 0, width, height);
    card.dataset.drawn = n;
  }
  const name = document.createElement("b");
  name.textContent = data.classes[map.labels[n]];
  text.replaceChildren(name, `${data.split} image ${map.indices[n].toLocaleString("en")}`);
  if (map.predicted) text.append(document.createElement("br"), `the run says ${say(map, n)}`);
  card.dataset.point = n;
  const [left, top] = view.toScreen(map.points[2 * n], map.points[2 * n + 1]);
  const { offsetWidth: wide, offsetHeight: tall } = card;
  const toLeft = left + CARD_GAP + wide > view.width;
  const x = toLeft ? Math.max(0, left - CARD_GAP - wide) : left + CARD_GAP;
  const y = Math.min(Math.max(0, top - tall / 2), Math.max(0, view.height - tall));
  card.style.transform = `translate(${Math.round(x)}px, ${Math.round(y)}px)`;
}

const say = (map, n) => `${map.data.classes[map.predicted[n]]}, ${map.percent[n]} %`;

const describePoint = (map, n) =>
  `${map.data.classes[map.labels[n]]}, ${map.data.split} image ${map.indices[n]}` +
  (map.predicted ? `, the run says ${say(map, n)}` : "");
