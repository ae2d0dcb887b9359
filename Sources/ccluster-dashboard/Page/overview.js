// The cluster at a glance: how fast it goes, how long steps take, who takes part and who does not.

import { TimeChart } from "./chart.js";
import { card, h, OUT, setPill, setText, statePill, STATES } from "./elements.js";
import { duration, plain, ranges, span, thousands } from "./format.js";
import { HeatMap } from "./heatmap.js";
import { Histogram } from "./histogram.js";
import { Series } from "./series.js";

const COLUMNS = [
  ["controller", "#", (row) => row.controller],
  ["state", "State", (row) => (row.late ? "late" : row.state)],
  ["pid", "Pid", (row) => (row.pid > 0 ? row.pid : null)],
  ["core", "Core", (row) => row.core],
  ["p50", "p50", (row) => row.solve_times.p50],
  ["p99", "p99", (row) => row.solve_times.p99],
  ["max", "Max", (row) => row.solve_times.max],
  ["solves", "Solves", (row) => row.solves],
  ["failures", "Fails", (row) => row.failures],
  ["restarts", "Restarts", (row) => row.restarts],
  ["times_late", "Late", (row) => row.times_late],
  ["message", "Message", (row) => row.message],
];
const TIMES = new Set(["p50", "p99", "max"]);
const NAMES = new Set(["pid", "core"]); // numbers that nobody counts
const PAGE = 50; // rows at first
const RATE_SPAN = 0.5; // s that a rate is told of
const RATE_WINDOW = 120; // s

