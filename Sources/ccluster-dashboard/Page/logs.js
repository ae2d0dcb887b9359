// What the processes have printed and what happened to them, in the order of time.

import { card, h, setText } from "./elements.js";
import { thousands } from "./format.js";

const KEPT = 4000; // lines
const SHOWN = 1000;
const LEVELS = ["debug", "info", "warning", "error"];

export class LogView {
  constructor(app) {
    this.app = app;
    this.lines = [];
    this.dropped = 0;
    this.isFollowing = true;
    app.live.want({ logs: true });
    this.process = h("select", { "aria-label": "Process", onchange: () => this.#fill() }, h("option", { value: "" }, "all processes"));
    this.names = new Set();
    this.level = h("select", { "aria-label": "Level", onchange: () => this.#fill() }, LEVELS.map((name) => h("option", { value: name }, name === "debug" ? "all levels" : `${name} and above`)));
    this.text = h("input", { type: "search", placeholder: "filter: words", "aria-label": "Filter lines", oninput: () => this.#fill() });
    this.follow = h("button", { type: "button", "aria-pressed": "true", onclick: () => this.#setFollowing(!this.isFollowing) }, "follow");
    this.note = h("span", { class: "readout" });
    this.list = h("div", { class: "log", role: "log", tabindex: 0, "aria-label": "Lines", onscroll: () => this.#scrolled() });
    this.element = card("Logs", h("div", { class: "bar" }, this.process, this.level, this.text, this.follow, this.note), this.list);
  }

  route() { return true; }

  // Each connection tells all of them anew; until then those that are there stay.
  connected() { this.isAnew = true; }

  logs({ lines, dropped }) {
    if (this.isAnew) {
      [this.isAnew, this.lines, this.dropped] = [false, [], 0];
      this.list.replaceChildren();
    }
    this.dropped += dropped;
    for (const line of lines) {
      if (this.names.has(line.process)) continue;
      this.names.add(line.process);
      this.process.append(h("option", { value: line.process }, line.process));
    }
    this.lines.push(...lines);
    if (this.lines.length > KEPT) this.dropped += this.lines.splice(0, this.lines.length - KEPT).length;
    this.#append(lines.filter((line) => this.#fits(line)));
  }

  #fits({ process, level, text, stream }) {
    if (this.process.value && process !== this.process.value && !(stream === "event" && text.includes(this.process.value))) return false;
    if (LEVELS.indexOf(level) < LEVELS.indexOf(this.level.value)) return false;
    const all = `${process} ${text}`.toLowerCase();
    return this.text.value.toLowerCase().split(/\s+/).filter(Boolean).every((word) => all.includes(word));
  }

  #fill() {
    this.list.replaceChildren();
    this.#append(this.lines.filter((line) => this.#fits(line)));
  }

  #append(lines) {
    this.list.append(...lines.slice(-SHOWN).map(({ time, process, stream, level, text }) =>
      h("div", { class: `line ${level} ${stream}` }, h("time", { datetime: time }, time.slice(11, 23)), h("span", { class: "process" }, process),
        h("span", { class: "text" }, level === "warning" || level === "error" ? `${level}: ` : "", printable(text)))));
    for (let surplus = this.list.children.length - SHOWN; surplus > 0; surplus -= 1) this.list.firstChild.remove();
    setText(this.note, `${thousands(this.list.children.length)} lines shown${this.dropped ? `; 'ccluster logs ${this.app.cluster.name}' has the ${thousands(this.dropped)} before them` : ""}`);
    if (this.isFollowing) this.#toEnd();
  }

  #toEnd() { this.list.scrollTop = this.list.scrollHeight; }

  #setFollowing(isFollowing) {
    this.isFollowing = isFollowing;
    this.follow.setAttribute("aria-pressed", String(isFollowing));
    if (isFollowing) this.#toEnd();
  }

  // Whoever scrolls up wants to read, and whoever comes back to the end, to follow.
  #scrolled() {
    const isAtEnd = this.list.scrollHeight - this.list.scrollTop - this.list.clientHeight < 24;
    if (isAtEnd !== this.isFollowing) this.#setFollowing(isAtEnd);
  }
}

// Colours and cursor movements of a terminal are none here.
const printable = (text) => text.replace(/\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b\][^\x07]*(?:\x07|\x1b\\)/g, "").replace(/[\x00-\x08\x0b-\x1f\x7f]/g, "·");
