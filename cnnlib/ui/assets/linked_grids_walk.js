// The walk over all cells of the target, row by row and sheet by sheet, and its buttons.

class GridWalk {
  constructor(owner) {
    this.owner = owner;
    this.playing = false;
    this.revealing = false; // cells that have not been visited are pale
    this.stepped = false; // the last move was a step: play goes on from there
    this.place = 0;
    this.owed = 0; // cells, since the last frame
    this.before = 0; // time of the last frame
    this.#makeControls();
    this.setSpeed(4);
  }

  get length() {
    const { target } = this.owner.model;
    return target ? (target.paint === "rgb" ? target.size / 3 : target.size) : 0;
  }

  // Row by row, sheet by sheet.
  cellAt(place) {
    const { target } = this.owner.model;
    if (target.flatLine) return [place];
    const area = target.rowCount * target.columnCount;
    return target.at(Math.floor(place / area), Math.floor((place % area) / target.columnCount), place % target.columnCount);
  }

  placeOf(index) {
    const { target } = this.owner.model;
    const { sheet, row, column } = target.spot(index);
    return (sheet * target.rowCount + row) * target.columnCount + column;
  }

  #makeControls() {
    const { parts } = this.owner;
    const add = (name, click) => {
      const button = iconButton(GRID_ICONS[name], TEXT[name], click);
      button.dataset.testid = `grid-${name}`;
      parts.buttons.append(button);
      return button;
    };
    add("restart", () => this.restart());
    add("back", () => this.step(-1));
    this.playButton = add("play", () => this.toggle());
    add("step", () => this.step(1));
    parts.bar.setAttribute("aria-label", TEXT.controls);
    parts["speed-name"].textContent = TEXT.speed;
    parts.speed.oninput = () => this.setSpeed(Number(parts.speed.value));
  }

  setSpeed(speed) {
    this.speed = speed;
    this.owner.parts["speed-text"].textContent = TEXT.cellsPerSecond(speed);
  }

  toggle() {
    if (!this.owner.model.target) return;
    if (this.playing) {
      this.pause();
      return;
    }
    const last = this.length - 1;
    if (!this.revealing) this.place = this.stepped ? this.place : 0;
    if (this.place >= last) this.place = 0;
    Object.assign(this, { playing: true, revealing: true, stepped: false, owed: 0, before: 0 });
    this.goTo(this.place);
    this.showPlaying();
  }

  pause() {
    this.playing = false;
    this.stepped = false;
    this.showPlaying();
  }

  stop() {
    Object.assign(this, { playing: false, revealing: false, stepped: false, place: 0 });
    this.showPlaying();
    this.owner.ask("marks");
  }

  restart() {
    if (!this.playing) this.stop();
    this.goTo(0);
  }

  step(by) {
    if (!this.owner.model.target) return;
    const { current, model } = this.owner;
    const from = current.grid === model.target.id ? this.placeOf(current.index) : this.place - by;
    this.pause();
    this.goTo((from + by + this.length) % this.length);
    this.stepped = true;
  }

  goTo(place) {
    this.place = place;
    this.owner.point = null;
    this.owner.setCurrent({ grid: this.owner.model.target.id, index: this.cellAt(place) });
    this.owner.ask("marks");
  }

  advance(now) {
    if (this.before) this.owed += (Math.min(now - this.before, 250) / 1000) * this.speed;
    this.before = now;
    const due = Math.floor(this.owed + 0.02);
    if (!due) return;
    this.owed -= due;
    const last = this.length - 1;
    if (this.place >= last) {
      this.stop(); // the last cell has been shown for its time
      return;
    }
    this.goTo(Math.min(last, this.place + due));
  }

  showPlaying() {
    const name = this.playing ? "pause" : "play";
    this.owner.root.dataset.playing = String(this.playing);
    this.playButton.title = TEXT[name];
    this.playButton.setAttribute("aria-label", TEXT[name]);
    this.playButton.querySelector("path").setAttribute("d", GRID_ICONS[name]);
    this.owner.ask("text");
  }
}
