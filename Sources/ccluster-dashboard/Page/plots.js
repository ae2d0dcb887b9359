// Plots of any field: who looks for something else than the other views show chooses it here.

import { TimeChart } from "./chart.js";
import { card, h } from "./elements.js";
import { parseRanges, ranges } from "./format.js";

const MOST_LINES = 64;
const WINDOWS = [2, 5, 10, 30, 60, 300]; // s
const SINGLES = new Set(["f32", "bool", "i8", "u8", "i16", "u16", "char"]);

export class PlotsView {
  // buffer: what the form offers first.
  constructor(app, buffer) {
    this.app = app;
    this.wanted = buffer;
    this.plots = [];
    this.list = h("div", { class: "plots" });
    this.empty = h("p", { class: "missing" }, "No plot yet: choose a buffer and a field above.");
    this.element = h("div", {}, card("New plot", this.#form()), this.empty, this.list);
    for (const saved of this.#saved()) this.#add(saved, true);
    this.#show();
  }

  close() { for (const plot of this.plots) plot.close(); }

  route() { return true; }

  retheme() { for (const { chart } of this.plots) chart.retheme(); }

  draw() { for (const plot of this.plots) plot.draw(); }

  // --- Which plots there are: the same the next time, for a cluster of this name

  get #key() { return `plots ${this.app.cluster.name}`; }

  #saved() {
    try {
      return JSON.parse(localStorage.getItem(this.#key)) ?? [];
    } catch {
      return [];
    }
  }

  #save() { localStorage.setItem(this.#key, JSON.stringify(this.plots.map(({ spec }) => spec))); }

  #show() { this.empty.hidden = this.plots.length > 0; }

  // --- The form

  #form() {
    const buffers = this.app.cluster.map.buffers.filter(({ fields }) => fields.some(hasValues));
    this.buffer = h("select", { id: "plot-buffer", onchange: () => this.#chooseBuffer() }, buffers.map(({ name }) => h("option", { value: name }, name)));
    this.field = h("select", { id: "plot-field", onchange: () => this.#chooseField() });
    this.columns = h("select", { id: "plot-columns", multiple: true, size: 4 });
    this.rows = h("input", { id: "plot-rows", value: "0", size: 10, spellcheck: "false", autocomplete: "off" });
    this.problem = h("p", { class: "problem", role: "alert" });
    const label = (text, input) => h("label", { for: input.id }, h("span", {}, text), input);
    const form = h("form", {
      class: "new-plot",
      onsubmit: (event) => {
        event.preventDefault();
        this.#submit();
      },
    }, label("Buffer", this.buffer), label("Field", this.field), label("Columns (none: all)", this.columns),
    label("Controllers, as 0-3,7 or all", this.rows), h("button", { type: "submit", class: "primary" }, "Add"), this.problem);
    if (buffers.some(({ name }) => name === this.wanted)) this.buffer.value = this.wanted;
    if (buffers.length) this.#chooseBuffer();
    return form;
  }

  get #layout() { return this.app.cluster.map.buffers.find(({ name }) => name === this.buffer.value); }

  #chooseBuffer() {
    const fields = this.#layout.fields.filter(hasValues);
    this.field.replaceChildren(...fields.map(({ name, unit }) => h("option", { value: name }, unit ? `${name}, ${unit}` : name)));
    this.rows.disabled = this.#layout.per === "cluster";
    this.#chooseField();
  }

  #chooseField() {
    const field = this.#layout.fields.find(({ name }) => name === this.field.value);
    this.columns.replaceChildren(...this.#names(field).map((name, element) => h("option", { value: element }, name)));
  }

  #names(field) { return elementNames(this.app, this.buffer.value, field.name); }

  #submit() {
    this.problem.textContent = "";
    try {
      const layout = this.#layout;
      const field = layout.fields.find(({ name }) => name === this.field.value);
      const chosen = [...this.columns.selectedOptions].map(({ value }) => Number(value));
      const elements = chosen.length ? chosen : this.#names(field).map((_, element) => element);
      const rows = layout.per === "cluster" ? [0] : parseRanges(this.rows.value, layout.rows);
      if (rows.length * elements.length > MOST_LINES) {
        throw new Error(`these are ${rows.length * elements.length} lines, more than ${MOST_LINES}: choose fewer columns or controllers`);
      }
      this.#add({ buffer: layout.name, field: field.name, rows, elements, window: 10, clock: "wall" });
      this.#save();
      this.#show();
    } catch (problem) {
      this.problem.textContent = problem.message;
    }
  }

  #add(spec, isSaved = false) {
    const plot = Plot.make(this.app, spec, {
      onremove: () => {
        plot.close();
        this.plots.splice(this.plots.indexOf(plot), 1);
        this.#save();
        this.#show();
      },
      onchange: () => this.#save(),
    });
    // Of a run whose config was another one.
    if (!plot) return;
    // The newest is on top.
    this.plots[isSaved ? "push" : "unshift"](plot);
    this.list[isSaved ? "append" : "prepend"](plot.element);
  }
}

class Plot {
  static make(app, spec, handlers) {
    const buffer = app.cluster.map.buffers.find(({ name }) => name === spec.buffer);
    const field = buffer?.fields.find(({ name }) => name === spec.field);
    const names = field ? elementNames(app, spec.buffer, spec.field) : [];
    if (!field || !spec.rows.every((row) => row < buffer.rows) || !spec.elements.every((element) => element < names.length)) return null;
    return new Plot(app, spec, buffer, field, names, handlers);
  }

  constructor(app, spec, buffer, field, names, { onremove, onchange }) {
    this.spec = spec;
    this.subscription = app.live.subscribe(spec);
    const isOne = spec.rows.length === 1;
    const lines = spec.rows.flatMap((row, place) => spec.elements.map((element, index) => ({
      label: [isOne && names.length > 1 ? "" : buffer.per === "cluster" ? "" : `#${row}`, names[element]].filter(Boolean).join(" "),
      subscription: this.subscription, column: place * spec.elements.length + index, isSingle: SINGLES.has(field.dtype),
    })));
    const whose = buffer.per === "cluster" ? "" : ` of ${spec.rows.length === 1 ? "controller" : "controllers"} ${ranges(spec.rows)}`;
    this.chart = new TimeChart(lines, { title: `${spec.buffer}.${spec.field}${whose}`, unit: field.unit, clock: spec.clock, window: spec.window, height: 260 });
    this.chart.onchange = () => this.#update();
    const button = (text, title, onclick) => h("button", { type: "button", class: "quiet", title, onclick }, text);
    this.pause = h("button", { type: "button", class: "pause", title: "Space", onclick: () => this.chart.pause(!this.chart.isPaused) });
    this.live = h("button", { type: "button", class: "quiet", title: "0", onclick: () => {
      this.chart.setZoom(null);
    } }, "whole window");
    const window = h("select", { "aria-label": "Window", onchange: () => {
      spec.window = Number(window.value);
      this.chart.setWindow(spec.window);
      onchange();
    } }, WINDOWS.map((seconds) => h("option", { value: seconds, selected: seconds === spec.window }, `${seconds} s`)));
    const clock = h("select", { "aria-label": "Clock", onchange: () => {
      spec.clock = clock.value;
      this.chart.setClock(spec.clock);
      onchange();
    } }, [["wall", "wall clock, s"], ["simulated", "simulated time, s"]].map(([value, text]) => h("option", { value, selected: value === spec.clock }, text)));
    this.note = h("p", { class: "note" });
    this.element = card(`${this.chart.title}${field.unit ? `, ${field.unit}` : ""}`,
      h("div", { class: "bar" }, this.pause, this.live, window, clock, h("span", { class: "buttons" },
        button("CSV", "What is in view, exactly as it was in the memory", () => this.chart.saveCSV()),
        button("PNG", "The picture with its legend", () => this.chart.savePNG()),
        button("✕", "Remove this plot", onremove))),
      this.chart.element, this.note);
    this.#update();
  }

  close() {
    this.chart.close();
    this.subscription.close();
    this.element.remove();
  }

  #update() {
    this.pause.textContent = this.chart.isPaused ? "▶ go on" : "❚❚ pause";
    this.pause.setAttribute("aria-pressed", String(this.chart.isPaused));
    this.live.hidden = !this.chart.zoom;
    this.element.classList.toggle("paused", this.chart.isPaused);
  }

  draw() {
    this.chart.draw();
    const { series } = this.subscription;
    if (series.length < 2) return;
    // Steps are seen a hundred times a second at most; who reads a curve must know what it leaves out.
    const first = series.firstFrom(series.wall, series.wall[series.last] - this.spec.window);
    const steps = series.steps[series.last] - series.steps[first];
    const seen = series.last - first;
    const text = steps > 1.05 * seen ? `shows ${seen} of ${steps} steps: it looks a hundred times a second at most, and for a fiftieth of a core` : "";
    const dropped = series.dropped ? `${text ? "; " : ""}${series.dropped} samples were not taken in time` : "";
    if (this.note.textContent !== text + dropped) this.note.textContent = text + dropped;
  }
}

const hasValues = ({ shape, dtype }) => dtype !== "char" && shape.every((extent) => extent > 0);

// Row-major; those of a scalar are the field's.
function elementNames(app, buffer, field) {
  const axes = app.cluster.names[buffer][field];
  if (!axes.length) return [field];
  return axes.reduce((names, axis) => names.flatMap((name) => axis.map((part) => (name ? `${name}.${part}` : part))), [""]);
}
