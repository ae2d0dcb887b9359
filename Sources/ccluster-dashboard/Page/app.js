// The page's frame: who is connected to what, which view is shown, and what is asked of controllers.

import { ControllerView } from "./controller.js";
import { forgetColors, h, setPill, setText } from "./elements.js";
import { plain, ranges, thousands } from "./format.js";
import { GraphView } from "./graph.js";
import { Live } from "./live.js";
import { LogView } from "./logs.js";
import { OverviewView } from "./overview.js";
import { PlotsView } from "./plots.js";

const VIEWS = [
  ["overview", "Overview", OverviewView],
  ["controller", "Controller", ControllerView],
  ["plots", "Plots", PlotsView],
  ["graph", "Graph", GraphView],
  ["logs", "Logs", LogView],
];
const MESSAGE_TIME = 8000; // ms
const $ = (id) => document.getElementById(id);

class App {
  constructor(token) {
    this.live = new Live(token);
    this.cluster = null;
    this.reading = null;
    this.frame = null;
    this.view = null;
    this.ended = null;
    this.isConnected = false;
    this.isDrawing = false;
    this.drawn = 0;
    this.#listen();
    this.#makeTabs();
    addEventListener("hashchange", () => this.#route());
  }

  #listen() {
    const on = (kind, body) => this.live.addEventListener(kind, ({ detail }) => body(detail));
    on("connected", () => {
      this.isConnected = true;
      this.view?.connected?.();
      this.#banner();
    });
    on("disconnected", ({ isRefused, reason, code }) => {
      this.isConnected = false;
      this.isRefused = isRefused;
      this.refusal = code >= 4000 ? reason : null;
      this.#banner();
      if (isRefused) askForToken(reason, this.live.token);
    });
    on("cluster", (cluster) => {
      // Of a connection that was lost for a while: the run goes on, and so does what is shown of it.
      if (this.cluster?.began === cluster.began) return;
      const isNext = this.cluster !== null;
      [this.cluster, this.ended, this.reading, this.frame] = [cluster, null, null, null];
      document.title = `${cluster.name} · ccluster`;
      setText($("name"), cluster.name);
      this.#banner();
      if (isNext) this.tell(`a new run of ${cluster.name} has begun`);
      this.#route(true);
    });
    on("ended", ({ reason }) => {
      this.ended = reason;
      setPill($("state"), "ended");
      this.#banner();
    });
    on("reading", (reading) => {
      this.reading = reading;
      if (!this.ended) setPill($("state"), reading.state);
      this.view?.read?.(reading);
    });
    on("logs", (message) => this.view?.logs?.(message));
    on("problem", ({ message }) => this.tell(message, "problem"));
    on("frame", (frame) => this.#take(frame));
  }

  // Whoever is slow to draw asks for fewer frames; whoever is not seen, for one a second.
  #take(frame) {
    this.frame = frame;
    this.view?.take?.(frame);
    if (document.hidden) return void setTimeout(() => this.live.next(), 1000);
    this.owed = (this.owed ?? 0) + 1;
    if (this.isDrawing) return;
    this.isDrawing = true;
    requestAnimationFrame(() => {
      this.isDrawing = false;
      this.#draw();
      for (; this.owed > 0; this.owed -= 1) this.live.next();
    });
  }

