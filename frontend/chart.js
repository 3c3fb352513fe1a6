// Results of a SELECT as bars: the first column that is text, by the first that is a number.
import { icon, shortened, svg } from "./svg.js";

const SHOWN = 40;
const ROW = 24;
const NAMES = 320;
const WIDTH = 900;

export class Chart {
  priority = 5;
  label = "Chart";
  helpReference = "/about#charts";

  constructor(yasr) {
    this.yasr = yasr;
  }

  columns() {
    const names = this.yasr.results?.getVariables() ?? [];
    const rows = this.yasr.results?.getBindings() ?? [];
    const isNumber = (name) =>
      rows.some((row) => row[name]) &&
      rows.every((row) => !row[name] || (row[name].type !== "uri" && Number.isFinite(Number(row[name].value))));
    const numbers = names.filter(isNumber);
    const texts = names.filter((name) => !numbers.includes(name) && rows.some((row) => row[name]));
    return numbers.length ? { number: numbers[0], texts, rows } : null;
  }

  canHandleResults() {
    return this.columns() !== null;
  }

  draw() {
    const { number, texts, rows } = this.columns();
    const bars = rows
      .filter((row) => row[number])
      .map((row, index) => ({
        name: texts.length
          ? texts.map((text) => (row[text] ? shortened(row[text].value, this.yasr.config.prefixes ?? {}) : "–")).join(" · ")
          : `row ${index + 1}`,
        value: Number(row[number].value),
      }));
    const shown = bars.slice(0, SHOWN);
    const most = Math.max(...shown.map((bar) => Math.abs(bar.value)), 1e-9);
    const drawing = svg("svg", {
      viewBox: `0 0 ${WIDTH} ${shown.length * ROW + 8}`,
      class: "result-chart",
      role: "img",
      "aria-label": `${number}, ${shown.length} bars; the table holds the same values`,
    });
    shown.forEach((bar, index) => {
      const y = index * ROW + 4;
      const length = (Math.abs(bar.value) / most) * (WIDTH - NAMES - 90);
      const name = bar.name.length > 46 ? `${bar.name.slice(0, 45)}…` : bar.name;
      const group = svg("g");
      group.append(svg("title", {}, `${bar.name}: ${bar.value}`));
      group.append(svg("text", { x: NAMES - 8, y: y + 15, "text-anchor": "end" }, name));
      group.append(svg("rect", { x: NAMES, y: y + 2, width: Math.max(length, 1), height: ROW - 6 }));
      group.append(svg("text", { x: NAMES + length + 6, y: y + 15 }, bar.value.toLocaleString("en")));
      drawing.append(group);
    });
    const note = document.createElement("p");
    note.textContent =
      bars.length > SHOWN ? `${number}: the first ${SHOWN} of ${bars.length} rows.` : `${number}, by row.`;
    this.yasr.resultsEl.replaceChildren(note, drawing);
  }

  getIcon() {
    return icon("M3 4h10v4H3zm0 6h17v4H3zm0 6h6v4H3z");
  }
}