export class OverviewView {
  constructor(app) {
    this.app = app;
    app.live.want({ rows: true });
    this.selection = new Set();
    this.sort = { name: "controller", descending: false };
    this.filter = "";
    this.limit = PAGE;
    this.histogram = new Histogram();
    this.heatmap = new HeatMap({
      onopen: (index) => app.go(`controller/${index}`), onselect: () => this.#showSelection(),
    });
    this.heatmap.selection = this.selection;
    this.rates = new Series(1);
    this.rateChart = new TimeChart([{ label: "steps a second", subscription: { series: this.rates }, column: 0 }],
      { title: "Steps a second", window: RATE_WINDOW, height: 150, least: 1, legend: false });
    this.figures = {};
    this.element = h("div", { class: "overview" },
      h("div", { class: "tiles" }, this.#tile("rate", "Steps a second"), this.#tile("factor", "Real-time factor"),
        this.#tile("median", "Step time, median"), this.#tile("p99", "Step time, p99"), this.#tile("part", "Controllers active"),
        this.#tile("up", "Up")),
      h("div", { class: "columns" },
        card("Controllers", this.#modes(), this.heatmap.element, this.#actions(), this.#makeOut()),
        h("div", { class: "beside" }, card("Step time", this.histogram.element), card(`Steps a second, the last ${RATE_WINDOW / 60} min`, this.rateChart.element))),
      card("Each controller", this.#makeTable()));
  }

  close() {
    this.heatmap.close();
    this.rateChart.close();
  }

  route() { return true; }

  retheme() {
    this.heatmap.setMode(this.heatmap.mode);
    this.rateChart.retheme();
    this.draw(this.app.frame);
  }

  #tile(name, title) {
    this.figures[name] = h("output", {});
    this.figures[`${name}-note`] = h("small", {});
    return h("div", { class: "tile" }, h("span", {}, title), this.figures[name], this.figures[`${name}-note`]);
  }

  // --- Frames

  take({ step_times: times, wall, simulated, steps }) {
    // The first frame of a connection has times that the one before it has told already.
    this.histogram.add(times.slice(Math.max(0, times.length - (steps - (this.steps ?? 0)))));
    this.steps = steps;
    this.before ??= { wall, steps };
    const passed = wall - this.before.wall;
    if (passed < RATE_SPAN) return;
    this.rates.append({
      samples: 1, dropped: 0, wall: Float64Array.of(wall), simulated: Float64Array.of(simulated), steps: Float64Array.of(steps),
      wholeness: Uint8Array.of(0), values: [(steps - this.before.steps) / passed],
    });
    this.before = { wall, steps };
  }

  draw(frame) {
    if (!frame) return;
    const median = this.app.reading?.step_time.median;
    this.histogram.draw(median, this.app.reading?.step_time.p99);
    this.heatmap.draw(frame.states, frame.solve_times);
    this.rateChart.draw();
    this.#drawOut(frame.states);
    const active = frame.states.filter((code) => STATES[code].name === "active").length;
    setText(this.figures.part, `${thousands(active)} of ${thousands(frame.states.length)}`);
    setText(this.figures["part-note"], [["failed", frame.failed], ["died", frame.died], ["late", frame.late]]
      .filter(([, count]) => count).map(([name, count]) => `${count} ${name} in the last step`).join(", "));
  }

  read(reading) {
    const { figures } = this;
    setText(figures.rate, plain(reading.rate));
    setText(figures["rate-note"], `${thousands(reading.steps)} so far`);
    setText(figures.factor, `${plain(reading.real_time_factor)} ×`);
    setText(figures["factor-note"], `a step is ${duration(this.app.cluster.timing.cluster_dt)}`);
    setText(figures.median, duration(reading.step_time.median));
    setText(figures["median-note"], "of the last 512");
    setText(figures.p99, duration(reading.step_time.p99));
    setText(figures["p99-note"], `max ${duration(reading.step_times.max)} in ${span(reading.span)}`);
    setText(figures.up, span(reading.up));
    setText(figures["up-note"], `launcher ${reading.launcher}`);
    if (reading.rows) {
      this.rows = reading.rows;
      this.#fillTable();
    }
  }

  // --- Who takes no part

  #makeOut() {
    this.out = h("ul", { class: "out", "aria-label": "Controllers that take no part" });
    return this.out;
  }

  #drawOut(states) {
    const found = [];
    states.forEach((code, index) => OUT.has(STATES[code].name) && found.push([index, STATES[code]]));
    const key = found.map(([index, { name }]) => `${index}${name}`).join();
    if (key === this.outKey) return;
    this.outKey = key;
    const shown = found.slice(0, 24);
    this.out.replaceChildren(...shown.map(([index, { name, glyph }]) =>
      h("li", {}, h("a", { class: `pill ${name}`, href: `#controller/${index}`, dataset: { controller: index, state: name } },
        `${glyph} ${index} ${name}`))),
    ...(found.length > shown.length ? [h("li", {}, `and ${found.length - shown.length} more`)] : []));
  }

  // --- What is asked

  #modes() {
    const button = (mode, title) => h("button", {
      type: "button", "aria-pressed": String(mode === "time"),
      onclick: (event) => {
        for (const other of event.target.parentElement.children) other.setAttribute("aria-pressed", String(other === event.target));
        this.heatmap.setMode(mode);
      },
    }, title);
    return h("div", { class: "segments", role: "group", "aria-label": "Colour by" }, button("time", "by solve time"), button("state", "by state"));
  }

