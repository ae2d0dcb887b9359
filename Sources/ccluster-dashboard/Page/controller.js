// One controller: its joints against what is asked of them and what it expects, its cost, its forces.

import { lineStyle, swatch, TimeChart } from "./chart.js";
import { card, color, context, h, setPill, setText, STATES } from "./elements.js";
import { duration, plain, thousands } from "./format.js";

const SAMPLES = 400;
const LEAST = 0.02; // rad, or of what is shown: smaller differences are no movement
const QUANTITIES = [["joint_position", "position", "rad"], ["joint_velocity", "velocity", "rad/s"], ["joint_effort", "effort", "N·m"]];
// By the standard buffers of configs/presets/rhc.yaml; what a config does not have is not drawn.
const SOURCES = [
  { buffer: "robot_state", label: "measured", ...lineStyle(0), width: 2 },
  { buffer: "rhc_references", label: "reference", ...lineStyle(2), dash: [8, 4] },
  { buffer: "rhc_commands", label: "command", ...lineStyle(1) },
];
const PREDICTION = { label: "predicted", color: "line-purple", dash: [2, 3] };

export class ControllerView {
  constructor(app, argument) {
    this.app = app;
    app.live.want({ rows: true });
    this.subscriptions = [];
    this.charts = [];
    this.quantity = QUANTITIES[0][0];
    this.axis = "z";
    this.pill = h("span", { class: "pill" });
    this.facts = h("dl", { class: "facts" });
    this.body = h("div", { class: "controller-body" });
    this.number = h("input", {
      type: "number", min: 0, max: app.cluster.controllers.count - 1, "aria-label": "Controller",
      onchange: () => app.go(`controller/${this.number.value}`),
    });
    const step = (by, title, glyph) => h("button", { type: "button", class: "quiet", title, "aria-label": title, onclick: () => this.#move(by) }, glyph);
    const action = (verb) => h("button", { type: "button", dataset: { verb }, disabled: verb === "restart" && !app.cluster.has_launcher,
      onclick: () => app.ask(verb, [this.index]) }, verb);
    this.element = h("div", { class: "controller", onkeydown: (event) => this.#key(event) },
      h("div", { class: "head" }, step(-1, "The one before", "◂"), h("label", {}, "Controller ", this.number), step(1, "The next one", "▸"),
        this.pill, h("span", { class: "buttons" }, ["activate", "deactivate", "reset", "restart"].map(action))),
      this.facts, this.body);
    this.route(argument);
  }

  close() {
    for (const chart of this.charts) chart.close();
    for (const subscription of this.subscriptions) subscription.close();
    [this.charts, this.subscriptions] = [[], []];
  }

  retheme() { for (const chart of this.charts) chart.retheme(); }

  // Which one, by the address; the one that is shown stays as it is.
  route(argument) {
    const count = this.app.cluster.controllers.count;
    const index = Math.max(0, Math.min(count - 1, Number.parseInt(argument ?? "0", 10) || 0));
    if (index === this.index) return true;
    this.index = index;
    this.number.value = index;
    this.#build();
    if (this.app.reading) this.read(this.app.reading);
    return true;
  }

  #move(by) {
    const count = this.app.cluster.controllers.count;
    this.app.go(`controller/${(this.index + by + count) % count}`);
  }

  #key(event) {
    if (/^(INPUT|SELECT)$/.test(event.target.tagName) || event.target.classList.contains("plot")) return;
    if (event.key === "ArrowLeft") this.#move(-1);
    if (event.key === "ArrowRight") this.#move(1);
  }

  // --- What there is to draw

  #field(buffer, field) {
    const found = this.app.cluster.map.buffers.find(({ name }) => name === buffer);
    const layout = found?.fields.find(({ name }) => name === field);
    if (!layout || !layout.shape.every((extent) => extent > 0)) return null;
    return { ...layout, count: layout.shape.reduce((product, extent) => product * extent, 1), rows: found.rows };
  }

