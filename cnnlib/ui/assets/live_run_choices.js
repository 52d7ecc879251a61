// What a viewer chooses: smoothing, axes, which curves and charts. It stays over reruns and a
// reload, and goes on to the next run that is looked at in this browser tab.

const CHOICES_KEY = "lab-run-choices"; // in the tab's own storage
const FIRST_CHOICES = { smoothing: 0, log: false, by: "epoch", open: [] };

class Choices {
  constructor(parts, onChange) {
    this.parts = parts;
    this.onChange = onChange;
    this.values = { ...FIRST_CHOICES, ...readChoices() };
    this.#writeFixedTexts();
    parts.smooth.oninput = () => this.#choose({ smoothing: Number(parts.smooth.value) });
    parts.log.onclick = () => this.#choose({ log: !this.values.log });
    for (const radio of this.#radios) radio.onchange = () => this.#choose({ by: radio.value });
    for (const button of this.#buttons) button.onclick = () => this.#toggleChart(button.dataset.chart);
    this.#show();
  }

  #writeFixedTexts() {
    const { parts } = this;
    parts.tools.setAttribute("aria-label", TEXT.tools);
    parts["smooth-label"].textContent = TEXT.smoothing;
    parts.smooth.title = TEXT.smoothingHelp;
    parts.log.textContent = TEXT.log;
    parts.axis.setAttribute("aria-label", TEXT.axisChoice);
    parts.more.setAttribute("aria-label", TEXT.more);
    parts["more-label"].textContent = TEXT.more;
    const group = `lab-run-axis-${(window.labRunCount = (window.labRunCount ?? 0) + 1)}`;
    for (const radio of this.#radios) {
      radio.name = group;
      radio.nextElementSibling.textContent = TEXT.axisChoices[radio.value];
    }
    for (const button of this.#buttons) button.textContent = TEXT.charts[button.dataset.chart];
  }

  get #radios() {
    return [...this.parts.axis.querySelectorAll("input")];
  }

  get #buttons() {
    return [...this.parts.more.querySelectorAll("button")];
  }

  get by() {
    return this.hasTimes ? this.values.by : "epoch";
  }

  isOpen(chart) {
    return METRICS.includes(chart) || (this.values.open.includes(chart) && this.available?.includes(chart));
  }

  #toggleChart(chart) {
    const { open } = this.values;
    this.#choose({ open: open.includes(chart) ? open.filter((each) => each !== chart) : [...open, chart] });
  }

  #choose(change) {
    Object.assign(this.values, change);
    writeChoices(this.values);
    this.#show();
    this.onChange();
  }

  // Only what there is data for can be chosen.
  offer(available, hasTimes) {
    this.available = available;
    this.hasTimes = hasTimes;
    this.#show();
  }

  #show() {
    const { parts, values } = this;
    parts.smooth.value = String(values.smoothing);
    parts["smooth-value"].textContent = values.smoothing ? values.smoothing.toFixed(2) : TEXT.off;
    parts.smooth.setAttribute("aria-valuetext", parts["smooth-value"].textContent);
    parts.log.setAttribute("aria-pressed", String(values.log));
    parts.axis.hidden = !this.hasTimes;
    for (const radio of this.#radios) radio.checked = radio.value === this.by;
    for (const button of this.#buttons) {
      button.hidden = !this.available?.includes(button.dataset.chart);
      button.setAttribute("aria-pressed", String(this.isOpen(button.dataset.chart)));
    }
    parts.more.hidden = this.#buttons.every((button) => button.hidden);
  }
}

// A browser may keep nothing: the choices then last as long as the page.
function readChoices() {
  try {
    return JSON.parse(sessionStorage.getItem(CHOICES_KEY));
  } catch {
    return window.labRunChoices;
  }
}

function writeChoices(values) {
  window.labRunChoices = values;
  try {
    sessionStorage.setItem(CHOICES_KEY, JSON.stringify(values));
  } catch {
    // as said above
  }
}