  #actions() {
    const action = (verb) => h("button", { type: "button", dataset: { verb }, onclick: () => this.app.ask(verb, [...this.selection]) }, verb);
    this.selected = h("span", { class: "selected" });
    this.buttons = ["activate", "deactivate", "reset", "restart"].map(action);
    const all = h("button", { type: "button", class: "quiet", onclick: () => this.#select("all") }, "all");
    const out = h("button", { type: "button", class: "quiet", onclick: () => this.#select("out") }, "out");
    const none = h("button", { type: "button", class: "quiet", onclick: () => this.#select("none") }, "none");
    const bar = h("div", { class: "actions" }, h("span", { class: "choose" }, "select ", all, out, none), this.selected, h("span", { class: "buttons" }, this.buttons));
    this.#showSelection();
    return bar;
  }

  #select(whom) {
    const states = this.app.frame?.states ?? [];
    this.selection.clear();
    states.forEach((code, index) => {
      if (whom === "all" || (whom === "out" && OUT.has(STATES[code].name))) this.selection.add(index);
    });
    this.#showSelection();
  }

  #showSelection() {
    const count = this.selection.size;
    setText(this.selected, count === 0 ? "nobody is selected" : count <= 12 ? `selected: ${ranges(this.selection)}` : `${count} selected`);
    for (const button of this.buttons) {
      button.disabled = count === 0 || (button.dataset.verb === "restart" && !this.app.cluster.has_launcher);
    }
    this.heatmap?.setSelection(this.selection);
    if (this.rows) this.#fillTable();
  }

  // --- The table

  #makeTable() {
    const filter = h("input", {
      type: "search", placeholder: "filter: 3, dead, out, a word", "aria-label": "Filter controllers",
      oninput: (event) => {
        this.filter = event.target.value.trim().toLowerCase();
        this.#fillTable();
      },
    });
    this.head = h("tr", {}, h("th", {}, h("span", { class: "hidden" }, "selected")), COLUMNS.map(([name, title]) =>
      h("th", { class: name, "aria-sort": "none", dataset: { name } },
        h("button", { type: "button", onclick: () => this.#sortBy(name) }, title))));
    this.body = h("tbody", {});
    this.more = h("button", {
      type: "button", class: "quiet", hidden: true,
      onclick: () => {
        this.limit += 4 * PAGE;
        this.#fillTable();
      },
    });
    this.lines = new Map();
    return [filter, h("div", { class: "table" }, h("table", {}, h("thead", {}, this.head), this.body)), this.more];
  }

  #sortBy(name) {
    // What matters most comes first: the slowest, the one that fails most.
    const starts = !["controller", "state", "message"].includes(name);
    this.sort = { name, descending: this.sort.name === name ? !this.sort.descending : starts };
    this.#fillTable();
  }

  #fits(row) {
    const state = row.late ? "late" : row.state;
    return this.filter.split(/\s+/).filter(Boolean).every((word) => {
      if (word === "out") return OUT.has(state);
      const range = /^(\d+)(?:-(\d+))?$/.exec(word);
      if (range) return row.controller >= Number(range[1]) && row.controller <= Number(range[2] ?? range[1]);
      return [state, row.process ?? "", row.message].some((text) => text.toLowerCase().includes(word));
    });
  }

  #fillTable() {
    const [, , value] = COLUMNS.find(([name]) => name === this.sort.name);
    const sign = this.sort.descending ? -1 : 1;
    const compare = (a, b) => {
      const [x, y] = [value(a), value(b)];
      if (x === y) return a.controller - b.controller;
      if (x === null || y === null) return x === null ? 1 : -1;
      return (x < y ? -1 : 1) * sign;
    };
    const rows = this.rows.filter((row) => this.#fits(row)).sort(compare);
    for (const cell of this.head.children) {
      if (!cell.dataset.name) continue;
      const isSorted = cell.dataset.name === this.sort.name;
      cell.setAttribute("aria-sort", isSorted ? (this.sort.descending ? "descending" : "ascending") : "none");
    }
    const shown = rows.slice(0, this.limit);
    const lines = shown.map((row) => this.#line(row));
    const isSame = lines.length === this.body.children.length && lines.every((line, index) => this.body.children[index] === line);
    if (!isSame) this.body.replaceChildren(...lines);
    this.more.hidden = rows.length <= shown.length;
    setText(this.more, `${rows.length - shown.length} more`);
  }

  // Made once for each controller, and only its texts changed: what has the focus keeps it.
  #line(row) {
    let line = this.lines.get(row.controller);
    if (!line) {
      const box = h("input", {
        type: "checkbox", "aria-label": `Select controller ${row.controller}`,
        onchange: () => {
          if (!this.selection.delete(row.controller)) this.selection.add(row.controller);
          this.#showSelection();
        },
      });
      const cells = COLUMNS.map(([name]) => h("td", { class: name }));
      cells[0].append(h("a", { href: `#controller/${row.controller}` }, String(row.controller)));
      cells[1].append(statePill("vacant"));
      line = h("tr", { dataset: { controller: row.controller } }, h("td", {}, box), cells);
      Object.assign(line, { box, fields: cells });
      this.lines.set(row.controller, line);
    }
    line.box.checked = this.selection.has(row.controller);
    COLUMNS.forEach(([name, , value], index) => {
      if (name === "controller") return;
      const found = value(row);
      if (name === "state") return setPill(line.fields[index].firstChild, found);
      setText(line.fields[index], TIMES.has(name) ? duration(found) : typeof found === "number" && !NAMES.has(name) ? thousands(found) : String(found ?? "–"));
    });
    return line;
  }
}
