// Numbers as the command line writes them.

export const thousands = (number) => Math.round(number).toString().replace(/\B(?=(\d{3})+$)/g, ",");

// Three significant digits, without zeros behind the point.
export function plain(number) {
  if (!Number.isFinite(number)) return String(number);
  if (number === 0) return "0";
  const size = Math.abs(number);
  if (size >= 1e6 || size < 1e-3) return number.toExponential(2).replace("e+", "e");
  if (size >= 1000) return thousands(number);
  return String(Number(number.toPrecision(3)));
}

export function duration(seconds) {
  if (!(seconds > 0)) return "–";
  const units = [[1e-9, "ns"], [1e-6, "µs"], [1e-3, "ms"], [1, "s"]];
  // What would round up to 1000 takes the next unit.
  const [size, unit] = units.find(([size]) => Number((seconds / size).toPrecision(3)) < 1000) ?? units.at(-1);
  return `${seconds / size >= 100 ? Math.round(seconds / size) : Number((seconds / size).toPrecision(3))} ${unit}`;
}

export function span(seconds) {
  if (seconds < 60) return `${Math.floor(seconds)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}

export function bytes(count) {
  const units = ["bytes", "KiB", "MiB", "GiB"];
  let unit = 0;
  while (count >= 1024 && unit < units.length - 1) {
    count /= 1024;
    unit += 1;
  }
  return `${plain(count)} ${units[unit]}`;
}

export const counted = (count, noun) => `${thousands(count)} ${noun}${count === 1 ? "" : "s"}`;

// 0-3, 7
export function ranges(indices) {
  const parts = [];
  for (const index of [...indices].sort((a, b) => a - b)) {
    const last = parts.at(-1);
    if (last && last[1] === index - 1) last[1] = index;
    else parts.push([index, index]);
  }
  return parts.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(", ");
}

// The inverse: indices below `count`; throws an Error that says what is wrong.
export function parseRanges(text, count, noun = "controller") {
  if (text.trim() === "all") return Array.from({ length: count }, (_, index) => index);
  const found = new Set();
  for (const part of text.split(",").map((part) => part.trim()).filter(Boolean)) {
    const match = /^(\d+)(?:\s*-\s*(\d+))?$/.exec(part);
    const [first, last] = match ? [Number(match[1]), Number(match[2] ?? match[1])] : [1, 0];
    if (first > last) throw new Error(`'${part}' is no ${noun} and no range of some: 3, 0-3,7 or all`);
    if (last >= count) throw new Error(`there is no ${noun} ${last}: there are ${count}, from 0`);
    for (let index = first; index <= last; index += 1) found.add(index);
  }
  if (!found.size) throw new Error(`which ${noun}s: 3, 0-3,7 or all`);
  return [...found].sort((a, b) => a - b);
}

// The shortest decimal that is this value, and no other of its type: what a CSV holds is what the memory held.
export function exact(value, isSingle) {
  if (Number.isNaN(value)) return "";
  if (!isSingle) return String(value);
  for (let digits = 6; digits < 9; digits += 1) {
    const text = Number(value.toPrecision(digits));
    if (Math.fround(text) === value) return String(text);
  }
  return String(Number(value.toPrecision(9)));
}
