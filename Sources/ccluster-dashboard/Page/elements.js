// Elements without markup in strings: whatever a name or a log line holds, it is text.

export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  set(element, attributes);
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value);
  }
  element.append(...children.flat().filter(Boolean));
  return element;
}

function set(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "class") element.className = value;
    else if (name === "dataset") Object.assign(element.dataset, value);
    else if (["value", "checked", "disabled", "selected", "hidden"].includes(name)) element[name] = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
}

// Only what has changed: layout is not asked for again when a figure stays.
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

export const card = (title, ...children) =>
  h("section", { class: "card", "aria-label": title }, title ? h("h2", {}, title) : null, ...children);

// What a controller's state looks like: never by colour alone.
export const STATES = [
  { name: "vacant", glyph: "○" },
  { name: "registering", glyph: "…" },
  { name: "idle", glyph: "–" },
  { name: "active", glyph: "●" },
  { name: "failed", glyph: "!" },
  { name: "dead", glyph: "✕" },
  { name: "late", glyph: "◷" },
];
export const OUT = new Set(["failed", "dead", "late"]);

export function statePill(name) {
  const state = STATES.find((state) => state.name === name);
  return h("span", { class: `pill ${name}` }, state ? `${state.glyph} ${name}` : name);
}

export function setPill(pill, name) {
  if (pill.dataset.state === name) return;
  pill.dataset.state = name;
  pill.className = `pill ${name}`;
  const state = STATES.find((state) => state.name === name);
  pill.textContent = state ? `${state.glyph} ${name}` : name;
}

// Canvases ask for thousands of colours a second, and they change with the theme alone.
const colors = new Map();
const probe = document.body.appendChild(document.createElement("i"));

export function color(name) {
  if (!colors.has(name)) {
    // A variable's own value is still to be chosen by day or night; an element's colour has been.
    probe.style.color = `var(--${name})`;
    colors.set(name, getComputedStyle(probe).color);
  }
  return colors.get(name);
}

export const forgetColors = () => colors.clear();

// A canvas as sharp as the screen, and its context in CSS pixels. Its size is that of its box.
export function context(canvas) {
  const ratio = devicePixelRatio || 1;
  const { clientWidth: width, clientHeight: height } = canvas;
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
  }
  const drawing = canvas.getContext("2d");
  drawing.setTransform(ratio, 0, 0, ratio, 0, 0);
  return { drawing, width, height };
}

export function download(name, blob) {
  const link = h("a", { href: URL.createObjectURL(blob), download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
