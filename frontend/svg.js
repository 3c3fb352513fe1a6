// Drawing: elements of SVG by attributes, never by markup, so that data stays text.
export function svg(name, attributes = {}, text = "") {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (text) element.textContent = text;
  return element;
}

function shortened(value, prefixes) {
  for (const [prefix, iri] of Object.entries(prefixes)) {
    if (value.startsWith(iri)) return `${prefix}:${value.slice(iri.length)}`;
  }
  return value.replace(/^https:\/\/w3id\.org\/licet\//, "");
}

// What draws results in the editor; a drawing says what it is and draws it.
export class Drawn {
  helpReference = "/about#charts";

  constructor(yasr) {
    this.yasr = yasr;
  }

  get names() {
    return this.yasr.results?.getVariables() ?? [];
  }

  get rows() {
    return this.yasr.results?.getBindings() ?? [];
  }

  shortened(value) {
    return shortened(value, this.yasr.config.prefixes ?? {});
  }

  canvas(width, height, className, label) {
    return svg("svg", {
      viewBox: `0 0 ${width} ${height}`,
      class: className,
      role: "img",
      "aria-label": `${label}; the table holds the same`,
    });
  }

  show(text, drawing) {
    const note = document.createElement("p");
    note.textContent = text;
    this.yasr.resultsEl.replaceChildren(note, drawing);
  }

  getIcon() {
    return icon(this.path);
  }
}

export function cut(text, at) {
  return text.length > at ? `${text.slice(0, at - 1)}…` : text;
}

// A group that says in full what it stands for.
export function titled(says, ...parts) {
  const group = svg("g");
  group.append(svg("title", {}, says), ...parts);
  return group;
}

function icon(path) {
  const box = document.createElement("div");
  const drawing = svg("svg", { viewBox: "0 0 24 24", width: 16, height: 16, "aria-hidden": "true" });
  drawing.append(svg("path", { d: path, fill: "currentColor" }));
  box.append(drawing);
  box.classList.add("plugin_icon");
  return box;
}
