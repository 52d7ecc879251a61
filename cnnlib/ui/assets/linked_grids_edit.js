// The small field over a cell that is being changed.

class CellEditor {
  constructor(owner) {
    this.owner = owner;
    this.box = make("div", "lab-grids-editor");
    this.box.hidden = true;
    this.field = make("input");
    this.field.type = "text";
    this.field.inputMode = "decimal";
    this.field.autocomplete = "off";
    this.field.dataset.testid = "grid-edit";
    this.message = make("span");
    this.message.setAttribute("role", "alert");
    this.box.append(this.field, this.message);
    this.field.onkeydown = (event) => this.#onKey(event);
    this.field.onblur = () => this.#onBlur();
    this.field.oninput = () => (this.message.textContent = "");
  }

  get isOpen() {
    return !this.box.hidden;
  }

  open(view, index, typed = null) {
    const rect = view.rectOf(index);
    if (!rect) return;
    this.view = view;
    this.index = index;
    const width = Math.max(rect.size + 2, 64);
    const left = Math.max(0, Math.min(rect.x - (width - rect.size) / 2, Math.max(0, view.width - width)));
    Object.assign(this.box.style, { left: `${left}px`, top: `${rect.y - 2}px`, width: `${width}px` });
    this.field.style.height = `${Math.max(rect.size + 4, 30)}px`;
    this.field.setAttribute("aria-label", TEXT.edit(view.grid.cellName(index)));
    this.before = view.grid.value(index);
    this.field.value = typed ?? String(Number(this.before.toPrecision(6)));
    this.start = typed === null ? this.field.value : null;
    this.message.textContent = "";
    this.box.hidden = false;
    view.stage.append(this.box);
    this.field.focus({ preventScroll: true });
    if (typed === null) this.field.select();
  }

  // Takes the value over; false if it is none.
  commit() {
    const text = this.field.value.trim().replace(/[−–]/g, "-").replace(/^([-+]?\d*),(\d+)$/, "$1.$2");
    const value = Number(text);
    const limit = this.owner.model.largestEdit;
    if (text === "" || !/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text)) return this.#refuse(TEXT.notANumber);
    if (Math.abs(value) > limit) return this.#refuse(TEXT.tooLarge(limit));
    const { view, index } = this;
    const changed = this.field.value !== this.start && Math.fround(value) !== this.before;
    this.close();
    if (changed) this.owner.sendEdit(view, index, value);
    return true;
  }

  close() {
    if (!this.isOpen) return;
    this.box.hidden = true;
    this.box.remove();
  }

  #refuse(message) {
    this.message.textContent = message;
    return false;
  }

  #onKey(event) {
    event.stopPropagation();
    const { view, index } = this;
    if (event.key === "Escape") {
      event.preventDefault();
      this.close();
      view.stage.focus({ preventScroll: true });
    } else if (event.key === "Enter" || event.key === "Tab") {
      event.preventDefault();
      if (!this.commit()) return;
      view.stage.focus({ preventScroll: true });
      if (event.key === "Tab") this.owner.input.editNext(view, index, event.shiftKey ? -1 : 1);
    }
  }

  // Going elsewhere takes a number over, and drops what is none.
  #onBlur() {
    if (this.isOpen && !this.commit()) this.close();
  }
}
