// The badge «equals Keras»: asks the server until Keras has answered, and shows what it said.

const TEXT = {
  waiting: "Asking Keras …",
  offline: "The lab's server does not answer. Trying again …",
  retry: "Try again",
  more: "Details of the comparison",
};

const ICONS = {
  waiting: "M8 2a6 6 0 1 1-6 6",
  equal: "M3 8.5l3.2 3.2L13 5",
  differs: "M4 4l8 8M12 4l-8 8",
  failed: "M8 3v6.2M8 12.4v.1",
};
ICONS.warming = ICONS.waiting;
ICONS.unknown = ICONS.offline = ICONS.failed;

const SETTLE_MS = 250; // a slider may still move: a question for each step would be wasted
const POLL_MS = 400;
const POLL_MOST_MS = 2000; // well below the time after which the server takes us for gone
const OFFLINE_MS = 5000;
const TIMEOUT_MS = 10000;
const SETTLED = new Set(["equal", "differs", "failed", "unknown"]);

export default function (component) {
  const root = component.parentElement.querySelector(".lab-badge");
  root.labBadge ??= new KerasBadge(root);
  const badge = root.labBadge;
  const ticket = badge.mount(component.data);
  return () => badge.unmount(ticket);
}

class KerasBadge {
  constructor(root) {
    this.root = root;
    this.parts = Object.fromEntries([...root.querySelectorAll("[data-part]")].map((el) => [el.dataset.part, el]));
    this.tickets = 0;
    this.token = null;
    this.parts.retry.textContent = TEXT.retry;
    this.parts.retry.onclick = () => this.#retry();
    this.parts.more.setAttribute("aria-label", TEXT.more);
    this.parts.more.onclick = () => this.#toggleDetails();
    this.onVisibility = () => document.hidden || this.#pollSoon(0);
    document.addEventListener("visibilitychange", this.onVisibility);
  }

  // Streamlit calls this at the first mount and again after reruns and theme changes.
  mount({ token, label }) {
    this.parts.label.textContent = label ?? "";
    this.parts.label.hidden = !label;
    // A rerun has registered the check anew, should the server have forgotten it.
    if (token !== this.token || this.state === "unknown") this.#start(token, SETTLE_MS);
    return ++this.tickets;
  }

  unmount(ticket) {
    if (ticket !== this.tickets) return; // a later mount has taken over
    clearTimeout(this.timer);
    this.request?.abort();
    this.token = null;
    document.removeEventListener("visibilitychange", this.onVisibility);
    delete this.root.labBadge;
  }

  // Asking the server

  #start(token, delay, wish = "") {
    this.request?.abort();
    this.request = null;
    this.token = token;
    this.wish = wish;
    this.pause = POLL_MS;
    this.#show("waiting", TEXT.waiting);
    this.#pollSoon(delay);
  }

  #retry() {
    this.#start(this.token, 0, "?retry=1");
  }

  #pollSoon(delay) {
    clearTimeout(this.timer);
    if (this.token === null || SETTLED.has(this.state) || document.hidden) return;
    this.timer = setTimeout(() => this.#poll(), delay);
  }

  async #poll() {
    if (this.request) return; // one request at a time
    const request = (this.request = new AbortController());
    const timeout = setTimeout(() => request.abort(), TIMEOUT_MS);
    let delay = OFFLINE_MS;
    try {
      const answer = await fetchCheck(this.token, this.wish, request.signal);
      if (request !== this.request) return; // another token has come meanwhile
      this.wish = "";
      this.#show(answer.verdict ?? answer.state, answer.text, answer.details, answer.can_retry);
      delay = this.pause;
      this.pause = Math.min(POLL_MOST_MS, 1.4 * this.pause);
    } catch {
      if (request !== this.request) return;
      this.#show("offline", TEXT.offline);
    } finally {
      clearTimeout(timeout);
      if (request === this.request) this.request = null;
    }
    this.#pollSoon(delay);
  }

  // Showing the answer

  #show(state, text, details = [], canRetry = false) {
    const { parts } = this;
    this.state = this.root.dataset.state = state;
    parts.icon.setAttribute("d", ICONS[state] ?? ICONS.waiting);
    if (parts.text.textContent !== text) parts.text.textContent = text;
    parts.retry.hidden = !canRetry;
    parts.more.hidden = !details.length;
    parts.pill.title = details.map(([name, value]) => `${name}: ${value}`).join("\n");
    parts.details.replaceChildren(...details.map(([name, value]) => makeDetail(name, value)));
    this.#showDetails();
  }

  #toggleDetails() {
    const open = this.parts.more.getAttribute("aria-expanded") !== "true";
    this.parts.more.setAttribute("aria-expanded", String(open));
    this.#showDetails();
  }

  #showDetails() {
    const { more, details } = this.parts;
    details.hidden = more.hidden || more.getAttribute("aria-expanded") !== "true";
  }
}

function makeDetail(name, value) {
  const [row, dt, dd] = ["div", "dt", "dd"].map((tag) => document.createElement(tag));
  dt.textContent = name;
  dd.textContent = value;
  row.append(dt, dd);
  return row;
}

async function fetchCheck(token, wish, signal) {
  const response = await fetch(`api/checks/${encodeURIComponent(token)}${wish}`, { signal, cache: "no-store" });
  const answer = await response.json();
  if (response.status === 404 && typeof answer.error === "string") {
    return { state: "unknown", text: answer.error, can_retry: true };
  }
  if (!response.ok || !answer.state) throw new Error(`The server answered ${response.status}`);
  return answer;
}
