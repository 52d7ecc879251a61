// Where the map's points stand on the canvas: scale, shift, and which point is near a place.

const LARGEST_ZOOM = 40;

class MapView {
  constructor(side) {
    this.side = side;
    this.zoom = 1;
    this.centre = [side / 2, side / 2];
    this.width = this.height = 1;
    this.extent = [side, side];
  }

  // The map's coordinates (x, y, x, y, …) that the whole map is to show; their middle is its own.
  showAll(points) {
    const margin = 0.06 * this.side;
    let [right, up] = [0, 0];
    for (let i = 0; i < points.length; i += 2) {
      right = Math.max(right, Math.abs(points[i] - this.side / 2));
      up = Math.max(up, Math.abs(points[i + 1] - this.side / 2));
    }
    this.extent = [2 * right + margin, 2 * up + margin];
    this.reset();
  }

  get scale() {
    return this.zoom * Math.min(this.width / this.extent[0], this.height / this.extent[1]);
  }

  // From the map's coordinates, y upwards, to CSS pixels on the canvas.
  toScreen(x, y) {
    return [
      this.width / 2 + (x - this.centre[0]) * this.scale,
      this.height / 2 - (y - this.centre[1]) * this.scale,
    ];
  }

  toMap(left, top) {
    return [
      this.centre[0] + (left - this.width / 2) / this.scale,
      this.centre[1] - (top - this.height / 2) / this.scale,
    ];
  }

  // Nearer or farther, with the place under (left, top) kept where it is.
  zoomBy(factor, left = this.width / 2, top = this.height / 2) {
    const [x, y] = this.toMap(left, top);
    this.zoom = Math.min(LARGEST_ZOOM, Math.max(1, this.zoom * factor));
    const [movedX, movedY] = this.toMap(left, top);
    this.#centreOn(this.centre[0] + x - movedX, this.centre[1] + y - movedY);
  }

  moveBy(right, down) {
    this.#centreOn(this.centre[0] - right / this.scale, this.centre[1] + down / this.scale);
  }

  // Moves the map, if need be, so that the point is well inside.
  reveal(x, y) {
    const [left, top] = this.toScreen(x, y);
    const edge = 24;
    const inside = left > edge && top > edge && left < this.width - edge && top < this.height - edge;
    if (!inside) this.#centreOn(x, y);
  }

  reset() {
    this.zoom = 1;
    this.centre = [this.side / 2, this.side / 2];
  }

  #centreOn(x, y) {
    const clamp = (value) => Math.min(this.side, Math.max(0, value));
    this.centre = this.zoom === 1 ? [this.side / 2, this.side / 2] : [clamp(x), clamp(y)];
  }
}

function decodeNumbers(text, Kind) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  return new Kind(bytes.buffer);
}

// Even-odd, as in areas.py.
function isInside(x, y, corners) {
  let inside = false;
  for (let i = 0, j = corners.length - 1; i < corners.length; j = i++) {
    const [x1, y1] = corners[j];
    const [x2, y2] = corners[i];
    if (y1 > y !== y2 > y && x < x1 + ((y - y1) * (x2 - x1)) / (y2 - y1)) inside = !inside;
  }
  return inside;
}

const readArea = (text) => (text ? text.split("-").map((corner) => corner.split(".").map(Number)) : []);

const writeArea = (corners) => corners.map((corner) => corner.join(".")).join("-");

// At most so many corners: those whose going changes the outline least go (Visvalingam 1993).
function simplify(corners, most) {
  const kept = corners.filter((corner, i) => i === 0 || String(corner) !== String(corners[i - 1]));
  const loss = (i) => {
    const [[ax, ay], [bx, by], [cx, cy]] = [-1, 0, 1].map((d) => kept.at((i + d) % kept.length));
    return Math.abs((bx - ax) * (cy - ay) - (cx - ax) * (by - ay));
  };
  while (kept.length > most) {
    let least = 0;
    for (let i = 1; i < kept.length; i++) if (loss(i) < loss(least)) least = i;
    kept.splice(least, 1);
  }
  return kept;
}