  #draw() {
    const { frame, reading } = this;
    this.drawn += 1;
    setText($("progress"), reading && !this.ended
      ? `step ${thousands(frame.steps)} · ${plain(reading.rate)}/s · ${plain(reading.real_time_factor)} × real time` : "");
    this.view?.draw?.(frame);
  }

  #banner() {
    const banner = $("banner");
    const text = !this.isConnected
      ? `No connection to the dashboard${this.refusal ? `: ${this.refusal}` : ""}. ${this.isRefused
        ? "Open the address that 'ccluster dashboard' printed last." : "Trying again; if 'ccluster dashboard' has ended, start it anew."}`
      : this.ended !== null
        ? `The run has ended: ${this.ended}. Its last figures stay; the next run of this name is shown as it begins.`
        : "";
    banner.hidden = !text;
    banner.className = this.isConnected ? "ended" : "lost";
    setText(banner, text);
  }

  // --- Views

  #makeTabs() {
    $("tabs").replaceChildren(...VIEWS.map(([name, title]) => h("a", { href: `#${name}`, dataset: { view: name } }, title)));
  }

  go(hash) { location.hash = hash; }

  #route(isForced = false) {
    if (!this.cluster) return;
    const [name, argument] = location.hash.slice(1).split("/");
    const [found, , View] = VIEWS.find(([other]) => other === name) ?? VIEWS[0];
    for (const tab of $("tabs").children) {
      if (tab.dataset.view === found) tab.setAttribute("aria-current", "page");
      else tab.removeAttribute("aria-current");
    }
    if (!isForced && this.view?.route?.(argument) && this.shown === found) return;
    this.view?.close?.();
    this.shown = found;
    this.live.want({ rows: false, logs: false });
    this.view = new View(this, argument);
    $("view").replaceChildren(this.view.element);
    if (this.reading) this.view.read?.(this.reading);
    if (this.frame) this.view.draw?.(this.frame);
  }

  retheme() {
    forgetColors();
    this.view?.retheme?.();
  }

  // --- Requests

  // Says what has become of it; what ends something is asked about first.
  async ask(verb, controllers) {
    if (!controllers.length) return;
    const whom = `controller${controllers.length === 1 ? "" : "s"} ${ranges(controllers)}`;
    const consequence = {
      deactivate: "Their commands go back to homing.",
      restart: this.#companions(controllers),
      reset: "They start from their initial rows.",
    }[verb];
    if (consequence !== undefined && !(await confirmed(`${capital(verb)} ${whom}? ${consequence}`, capital(verb)))) return;
    this.tell(`${verb} ${whom} …`);
    try {
      const answer = await this.live.ask(verb, controllers);
      this.tell(answer.message, answer.ok ? "done" : "problem");
    } catch {
      this.tell(`${verb} ${whom}: the dashboard does not answer`, "problem");
    }
  }

  // A process is restarted as a whole.
  #companions(controllers) {
    const hosts = this.cluster.controllers.hosts;
    const names = new Set(controllers.map((index) => hosts[index]));
    const all = hosts.flatMap((host, index) => (host !== null && names.has(host) ? [index] : []));
    return all.length > controllers.length ? `With them all of their processes: ${ranges(all)}.` : "Their processes are ended and started anew.";
  }

  tell(text, kind = "note") {
    const message = h("p", { class: `toast ${kind}` }, text);
    $("messages").append(message);
    while ($("messages").children.length > 4) $("messages").firstChild.remove();
    setTimeout(() => message.remove(), MESSAGE_TIME);
  }
}

const capital = (text) => text[0].toUpperCase() + text.slice(1);

// Each question has a dialog of its own: the end of one comes later than its closing, and is not the next one's.
function confirmed(text, action) {
  const dialog = h("dialog", { "aria-label": text }, h("form", { method: "dialog" }, h("p", {}, text), h("div", { class: "buttons" },
    h("button", { value: "no", class: "quiet" }, "Leave it"), h("button", { value: "yes", class: "primary", autofocus: true }, action))));
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => dialog.addEventListener("close", () => {
    dialog.remove();
    resolve(dialog.returnValue === "yes");
  }));
}

// --- Day and night

const THEMES = { auto: "◐ as the system", light: "☀ day", dark: "☾ night" };

function setTheme(theme) {
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  localStorage.setItem("theme", theme);
  const [sign, ...words] = THEMES[theme].split(" ");
  $("theme").replaceChildren(sign, h("span", {}, ` ${words.join(" ")}`));
  $("theme").setAttribute("aria-label", `Colours: ${THEMES[theme]}`);
  window.dashboard?.retheme();
}

function nextTheme() {
  const names = Object.keys(THEMES);
  setTheme(names[(names.indexOf(localStorage.getItem("theme") ?? "auto") + 1) % names.length]);
}

$("theme").addEventListener("click", nextTheme);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => window.dashboard?.retheme());
addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) return;
  if (event.key === "n") nextTheme();
  const view = VIEWS[Number(event.key) - 1];
  if (view) location.hash = view[0];
});

// --- The token

// It comes behind the # of the address and is not left there: it would go wherever the address is copied to. Whether there was one.
function takeToken() {
  const match = /^#token=([0-9a-f]+)$/.exec(location.hash);
  if (match) {
    sessionStorage.setItem("token", match[1]);
    history.replaceState(null, "", location.pathname);
  }
  return match !== null;
}

function askForToken(reason, refused = null) {
  // A newer one may have come meanwhile.
  if (sessionStorage.getItem("token") === refused) sessionStorage.removeItem("token");
  const input = h("input", { id: "token", autocomplete: "off", spellcheck: "false", size: 50, placeholder: "http://127.0.0.1:…/#token=…" });
  const form = h("form", {
    class: "card token",
    onsubmit: (event) => {
      event.preventDefault();
      const match = /([0-9a-f]{16,})\s*$/.exec(input.value);
      if (!match) return input.focus();
      sessionStorage.setItem("token", match[1]);
      location.reload();
    },
  }, h("h2", {}, "Who is there?"),
  h("p", {}, reason ? `${capital(reason)}. ` : "", "The cluster is shown to whoever has the address that 'ccluster dashboard' printed, token and all. Paste it here:"),
  h("label", { for: "token" }, "Address"), input, h("button", { class: "primary", type: "submit" }, "Show the cluster"));
  $("view").replaceChildren(form);
  input.focus();
}

// --- Start

setTheme(localStorage.getItem("theme") ?? "auto");
// In a tab that is open already another # loads nothing by itself.
addEventListener("hashchange", () => takeToken() && location.reload());
takeToken();
const token = sessionStorage.getItem("token");
if (token) window.dashboard = new App(token);
else askForToken("");
