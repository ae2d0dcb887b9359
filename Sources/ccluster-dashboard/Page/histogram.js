// How long the steps of late took: bars over a logarithmic axis.

import { color, context, h } from "./elements.js";
import { duration, thousands } from "./format.js";

const PER_DECADE = 24;
const LOWEST = -7; // 0.1 µs
const BINS = PER_DECADE * 9; // up to 100 s
const SPAN = 30_000; // ms
const PERIOD = 100; // ms between two drawings

const binOf = (seconds) => Math.max(0, Math.min(BINS - 1, Math.floor((Math.log10(seconds) - LOWEST) * PER_DECADE)));

export class Histogram {
  constructor() {
    this.counts = new Uint32Array(BINS);
    // What came when, so that it goes again.
    this.parts = [];
    this.canvas = h("canvas", { class: "histogram", role: "img", "aria-label": "Histogram of step times" });
    this.note = h("p", { class: "readout" });
    this.element = h("div", {}, this.canvas, h("div", { class: "below" }, this.note));
  }

  clear() {
    this.counts.fill(0);
    this.parts = [];
  }

  add(times, now = performance.now()) {
    if (times.length) {
      const bins = Array.from(times, binOf);
      for (const bin of bins) this.counts[bin] += 1;
      this.parts.push({ now, bins });
    }
    while (this.parts.length && now - this.parts[0].now > SPAN) for (const bin of this.parts.shift().bins) this.counts[bin] -= 1;
  }

  get total() { return this.counts.reduce((sum, count) => sum + count, 0); }

  draw(median, p99, isForced = false) {
    // Nobody reads bars that move faster.
    const now = performance.now();
    if (!isForced && now - (this.drawnAt ?? 0) < PERIOD) return;
    this.drawnAt = now;
    const { drawing, width, height } = context(this.canvas);
    if (!width) return;
    drawing.clearRect(0, 0, width, height);
    const used = [...this.counts.keys()].filter((bin) => this.counts[bin]);
    const text = used.length ? `${thousands(this.total)} steps of the last ${SPAN / 1000} s` : "no step yet";
    if (this.note.textContent !== text) this.note.textContent = text;
    if (!used.length) return;
    // Half a decade at least, so that bars have a width that does not jump.
    let [first, last] = [used[0] - 1, used.at(-1) + 2];
    while (last - first < PER_DECADE / 2) [first, last] = [first - 1, last + 1];
    const [left, bottom, top] = [4, height - 20, 16];
    const x = (bin) => left + ((bin - first) / (last - first)) * (width - 2 * left);
    const most = Math.max(...used.map((bin) => this.counts[bin]));
    drawing.fillStyle = color("line-blue");
    for (const bin of used) {
      const tall = Math.max(1.5, (this.counts[bin] / most) * (bottom - top));
      drawing.fillRect(x(bin) + 0.5, bottom - tall, Math.max(1, x(bin + 1) - x(bin) - 1), tall);
    }
    drawing.strokeStyle = color("grid");
    drawing.beginPath();
    drawing.moveTo(0, bottom + 0.5);
    drawing.lineTo(width, bottom + 0.5);
    drawing.stroke();
    this.#axis(drawing, first, last, x, bottom, width);
    for (const [value, name, line] of [[median, "p50", "ink"], [p99, "p99", "line-vermillion"]]) {
      if (!(value > 0)) continue;
      const place = x((Math.log10(value) - LOWEST) * PER_DECADE);
      if (place < 0 || place > width) continue;
      drawing.strokeStyle = drawing.fillStyle = color(line);
      drawing.setLineDash(name === "p50" ? [] : [4, 3]);
      drawing.beginPath();
      drawing.moveTo(place, top - 4);
      drawing.lineTo(place, bottom);
      drawing.stroke();
      drawing.setLineDash([]);
      drawing.textAlign = place > width - 30 ? "right" : "left";
      drawing.fillText(name, place + (place > width - 30 ? -3 : 3), top - 8 + (name === "p99" ? 10 : 0));
    }
  }

  // Where a decade starts, and at its 2 and 5 when there is room.
  #axis(drawing, first, last, x, bottom, width) {
    drawing.fillStyle = color("muted");
    drawing.font = "11px system-ui, sans-serif";
    drawing.textAlign = "center";
    drawing.textBaseline = "middle";
    let free = -Infinity;
    for (let decade = LOWEST; decade < LOWEST + BINS / PER_DECADE; decade += 1) {
      for (const digit of [1, 2, 5]) {
        const place = x((Math.log10(digit * 10 ** decade) - LOWEST) * PER_DECADE);
        const text = duration(digit * 10 ** decade * 1.000001);
        const half = drawing.measureText(text).width / 2;
        if (place - half < Math.max(0, free + 12) || place + half > width) continue;
        drawing.fillText(text, place, bottom + 12);
        free = place + half;
      }
    }
  }
}