  #subscribe(buffer, field, history = true) {
    const layout = this.#field(buffer, field);
    if (!layout || this.index >= layout.rows) return null;
    const subscription = this.app.live.subscribe({
      buffer, field, rows: [this.index], elements: Array.from({ length: layout.count }, (_, element) => element), history,
    });
    this.subscriptions.push(subscription);
    return { layout, subscription };
  }

  #build() {
    this.close();
    this.body.replaceChildren(this.#joints(), h("div", { class: "columns" }, this.#cost(), this.#forces()), this.#nodes());
  }

  // A card that says what the config lacks, in place of an empty picture.
  #missing(title, text, ...yaml) {
    return card(title, h("p", { class: "missing" }, text), yaml.length ? h("pre", {}, yaml.join("\n")) : null);
  }

  #joints() {
    const sources = SOURCES.map((source) => ({ ...source, ...this.#subscribe(source.buffer, this.quantity) })).filter(({ subscription }) => subscription);
    const choice = h("select", { "aria-label": "Quantity", onchange: (event) => {
      this.quantity = event.target.value;
      this.#build();
    } }, QUANTITIES.map(([name, title]) => h("option", { value: name, selected: name === this.quantity }, title)));
    if (!sources.length) return this.#missing("Joints", `No buffer robot_state, rhc_references or rhc_commands has a field ${this.quantity}.`);
    const horizon = this.#subscribe("rhc_internal", this.quantity, false);
    const next = horizon ? null : this.#subscribe("rhc_prediction", this.quantity, false);
    const names = sources[0].layout.columns.length ? sources[0].layout.columns : Array.from({ length: sources[0].layout.count }, (_, joint) => `joint ${joint}`);
    const unit = QUANTITIES.find(([name]) => name === this.quantity)[2];
    const clock = "simulated";
    const charts = names.map((name, joint) => {
      const lines = sources.filter(({ layout }) => joint < layout.count).map(({ label, subscription, color, dash, width }) =>
        ({ label, subscription, column: joint, color, dash, width }));
      const overlay = () => this.#ahead(lines[0].subscription.series, horizon, next, joint, names.length);
      const chart = new TimeChart(lines, { title: name, unit, clock, samples: SAMPLES, least: LEAST, height: 130, overlay, legend: false });
      this.charts.push(chart);
      return h("figure", {}, h("figcaption", {}, name), chart.element);
    });
    const key = [...sources, ...(horizon || next ? [PREDICTION] : [])].map((line) => h("span", { class: "entry" }, swatch(line), line.label));
    const note = horizon
      ? `The prediction spans the horizon: ${this.app.cluster.horizon.nodes} nodes, ${plain((this.app.cluster.horizon.nodes - 1) * this.app.cluster.horizon.dt)} s.`
      : next
        ? "The prediction is the horizon's next node: buffers: {rhc_internal: {enabled: true}} in the config shows all of them."
        : "The config has neither rhc_internal nor rhc_prediction: no prediction is shown.";
    return card(`Joints, ${unit}`, h("div", { class: "bar" }, choice, h("span", { class: "key-line" }, key)),
      h("div", { class: "small-multiples" }, charts), h("p", { class: "note" }, note));
  }

  // What the controller expects of a joint, from the newest sample on.
  #ahead(series, horizon, next, joint, joints) {
    const { dt } = this.app.cluster.horizon;
    const now = series.length ? series.simulated[series.length - 1] : 0;
    const values = (horizon ?? next)?.subscription.newest;
    if (!values) return [];
    const xs = [];
    const ys = [];
    if (horizon) {
      const nodes = values.length / joints;
      for (let node = 0; node < nodes; node += 1) {
        xs.push(now + node * dt);
        ys.push(values[node * joints + joint]);
      }
    } else {
      xs.push(now, now + dt);
      ys.push(series.columns[joint][series.length - 1] ?? values[joint], values[joint]);
    }
    return [{ xs, ys, ...PREDICTION }];
  }

  #cost() {
    const found = [["cost", "cost"], ["constraint_violation", "constraint violation"]]
      .map(([field, label], place) => ({ label, place, ...this.#subscribe("rhc_status", field) })).filter(({ subscription }) => subscription);
    if (!found.length) return this.#missing("Cost", "The config has no buffer rhc_status with cost or constraint_violation.");
    return card("Cost and violation", found.map(({ label, place, subscription }) => {
      const chart = new TimeChart([{ label, subscription, column: 0, ...lineStyle(place === 0 ? 0 : 5) }],
        { title: label, clock: "simulated", samples: SAMPLES, height: 120 });
      this.charts.push(chart);
      return chart.element;
    }));
  }

  #forces() {
    const found = [["robot_state", "measured", []], ["rhc_commands", "commanded", [6, 4]]]
      .map(([buffer, label, dash]) => ({ label, dash, ...this.#subscribe(buffer, "contact_force") })).filter(({ subscription }) => subscription);
    if (!found.length) return this.#missing("Contact forces", "No buffer has a field contact_force, or the robot has no contacts.");
    const contacts = this.app.cluster.robot.contacts;
    const axes = ["x", "y", "z"];
    const choice = h("select", { "aria-label": "Component", onchange: (event) => {
      this.axis = event.target.value;
      this.#build();
    } }, axes.map((axis) => h("option", { value: axis, selected: axis === this.axis }, axis === "z" ? "z, vertical" : axis)));
    const component = axes.indexOf(this.axis);
    const lines = found.flatMap(({ label, dash, subscription, layout }) => contacts.slice(0, layout.shape[0]).map((contact, index) =>
      ({ label: `${contact} ${label}`, subscription, column: 3 * index + component, ...lineStyle(index), dash })));
    const chart = new TimeChart(lines, { title: "contact forces", unit: "N", clock: "simulated", samples: SAMPLES, height: 220 });
    this.charts.push(chart);
    return card("Contact forces, N", h("div", { class: "bar" }, choice), chart.element);
  }

  // Over the horizon, as it was solved last.
  #nodes() {
    const found = [["node_cost", "cost"], ["node_constraint_violation", "constraint violation"]]
      .map(([field, label]) => ({ label, ...this.#subscribe("rhc_status", field, false) })).filter(({ subscription }) => subscription);
    this.bars = found.map(({ label, subscription }) => {
      const canvas = h("canvas", { class: "bars", role: "img", "aria-label": `${label} over the horizon` });
      return { label, subscription, canvas, note: h("span", { class: "readout" }) };
    });
    if (!found.length) return this.#missing("Over the horizon", "The config has no buffer rhc_status with node_cost or node_constraint_violation.");
    return card("Over the horizon, a bar for each node", h("div", { class: "columns even" }, this.bars.map(({ label, canvas, note }) =>
      h("figure", {}, h("figcaption", {}, label, " ", note), canvas))));
  }

  // --- As it goes

  draw(frame) {
    if (!frame || this.index >= frame.states.length) return;
    setPill(this.pill, STATES[frame.states[this.index]].name);
    for (const chart of this.charts) chart.draw();
    for (const bars of this.bars ?? []) drawBars(bars);
  }

  read({ rows }) {
    const row = rows?.[this.index];
    if (!row) return;
    const facts = [
      ["process", row.process ?? "–"], ["pid", row.pid > 0 ? row.pid : "–"], ["core", row.core ?? "–"],
      ["solve time, p50", duration(row.solve_times.p50)], ["p99", duration(row.solve_times.p99)], ["max", duration(row.solve_times.max)],
      ["solves", thousands(row.solves)], ["failed", thousands(row.failures)], ["restarts", row.restarts], ["‖command‖", row.command_norm === null ? "–" : plain(row.command_norm)],
      ...(row.message ? [["last failure", row.message]] : []),
    ];
    if (this.facts.children.length !== facts.length) {
      this.facts.replaceChildren(...facts.map(([name]) => h("div", {}, h("dt", {}, name), h("dd", {}))));
    }
    facts.forEach(([name, value], index) => {
      setText(this.facts.children[index].firstChild, name);
      setText(this.facts.children[index].lastChild, String(value));
    });
  }
}

function drawBars({ subscription, canvas, note }) {
  const values = subscription.newest;
  const { drawing, width, height } = context(canvas);
  drawing.clearRect(0, 0, width, height);
  if (!values?.length) return;
  let [low, high] = [0, 0];
  for (const value of values) [low, high] = [Math.min(low, value || 0), Math.max(high, value || 0)];
  setText(note, high > low ? `0 … ${plain(high > -low ? high : low)}` : "all 0");
  const scale = (height - 8) / (high - low || 1);
  const zero = 4 + high * scale;
  drawing.fillStyle = color("line-blue");
  values.forEach((value, node) => {
    const x = (node / values.length) * width;
    const tall = (value || 0) * scale;
    drawing.fillRect(x + 1, Math.min(zero, zero - tall), Math.max(1, width / values.length - 2), Math.max(1, Math.abs(tall)));
  });
}
