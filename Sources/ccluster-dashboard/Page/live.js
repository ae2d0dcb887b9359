// The connection: asks for what is shown, and takes frames no faster than they are drawn.

import { Series } from "./series.js";

const TYPES = { u8: Uint8Array, f32: Float32Array, f64: Float64Array };
const RETRY = 1000; // ms
const REFUSED = 4403;
const CREDIT = 6; // On their way at a time: on a busy machine each is a fifth of a second under way.

export class Live extends EventTarget {
  constructor(token) {
    super();
    this.token = token;
    this.subscriptions = new Map();
    this.lastId = 0;
    this.wanted = { rows: false, logs: false };
    this.frames = 0;
    this.bytes = 0;
    this.connect();
  }

  connect() {
    const socket = new WebSocket(`ws://${location.host}/live`);
    socket.binaryType = "arraybuffer";
    socket.onopen = () => {
      this.send({ do: "open", token: this.token });
      this.#show();
      for (let frame = 0; frame < CREDIT; frame += 1) this.next();
      this.#tell("connected");
    };
    socket.onmessage = ({ data }) => (typeof data === "string" ? this.#text(JSON.parse(data)) : this.#frame(data));
    socket.onclose = ({ code, reason }) => {
      this.#tell("disconnected", { code, reason, isRefused: code === REFUSED });
      if (code !== REFUSED) setTimeout(() => this.connect(), RETRY);
    };
    this.socket = socket;
  }

  send(message) {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  // One more frame can be taken.
  next() { this.send({ do: "next" }); }

  #tell(kind, detail) { this.dispatchEvent(new CustomEvent(kind, { detail })); }

  #text(message) {
    if (message.kind === "cluster") {
      // The same run, when a connection was lost: its samples go on.
      const isSame = this.cluster?.began === message.began;
      this.cluster = message;
      if (!isSame) for (const subscription of this.subscriptions.values()) subscription.series.clear();
      this.#show();
    }
    this.#tell(message.kind, message);
  }

  #frame(buffer) {
    const length = Number(new DataView(buffer).getBigUint64(0, true));
    const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 8, length)));
    const start = (8 + length + 7) & ~7;
    const array = ({ type, offset, count }) => new TYPES[type](buffer, start + offset, count);
    for (const name of ["states", "solve_times", "step_times"]) header[name] = array(header[name]);
    for (const plot of header.plots) {
      for (const name of ["wall", "simulated", "steps", "wholeness", "values"]) plot[name] = array(plot[name]);
      this.subscriptions.get(plot.id)?.take(plot);
    }
    this.frames += 1;
    this.bytes += buffer.byteLength;
    this.#tell("frame", header);
  }

  // --- What is shown

  // `history: false` keeps the newest sample alone. The series fills as samples come, until `close()`.
  subscribe({ buffer, field, rows, elements, history = true }) {
    this.lastId += 1;
    const width = rows.length * elements.length;
    const subscription = {
      id: this.lastId, buffer, field, rows, elements, history, series: new Series(width), newest: null,
      take(plot) {
        if (!history) this.newest = plot.values.slice((plot.samples - 1) * width, plot.samples * width);
        else this.series.append(plot);
      },
      close: () => {
        this.subscriptions.delete(subscription.id);
        this.#showSoon();
      },
    };
    this.subscriptions.set(subscription.id, subscription);
    this.#showSoon();
    return subscription;
  }

  want(wanted) {
    Object.assign(this.wanted, wanted);
    this.#showSoon();
  }

  // Views close and open several at once.
  #showSoon() {
    if (this.pending) return;
    this.pending = true;
    queueMicrotask(() => {
      this.pending = false;
      this.#show();
    });
  }

  #show() {
    // Of another run they may be gone: what is not there is not asked for.
    const buffers = this.cluster?.map.buffers ?? [];
    const plots = [...this.subscriptions.values()].filter(({ buffer, field, rows, elements }) => {
      const found = buffers.find(({ name }) => name === buffer);
      const layout = found?.fields.find(({ name }) => name === field);
      const count = layout?.shape.reduce((product, extent) => product * extent, 1) ?? 0;
      return rows.every((row) => row < (found?.rows ?? 0)) && elements.every((element) => element < count);
    });
    this.send({
      do: "show", ...this.wanted,
      plots: plots.map(({ id, buffer, field, rows, elements, history }) => ({ id, buffer, field, rows, elements, history })),
    });
  }

  // --- What is asked

  async ask(verb, controllers) {
    const response = await fetch("/request", {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CCluster-Token": this.token },
      body: JSON.stringify({ verb, controllers }),
    });
    return response.json();
  }
}
