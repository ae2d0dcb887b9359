// A cell for each controller: by solve time, or by state. States carry a sign each, so that no colour has to be told apart.

import { color, context, h, OUT, STATES } from "./elements.js";
import { duration } from "./format.js";

const GAP = 3; // px
const SMALLEST = 9;
const NAMED = 34; // from here on there is room for its number and time
const SHADES = 48;
const LARGEST = 76;
const TALLEST = 340;
// Dark to bright and blue to yellow: the order is seen without any sense of colour.
const SCALE = [[0, 32, 81], [43, 68, 110], [87, 92, 109], [124, 123, 120], [165, 156, 116], [210, 193, 95], [253, 234, 69]];

export class HeatMap {
  // onopen(index), onselect(set)
  constructor({ onopen, onselect }) {
    Object.assign(this, { onopen, onselect });
    this.mode = "time";
    this.selection = new Set();
    this.cursor = 0;
    this.hovered = null;
    this.top = 0;
    this.canvas = h("canvas", {
      class: "heatmap", tabindex: 0, role: "application", "aria-label": "Controllers: arrows move, Space selects, Enter opens",
      onclick: (event) => this.#click(event), ondblclick: (event) => this.#open(this.#at(event)),
      onmousemove: (event) => this.#hover(this.#at(event)), onmouseleave: () => this.#hover(null),
      onkeydown: (event) => this.#key(event), onfocus: () => this.#invalidate(), onblur: () => this.#invalidate(),
    });
    this.readout = h("p", { class: "readout", "aria-live": "polite" });
    this.scale = h("div", { class: "scale" });
    this.element = h("div", {}, this.canvas, h("div", { class: "below" }, this.readout, this.scale));
    this.resizing = new ResizeObserver(() => this.#invalidate());
    this.resizing.observe(this.element);
  }

  close() { this.resizing.disconnect(); }

  setMode(mode) {
    this.mode = mode;
    this.scaleText = null;
    this.#invalidate();
  }

  setSelection(selection) {
    this.selection = selection;
    this.#invalidate();
  }

  #invalidate() {
    this.columns = null;
    this.drawn = null;
    this.draw();
  }

