// Triples, or rows with two columns of resources, as a graph of nodes and named edges.
import { Drawn, cut, svg, titled } from "./svg.js";

const SHOWN = 150;
const WIDTH = 960;
const HEIGHT = 640;
const STEPS = 220;
const NAMED = 40; // links that are named at most, lest names cover each other

export class Graph extends Drawn {
  priority = 4;
  label = "Graph";
  path = "M5 3a3 3 0 1 0 2 5l4 3v3a3 3 0 1 0 2 0v-3l4-3a3 3 0 1 0-1-2l-4 3-4-3a3 3 0 0 0-3-3z";

  edges() {
    const statements = this.yasr.results?.getStatements?.() ?? [];
    if (statements.length) {
      return statements
        .filter((quad) => quad.object.termType !== "Literal")
        .map((quad) => [quad.subject.value, quad.predicate.value, quad.object.value]);
    }
    const { names, rows } = this;
    const resources = names.filter((name) => rows.length && rows.every((row) => !row[name] || row[name].type === "uri"));
    if (resources.length < 2) return [];
    const [from, ...others] = resources;
    const to = others.at(-1);
    const by = others.length > 1 ? others[0] : null;
    return rows
      .filter((row) => row[from] && row[to])
      .map((row) => [row[from].value, by && row[by] ? row[by].value : to, row[to].value]);
  }

  canHandleResults() {
    return this.edges().length > 0;
  }

  draw() {
    const all = this.edges();
    const edges = [];
    const nodes = new Map();
    for (const [from, by, to] of all) {
      const fresh = [from, to].filter((name) => !nodes.has(name));
      if (nodes.size + fresh.length > SHOWN) continue;
      for (const name of fresh) nodes.set(name, position(nodes.size));
      edges.push([from, by, to]);
    }
    arrange(nodes, edges);
    const drawing = this.canvas(WIDTH, HEIGHT, "result-graph", `${nodes.size} resources and ${edges.length} links`);
    for (const [from, by, to] of edges) {
      const [a, b] = [nodes.get(from), nodes.get(to)];
      const link = titled(
        `${this.shortened(from)} – ${this.shortened(by)} → ${this.shortened(to)}`,
        svg("line", { x1: a.x, y1: a.y, x2: b.x, y2: b.y }),
      );
      if (edges.length <= NAMED) {
        link.append(svg("text", { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2, class: "link-name" }, this.shortened(by)));
      }
      drawing.append(link);
    }
    for (const [name, at] of nodes) {
      drawing.append(
        titled(
          name,
          svg("circle", { cx: at.x, cy: at.y, r: 5 }),
          svg("text", { x: at.x + 8, y: at.y + 4 }, cut(this.shortened(name), 34)),
        ),
      );
    }
    this.show(`${edges.length} of ${all.length} links between ${nodes.size} resources.`, drawing);
  }
}

function position(index) {
  const angle = index * 2.399963; // the golden angle spreads them evenly
  const radius = 26 * Math.sqrt(index);
  return { x: WIDTH / 2 + radius * Math.cos(angle), y: HEIGHT / 2 + radius * Math.sin(angle) };
}

// Fruchterman and Reingold 1991, with the step shrinking linearly.
function arrange(nodes, edges) {
  const places = [...nodes.values()];
  const ideal = 0.8 * Math.sqrt((WIDTH * HEIGHT) / Math.max(places.length, 1));
  for (let step = 0; step < STEPS; step += 1) {
    for (const place of places) Object.assign(place, { dx: 0, dy: 0 });
    for (let i = 0; i < places.length; i += 1) {
      for (let j = i + 1; j < places.length; j += 1) push(places[i], places[j], ideal);
    }
    for (const [from, , to] of edges) pull(nodes.get(from), nodes.get(to), ideal);
    const limit = 40 * (1 - step / STEPS) + 0.5;
    for (const place of places) {
      const length = Math.hypot(place.dx, place.dy) || 1;
      place.x = within(place.x + (place.dx / length) * Math.min(length, limit), 20, WIDTH - 180);
      place.y = within(place.y + (place.dy / length) * Math.min(length, limit), 20, HEIGHT - 20);
    }
  }
}

function push(a, b, ideal) {
  const [x, y] = [a.x - b.x || 0.01, a.y - b.y || 0.01];
  const force = (ideal * ideal) / (x * x + y * y);
  a.dx += x * force;
  a.dy += y * force;
  b.dx -= x * force;
  b.dy -= y * force;
}

function pull(a, b, ideal) {
  const [x, y] = [a.x - b.x, a.y - b.y];
  const force = Math.hypot(x, y) / ideal;
  a.dx -= x * force;
  a.dy -= y * force;
  b.dx += x * force;
  b.dy += y * force;
}

function within(value, low, high) {
  return Math.min(Math.max(value, low), high);
}
