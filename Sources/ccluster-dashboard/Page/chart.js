// Curves over time, by uPlot: they follow the newest samples, stand still when paused, and are zoomed and exported.

/* global uPlot */
import { color, download, h, svg } from "./elements.js";
import { exact, plain } from "./format.js";

// Okabe and Ito's colours, which most colour-blind people tell apart; what comes after them is dashed as well.
const LINES = ["blue", "orange", "green", "purple", "sky", "vermillion", "ink"];
const DASHES = [[], [8, 4], [2, 3], [10, 3, 2, 3]];
const LEGEND_PERIOD = 150; // ms
const SHORTEST = 1; // s
const FONT = "11px system-ui, sans-serif";

export const lineStyle = (index) => ({
  color: `line-${LINES[index % LINES.length]}`,
  dash: DASHES[Math.floor(index / LINES.length) % DASHES.length],
});

export class TimeChart {
  // lines: {label, subscription, column, color, dash, width}. Their subscriptions may be several.
  // least: the smallest range of values that fills the picture; noise below it should not.
  // overlay(): curves ahead of the newest sample, {xs, ys, color, dash}, on the same clock.
  constructor(lines, { title, unit = "", clock = "wall", window = 10, samples = 0, least = 0, height = 220, overlay = null, legend = true }) {
    Object.assign(this, { title, unit, clock, window, samples, least, overlay });
    this.lines = lines.map((line, index) => ({ ...lineStyle(index), width: 1.5, isShown: true, ...line }));
    this.frozen = null;
    this.zoom = null;
    this.isVisible = true;
    this.plot = h("div", { class: "plot", tabindex: 0, role: "img", "aria-label": title });
    this.plot.style.height = `${height}px`;
    this.plot.addEventListener("keydown", (event) => this.#key(event));
    this.legend = legend ? this.#makeLegend() : null;
    this.element = h("div", { class: "chart" }, this.plot, this.legend);
    this.resizing = new ResizeObserver(() => this.#resize());
    this.resizing.observe(this.plot);
    this.watching = new IntersectionObserver((entries) => (this.isVisible = entries.at(-1).isIntersecting));
    this.watching.observe(this.plot);
  }

  close() {
    this.resizing.disconnect();
    this.watching.disconnect();
    this.uplot?.destroy();
    this.uplot = null;
  }

  // --- What is shown

  get isPaused() { return this.frozen !== null; }

  // What stands still are copies: samples that come meanwhile do not push them away.
  pause(paused) {
    if (paused === this.isPaused) return;
    this.frozen = paused ? new Map([...this.#sources()].map((series) => [series, series.freeze()])) : null;
    if (!paused) this.zoom = null;
    this.onchange?.();
    this.draw(true);
  }

  setWindow(seconds) {
    this.window = seconds;
    this.zoom = null;
    this.draw(true);
  }

  setClock(clock) {
    this.clock = clock;
    this.zoom = null;
    this.draw(true);
  }

  toggle(index, shown = !this.lines[index].isShown) {
    this.lines[index].isShown = shown;
    this.uplot?.setSeries(index + 1, { show: shown });
    this.legend?.children[index].setAttribute("aria-pressed", String(shown));
    this.draw(true);
  }

  setZoom(range) {
    this.zoom = range;
    this.onchange?.();
    this.draw(true);
  }

  // Colours have changed: they are drawn into the curves.
  retheme() {
    this.uplot?.destroy();
    this.uplot = null;
    this.draw(true);
  }

  #sources() { return new Set(this.lines.map(({ subscription }) => subscription.series)); }

  #series(line) { return this.frozen?.get(line.subscription.series) ?? line.subscription.series; }

  // The samples in view: of all lines, on the clock of the first.
  #view() {
    const main = this.#series(this.lines[0]);
    const xs = main[this.clock];
    const newest = main.length ? xs[main.length - 1] : 0;
    const ahead = this.overlay && !this.zoom ? this.overlay() : [];
    let [start, end] = [newest - this.window, newest];
    if (this.samples && main.length > 1) start = xs[Math.max(0, main.length - this.samples)];
    for (const { xs } of ahead) end = Math.max(end, xs.at(-1) ?? end);
    // What was before the first sample nobody knows: a window fills from its left.
    if (main.length) start = Math.min(Math.max(start, xs[0]), newest - Math.min(SHORTEST, this.window));
    if (this.zoom) [start, end] = this.zoom;
    const first = main.firstFrom(xs, start);
    const last = this.zoom ? Math.min(main.length, main.firstFrom(xs, end) + 2) : main.length;
    const data = [xs.subarray(first, last)];
    for (const line of this.lines) data.push(column(this.#series(line), line.column, main, first, last));
    return { main, data, first, last, ahead, start, end: Math.max(end, start + 1e-6) };
  }

  draw(isForced = false) {
    if (!this.isVisible && !isForced) return;
    const view = this.#view();
    const newest = `${view.main.length} ${view.main.length ? view.main.wall[view.main.length - 1] : 0}`;
    if (!isForced && newest === this.drawn && !view.ahead.length) return;
    this.drawn = newest;
    this.uplot ??= this.#make();
    if (!this.uplot) return;
    this.view = view;
    const [min, max] = this.#range(view);
    this.uplot.batch(() => {
      this.uplot.setData(view.data, false);
      this.uplot.setScale("x", { min: view.start, max: view.end });
      this.uplot.setScale("y", { min, max });
    });
    this.#values();
  }

  // Of what is finite, with a little air.
  #range({ data, ahead }) {
    let [min, max] = [Infinity, -Infinity];
    const include = (values) => {
      for (const value of values) {
        if (value < min && value > -Infinity) min = value;
        if (value > max && value < Infinity) max = value;
      }
    };
    this.lines.forEach((line, index) => line.isShown && include(data[index + 1]));
    for (const { ys } of ahead) include(ys);
    if (min > max) return [-1, 1];
    const air = Math.max((max - min) * 0.06, (this.least - (max - min)) / 2, Math.abs(max) * 1e-6, 1e-9);
    return [min - air, max + air];
  }

  // --- uPlot

  #make() {
    const { clientWidth: width, clientHeight: height } = this.plot;
    if (!width || !height) return null;
    const axis = {
      stroke: color("muted"), font: FONT, grid: { stroke: color("grid"), width: 1 }, ticks: { stroke: color("grid"), width: 1, size: 4 },
    };
    const range = (_, min, max) => [min, max];
    return new uPlot({
      width, height,
      legend: { show: false },
      scales: { x: { time: false, auto: false, range }, y: { auto: false, range } },
      axes: [
        { ...axis, size: 26, space: 60, values: tickTexts },
        { ...axis, size: (_, labels) => 14 + 6.5 * Math.max(3, ...(labels ?? []).map((label) => label.length)), space: 28, values: tickTexts },
      ],
      cursor: { drag: { x: true, y: false, setScale: false }, points: { size: 6 }, y: false },
      series: [{}, ...this.lines.map((line) => ({
        label: line.label, stroke: color(line.color), width: line.width, dash: line.dash, show: line.isShown,
        points: { show: false }, auto: false, spanGaps: false,
      }))],
      hooks: {
        setSelect: [(plot) => this.#select(plot)],
        setCursor: [() => this.#values()],
        draw: [(plot) => this.#drawAhead(plot)],
      },
    }, [[], ...this.lines.map(() => [])], this.plot);
  }

  #resize() {
    const { clientWidth: width, clientHeight: height } = this.plot;
    if (!width || !height) return;
    this.uplot?.setSize({ width, height });
    this.draw(true);
  }

  #select(plot) {
    if (plot.select.width < 4) return;
    const range = [plot.select.left, plot.select.left + plot.select.width].map((x) => plot.posToVal(x, "x"));
    plot.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
    // It would run out of the picture.
    this.pause(true);
    this.setZoom(range);
  }

  #drawAhead(plot) {
    const { ctx, bbox } = plot;
    ctx.save();
    ctx.beginPath();
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
    ctx.clip();
    for (const { xs, ys, color: name, dash = [] } of this.view?.ahead ?? []) {
      ctx.strokeStyle = ctx.fillStyle = color(name);
      ctx.lineWidth = 1.5 * devicePixelRatio;
      ctx.setLineDash(dash.map((length) => length * devicePixelRatio));
      ctx.beginPath();
      xs.forEach((x, index) => ctx.lineTo(plot.valToPos(x, "x", true), plot.valToPos(ys[index], "y", true)));
      ctx.stroke();
      // A single node is no line.
      if (xs.length <= 2) {
        ctx.beginPath();
        ctx.arc(plot.valToPos(xs.at(-1), "x", true), plot.valToPos(ys.at(-1), "y", true), 3 * devicePixelRatio, 0, 7);
        ctx.fill();
      }
    }
    ctx.restore();
  }

  // --- Keys and legend

  #key(event) {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const [start, end] = this.zoom ?? [this.view?.start ?? 0, this.view?.end ?? 1];
    const size = end - start;
    const zoom = (range) => {
      this.pause(true);
      this.setZoom(range);
    };
    const keys = {
      " ": () => this.pause(!this.isPaused),
      "+": () => zoom([start + size / 4, end - size / 4]),
      "-": () => zoom([start - size / 2, end + size / 2]),
      ArrowLeft: () => zoom([start - size / 5, end - size / 5]),
      ArrowRight: () => zoom([start + size / 5, end + size / 5]),
      0: () => this.setZoom(null),
    };
    if (!keys[event.key]) return;
    event.preventDefault();
    event.stopPropagation();
    keys[event.key]();
  }

  #makeLegend() {
    return h("div", { class: "legend" }, this.lines.map((line, index) =>
      h("button", { type: "button", "aria-pressed": String(line.isShown), onclick: () => this.toggle(index), title: "Show or hide" },
        swatch(line), h("span", { class: "label" }, line.label), h("output", {}))));
  }

  // Under the cursor, or the newest ones.
  #values() {
    if (!this.legend || !this.view) return;
    const now = performance.now();
    const place = this.uplot?.cursor.idx ?? null;
    if (place === this.lastPlace && now - (this.valuesAt ?? 0) < LEGEND_PERIOD) return;
    [this.lastPlace, this.valuesAt] = [place, now];
    const { data } = this.view;
    const index = place ?? data[0].length - 1;
    this.lines.forEach((_, line) => {
      const value = data[line + 1][index];
      const text = value === undefined || Number.isNaN(value) ? "–" : `${plain(value)}${this.unit ? ` ${this.unit}` : ""}`;
      const output = this.legend.children[line].lastChild;
      if (output.textContent !== text) output.textContent = text;
    });
  }