  #arrange(count) {
    const width = this.element.clientWidth;
    if (!width) return false;
    const wanted = Math.max(SMALLEST, Math.min(LARGEST, Math.floor(Math.sqrt((width * TALLEST) / count)))) + GAP;
    const most = Math.max(1, Math.floor((width - GAP) / wanted));
    // Rows of one length, as far as that goes, over the whole width where there are many.
    this.columns = Math.ceil(count / Math.ceil(count / most));
    this.cell = Math.min(LARGEST, Math.floor((width - GAP) / this.columns) - GAP);
    const { cell } = this;
    this.canvas.style.height = `${Math.ceil(count / this.columns) * (cell + GAP) + 2 * GAP}px`;
    return true;
  }

  draw(states = this.states, times = this.times) {
    [this.states, this.times] = [states, times];
    if (!states?.length) return;
    if (!this.columns && !this.#arrange(states.length)) return;
    const { drawing, width, height } = context(this.canvas);
    if (this.drawn?.length !== states.length || this.drawnWidth !== width) {
      drawing.clearRect(0, 0, width, height);
      [this.drawn, this.drawnWidth] = [new Array(states.length), width];
    }
    this.#follow(states, times);
    drawing.textAlign = "center";
    drawing.textBaseline = "middle";
    const focused = document.activeElement === this.canvas ? this.cursor : null;
    for (let index = 0; index < states.length; index += 1) {
      const share = this.#share(index);
      const mark = index === this.hovered || index === focused;
      // Only those that look otherwise than before: of 800 most do not.
      const look = `${states[index]} ${share} ${mark} ${this.selection.has(index)} ${this.cell >= NAMED ? duration(times[index]) : ""}`;
      if (look === this.drawn[index]) continue;
      this.drawn[index] = look;
      this.#drawCell(drawing, index, share, mark);
    }
    this.#describe();
    this.#drawScale();
  }

  // The brightest is the slowest of late, so that one slow solve does not change all colours for good.
  #follow(states, times) {
    let slowest = 0;
    for (let index = 0; index < states.length; index += 1) {
      if (STATES[states[index]].name === "active") slowest = Math.max(slowest, times[index]);
    }
    this.top = slowest > this.top ? slowest : this.top + 0.01 * (slowest - this.top);
  }

  #place(index) {
    return [(index % this.columns) * (this.cell + GAP) + GAP, Math.floor(index / this.columns) * (this.cell + GAP) + GAP];
  }

  // How bright, in as many steps as are told apart; `null` for what is shown by its state.
  #share(index) {
    if (this.mode !== "time" || STATES[this.states[index]].name !== "active") return null;
    return this.top > 0 ? Math.round(SHADES * Math.min(1, this.times[index] / this.top)) / SHADES : 0;
  }

  #drawCell(drawing, index, share, isMarked) {
    const [x, y] = this.#place(index);
    const { cell } = this;
    const state = STATES[this.states[index]];
    const byTime = share !== null;
    const [r, g, b] = byTime ? mixed(share) : [0, 0, 0];
    // With what was around it.
    drawing.clearRect(x - GAP, y - GAP, cell + 2 * GAP, cell + 2 * GAP);
    drawing.fillStyle = byTime ? `rgb(${r},${g},${b})` : color(`state-${state.name}`);
    drawing.fillRect(x, y, cell, cell);
    const ink = byTime ? (share > 0.55 ? "#000" : "#fff") : color(`on-state-${state.name}`);
    drawing.fillStyle = ink;
    if (cell >= NAMED) {
      drawing.font = "600 13px system-ui, sans-serif";
      drawing.fillText(byTime ? String(index) : `${index} ${state.glyph}`, x + cell / 2, y + cell / 2 - (byTime ? 7 : 0));
      if (byTime) {
        drawing.font = "10px system-ui, sans-serif";
        drawing.fillText(duration(this.times[index]), x + cell / 2, y + cell / 2 + 9, cell - 4);
      }
    } else if (!byTime && (state.name !== "active" || cell >= 18)) {
      drawing.font = `600 ${Math.max(8, cell * 0.6)}px system-ui, sans-serif`;
      drawing.fillText(state.glyph, x + cell / 2, y + cell / 2 + 0.5);
    }
    if (this.selection.has(index)) outline(drawing, x, y, cell, color("accent"), 2);
    if (isMarked) outline(drawing, x, y, cell, color("ink"), 1.5);
  }

  #drawScale() {
    const text = this.mode === "time" ? duration(this.top) : "states";
    if (text === this.scaleText) return;
    this.scaleText = text;
    if (this.mode === "time") {
      this.scale.replaceChildren(h("span", {}, "0"), h("span", { class: "ramp", "aria-hidden": "true" }), h("span", {}, text));
    } else {
      this.scale.replaceChildren(...STATES.map(({ name, glyph }) => h("span", { class: `key ${name}` }, `${glyph} ${name}`)));
    }
  }

  // The cell under the pointer, or the one that the keys are on.
  #describe() {
    const index = this.hovered ?? (document.activeElement === this.canvas ? this.cursor : null);
    const out = [...this.states].filter((code) => OUT.has(STATES[code].name)).length;
    const text = index === null || index >= this.states.length
      ? (out ? `${out} of ${this.states.length} ${out === 1 ? "takes" : "take"} no part` : "nobody is out")
      : `controller ${index}: ${STATES[this.states[index]].name}, last solve ${duration(this.times[index])}`;
    if (this.readout.textContent !== text) this.readout.textContent = text;
  }

  // --- Pointer and keys

  #at(event) {
    const box = this.canvas.getBoundingClientRect();
    const column = Math.floor((event.clientX - box.left - GAP) / (this.cell + GAP));
    const row = Math.floor((event.clientY - box.top - GAP) / (this.cell + GAP));
    const index = row * this.columns + column;
    return column >= 0 && column < this.columns && index >= 0 && index < (this.states?.length ?? 0) ? index : null;
  }

  #hover(index) {
    if (index === this.hovered) return;
    this.hovered = index;
    this.draw();
  }

  #click(event) {
    const index = this.#at(event);
    if (index === null) return;
    if (event.shiftKey) this.#range(this.cursor, index);
    else this.#toggle(index);
    this.cursor = index;
  }

  #range(from, to) {
    for (let index = Math.min(from, to); index <= Math.max(from, to); index += 1) this.selection.add(index);
    this.onselect(this.selection);
  }

  #toggle(index) {
    if (!this.selection.delete(index)) this.selection.add(index);
    this.onselect(this.selection);
  }

  #open(index) { if (index !== null) this.onopen(index); }

  #key(event) {
    const moves = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -this.columns, ArrowDown: this.columns };
    if (event.key in moves) {
      const next = this.cursor + moves[event.key];
      if (next >= 0 && next < this.states.length) {
        if (event.shiftKey) this.#range(this.cursor, next);
        this.cursor = next;
      }
    } else if (event.key === " ") {
      this.#toggle(this.cursor);
    } else if (event.key === "Enter") {
      this.#open(this.cursor);
    } else if (event.key === "Escape") {
      this.selection.clear();
      this.onselect(this.selection);
    } else {
      return;
    }
    event.preventDefault();
    this.draw();
  }
}

function mixed(share) {
  const place = share * (SCALE.length - 1);
  const low = Math.min(SCALE.length - 2, Math.floor(place));
  return SCALE[low].map((value, channel) => Math.round(value + (place - low) * (SCALE[low + 1][channel] - value)));
}

function outline(drawing, x, y, cell, style, width) {
  drawing.strokeStyle = style;
  drawing.lineWidth = width;
  drawing.strokeRect(x - 1, y - 1, cell + 2, cell + 2);
}
