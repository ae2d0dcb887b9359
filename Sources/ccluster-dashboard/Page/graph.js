// Who writes what and who reads it: the plan's data flow, with what its processes do at the moment.

import { card, h, STATES, svg } from "./elements.js";
import { bytes, counted, thousands } from "./format.js";

const ROW = 46;
const BOX = { width: 190, height: 34 };
const LEFT = 20;
const MIDDLE = 330;
const RIGHT = 660;
const WIDTH = 870;
const TALLEST = 240;

export class GraphView {
  constructor(app) {
    this.app = app;
    const { map, controllers, processes } = app.cluster;
    this.buffers = map.buffers.filter(({ fields }) => fields.length);
    this.cells = [];
    this.element = h("div", {}, card("Data flow", this.#legend(), h("div", { class: "graph" }, this.#draw(controllers.count))),
      card("Memory", this.#table()), processes.length ? card("Processes", this.#processes()) : null);
  }

  route() { return true; }

  #legend() {
    return h("p", { class: "note" }, "Solid: handed over by each step. Dashed: read and written at any time. A buffer leads to its plots; controllers with a frame take no part.");
  }

  #readers(buffer) {
    const step = ["controller", "simulator"].filter((role) => role !== buffer.writer);
    return buffer.sync === "latest" && buffer.writer !== "tool" ? [...step, "tool"] : step;
  }

  #draw(count) {
    const { buffers } = this;
    const others = ["server", "tool"].filter((role) => buffers.some((buffer) => buffer.writer === role || this.#readers(buffer).includes(role)));
    const height = Math.max(buffers.length, 3) * ROW + 24 + others.length * (ROW + 14);
    const center = (Math.max(buffers.length, 3) * ROW) / 2 + 10;
    let cell = 16;
    const columnsOf = (size) => Math.floor((BOX.width - 14) / (size + 2));
    while (cell > 3 && Math.ceil(count / columnsOf(cell)) * (cell + 2) > TALLEST) cell -= 1;
    const columns = columnsOf(cell);
    const tall = 46 + Math.ceil(count / columns) * (cell + 2);
    // Room for the ends of all arrows.
    const deep = Math.max(BOX.height, 14 * buffers.length + 12);
    const places = {
      simulator: { x: LEFT, y: center - deep / 2, width: BOX.width - 30, height: deep },
      controller: { x: RIGHT, y: Math.max(4, center - tall / 2), width: BOX.width, height: tall },
    };
    others.forEach((role, index) => {
      places[role] = { x: LEFT, y: Math.max(buffers.length, 3) * ROW + 24 + index * (ROW + 10), width: BOX.width - 30, height: BOX.height };
    });
    const arrow = svg("marker", { id: "arrow", viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 7, markerHeight: 7, orient: "auto-start-reverse" },
      svg("path", { d: "M0 0 L8 4 L0 8 z", class: "arrow" }));
    const picture = svg("svg", { viewBox: `0 0 ${WIDTH} ${Math.max(height, places.controller.y + tall + 8)}`, role: "img", "aria-label": this.#words() }, svg("defs", {}, arrow));
    buffers.forEach((buffer, index) => {
      const box = { x: MIDDLE, y: 10 + index * ROW, width: BOX.width + 20, height: BOX.height };
      picture.append(edge(places[buffer.writer], box, buffer, index), ...this.#readers(buffer).map((role) => edge(box, places[role], buffer, index)));
    });
    buffers.forEach((buffer, index) => {
      const [x, y] = [MIDDLE, 10 + index * ROW];
      picture.append(svg("a", { href: `#plots/${buffer.name}`, class: "buffer" },
        svg("rect", { x, y, width: BOX.width + 20, height: BOX.height, rx: 4 }),
        svg("text", { x: x + 10, y: y + 15, class: "name" }, buffer.name),
        svg("text", { x: x + 10, y: y + 28, class: "detail" }, `${counted(buffer.rows, "row")} of ${thousands(buffer.row_stride)} bytes`)));
    });
    for (const [role, box] of Object.entries(places)) {
      const title = role === "controller" ? counted(count, "controller") : role === "tool" ? "tools" : role;
      picture.append(svg("g", { class: "process" }, svg("rect", { x: box.x, y: box.y, width: box.width, height: box.height, rx: 8 }),
        svg("text", { x: box.x + 12, y: box.y + 22, class: "name" }, title)));
    }
    const { x, y } = places.controller;
    for (let index = 0; index < count; index += 1) {
      const square = svg("rect", {
        x: x + 8 + (index % columns) * (cell + 2), y: y + 36 + Math.floor(index / columns) * (cell + 2), width: cell, height: cell, rx: Math.min(2, cell / 4),
      }, svg("title", {}));
      this.cells.push(square);
      picture.append(square);
    }
    return picture;
  }

  #words() {
    return this.buffers.map((buffer) => `${buffer.name}: ${buffer.writer} to ${this.#readers(buffer).join(" and ")}`).join("; ");
  }

  #table() {
    const head = ["Buffer", "Writer", "Read by", "Sync", "Rows", "Row", "Fields"];
    return h("div", { class: "table" }, h("table", {}, h("thead", {}, h("tr", {}, head.map((title) => h("th", {}, title)))),
      h("tbody", {}, this.buffers.map((buffer) => h("tr", {}, [buffer.name, buffer.writer, this.#readers(buffer).join(", "), buffer.sync, thousands(buffer.rows), bytes(buffer.row_stride),
        buffer.fields.map(({ name, shape, dtype }) => `${name} ${dtype}${shape.length ? `[${shape.join("×")}]` : ""}`).join(", ")].map((text, column) =>
        h("td", { class: column === 6 ? "message" : "" }, text)))))));
  }

  // Controllers' processes are many and alike: first and last stand for them.
  #processes() {
    const workers = this.app.cluster.processes.filter(({ role }) => role === "controller");
    const others = this.app.cluster.processes.filter(({ role }) => role !== "controller");
    const lines = others.map(({ name, role, depends_on: after }) => [name, role === "extra" ? "beside it" : role, after]);
    if (workers.length) {
      const [first, last] = [workers[0], workers.at(-1)];
      lines.push([first === last ? first.name : `${first.name} … ${last.name}`, `${counted(workers.length, "process")}`.replace("processs", "processes"), first.depends_on]);
    }
    return h("div", { class: "table" }, h("table", {}, h("thead", {}, h("tr", {}, ["Process", "Role", "Starts after"].map((title) => h("th", {}, title)))),
      h("tbody", {}, lines.map(([name, role, after]) => h("tr", {}, h("td", {}, name), h("td", {}, role), h("td", {}, (after ?? []).join(", ") || "–"))))));
  }

  draw(frame) {
    frame?.states.forEach((code, index) => {
      const name = `cell ${STATES[code].name}`;
      const cell = this.cells[index];
      if (!cell || cell.getAttribute("class") === name) return;
      cell.setAttribute("class", name);
      cell.firstChild.textContent = `controller ${index}: ${STATES[code].name}`;
    });
  }
}

// From the side that looks at the other box; from below for those that stand there.
function edge(from, to, buffer, index) {
  const isRight = from.x < to.x;
  const [x1, x2] = isRight ? [from.x + from.width, to.x] : [from.x, to.x + to.width];
  // Ends are spread, so that arrows do not lie on one another.
  const spread = (box) => box.y + box.height * (0.2 + 0.6 * ((index % 7) + 0.5) / 7);
  const [y1, y2] = [from.x === MIDDLE ? from.y + from.height / 2 : spread(from), to.x === MIDDLE ? to.y + to.height / 2 : spread(to)];
  const bend = (x2 - x1) / 2;
  return svg("path", {
    d: `M${x1} ${y1} C${x1 + bend} ${y1}, ${x2 - bend} ${y2}, ${x2} ${y2}`, class: `edge ${buffer.sync} ${buffer.writer}`, "marker-end": "url(#arrow)",
  });
}