  // --- Exports

  // What is in view, as it was in the memory: a row for each sample, a column for each line that is shown.
  csv() {
    const { main, first, last, start, end } = this.#view();
    const shown = this.lines.filter(({ isShown }) => isShown);
    const rows = [["step", "simulated_s", "wall_s", "read", ...shown.map(({ label }) => quoted(label))].join(",")];
    const xs = main[this.clock];
    for (let sample = first; sample < last; sample += 1) {
      if (xs[sample] < start || xs[sample] > end) continue;
      const values = shown.map((line) => {
        const aligned = column(this.#series(line), line.column, main, sample, sample + 1);
        return exact(aligned[0], line.isSingle ?? true);
      });
      rows.push([main.steps[sample], main.simulated[sample].toFixed(6), main.wall[sample].toFixed(6), main.wholenessOf(sample), ...values].join(","));
    }
    return rows.join("\n") + "\n";
  }

  saveCSV() { download(`${fileName(this.title)}.csv`, new Blob([this.csv()], { type: "text/csv" })); }

  savePNG() { this.picture()?.toBlob((blob) => download(`${fileName(this.title)}.png`, blob)); }

  // With title and legend: a picture that is read without the page around it.
  picture() {
    this.draw(true);
    const source = this.plot.querySelector("canvas");
    if (!source) return null;
    const ratio = devicePixelRatio || 1;
    const shown = this.lines.filter(({ isShown }) => isShown);
    const measure = document.createElement("canvas").getContext("2d");
    measure.font = FONT;
    const places = [];
    let [x, y] = [10, 0];
    for (const line of shown) {
      const width = 34 + measure.measureText(line.label).width;
      if (x > 10 && x + width > source.width / ratio) [x, y] = [10, y + 18];
      places.push({ line, x, y });
      x += width + 10;
    }
    const [top, bottom] = [30, y + 26];
    const canvas = document.createElement("canvas");
    canvas.width = source.width;
    canvas.height = source.height + (top + bottom) * ratio;
    const drawing = canvas.getContext("2d");
    drawing.fillStyle = color("surface");
    drawing.fillRect(0, 0, canvas.width, canvas.height);
    drawing.drawImage(source, 0, top * ratio);
    drawing.scale(ratio, ratio);
    drawing.textBaseline = "middle";
    drawing.fillStyle = color("ink");
    drawing.font = "600 14px system-ui, sans-serif";
    drawing.fillText(this.title + (this.unit ? `  [${this.unit}]` : ""), 10, 16);
    drawing.font = FONT;
    for (const { line, x, y } of places) {
      const height = top + source.height / ratio + 10 + y;
      drawing.strokeStyle = color(line.color);
      drawing.lineWidth = 2;
      drawing.setLineDash(line.dash);
      drawing.beginPath();
      drawing.moveTo(x, height);
      drawing.lineTo(x + 26, height);
      drawing.stroke();
      drawing.fillText(line.label, x + 31, height);
    }
    return canvas;
  }
}

// As many digits as tell one tick from the next.
function tickTexts(_, ticks, _axis, _space, increment) {
  if (increment < 1e-7 || Math.max(...ticks.map(Math.abs)) >= 1e7) return ticks.map((tick) => (tick === 0 ? "0" : `${Number(tick.toPrecision(3))}`.replace("e+", "e")));
  const digits = Math.max(0, Math.ceil(-Math.log10(increment) - 1e-9));
  return ticks.map((tick) => `${Number(tick.toFixed(digits))}`);
}

// A line's values at the samples of another series. Those that are taken in the same looks lie side by side.
function column(series, index, main, first, last) {
  const values = series.columns[index];
  const from = first + series.length - main.length;
  if (series === main || (from >= 0 && isSame(series, main, from, first) && isSame(series, main, series.length - 1, main.length - 1))) {
    return values.subarray(from, from + last - first);
  }
  const found = new Float64Array(last - first).fill(NaN);
  let other = series.firstFrom(series.wall, main.wall[first]);
  for (let sample = first; sample < last; sample += 1) {
    while (other < series.length && series.wall[other] < main.wall[sample]) other += 1;
    if (other < series.length && series.wall[other] === main.wall[sample]) found[sample - first] = values[other];
  }
  return found;
}

const isSame = (a, b, i, j) => a.wall[i] === b.wall[j];

export function swatch({ color: name, dash }) {
  return svg("svg", { class: "swatch", width: 22, height: 10, "aria-hidden": "true" },
    svg("line", { x1: 1, y1: 5, x2: 21, y2: 5, class: `stroke-${name}`, "stroke-width": 2.5, "stroke-dasharray": dash.join(" ") }));
}

const quoted = (text) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
const fileName = (text) => text.replace(/[^\w.-]+/g, "_");
