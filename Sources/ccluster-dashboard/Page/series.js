// The samples of one subscription, as far back as a window may reach.

const MOST_VALUES = 4_000_000;
const MOST_SAMPLES = 30_000;
const WHOLENESS = ["step", "open", "torn"];

export class Series {
  constructor(width) {
    this.width = width;
    this.capacity = Math.max(100, Math.min(MOST_SAMPLES, Math.floor(MOST_VALUES / Math.max(1, width))));
    // As long again, so that old samples are moved away once in a while and not each time.
    const length = 2 * this.capacity;
    this.wall = new Float64Array(length);
    this.simulated = new Float64Array(length);
    this.steps = new Float64Array(length);
    this.wholeness = new Uint8Array(length);
    this.columns = Array.from({ length: width }, () => new Float64Array(length));
    this.clear();
  }

  clear() {
    this.length = 0;
    this.dropped = 0;
  }

  // Before which all values are in the past, in steps seen and steps made.
  get last() { return this.length - 1; }

  append(part) {
    this.dropped += part.dropped;
    const count = part.samples;
    if (this.length + count > this.wall.length) this.#shift(Math.min(this.capacity, this.wall.length - count));
    for (const name of ["wall", "simulated", "steps", "wholeness"]) this[name].set(part[name].subarray(0, count), this.length);
    for (let column = 0; column < this.width; column += 1) {
      const target = this.columns[column];
      for (let sample = 0; sample < count; sample += 1) {
        target[this.length + sample] = part.values[sample * this.width + column];
      }
    }
    this.length += count;
  }

  // Keeps the newest.
  #shift(kept) {
    const from = Math.max(0, this.length - kept);
    for (const array of [this.wall, this.simulated, this.steps, this.wholeness, ...this.columns]) {
      array.copyWithin(0, from, this.length);
    }
    this.length -= from;
  }

  // Samples with an x from `start` on, and one before.
  firstFrom(xs, start) {
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (xs[middle] < start) low = middle + 1;
      else high = middle;
    }
    return Math.max(0, low - 1);
  }

  // A copy that stands still.
  freeze() {
    const copy = Object.create(Series.prototype);
    Object.assign(copy, this);
    for (const name of ["wall", "simulated", "steps", "wholeness"]) copy[name] = this[name].slice(0, this.length);
    copy.columns = this.columns.map((column) => column.slice(0, this.length));
    return copy;
  }

  wholenessOf(sample) { return WHOLENESS[this.wholeness[sample]]; }
}
