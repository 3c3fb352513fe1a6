// Drawing: elements of SVG by attributes, never by markup, so that data stays text.
export function svg(name, attributes = {}, text = "") {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (text) element.textContent = text;
  return element;
}

export function shortened(value, prefixes) {
  for (const [prefix, iri] of Object.entries(prefixes)) {
    if (value.startsWith(iri)) return `${prefix}:${value.slice(iri.length)}`;
  }
  return value.replace(/^https:\/\/w3id\.org\/licet\//, "");
}

export function icon(path) {
  const box = document.createElement("div");
  const drawing = svg("svg", { viewBox: "0 0 24 24", width: 16, height: 16, "aria-hidden": "true" });
  drawing.append(svg("path", { d: path, fill: "currentColor" }));
  box.append(drawing);
  box.classList.add("plugin_icon");
  return box;
}
