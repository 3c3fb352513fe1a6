// Results of a SELECT as bars: the first column that is text, by the first that is a number.
import { Drawn, cut, svg, titled } from "./svg.js";

const SHOWN = 40;
const ROW = 24;
const NAMES = 320;
const WIDTH = 900;

export class Chart extends Drawn {
  priority = 5;
  label = "Chart";
  path = "M3 4h10v4H3zm0 6h17v4H3zm0 6h6v4H3z";

  columns() {
    const { names, rows } = this;
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
          ? texts.map((text) => (row[text] ? this.shortened(row[text].value) : "–")).join(" · ")
          : `row ${index + 1}`,
        value: Number(row[number].value),
      }));
    const shown = bars.slice(0, SHOWN);
    const most = Math.max(...shown.map((bar) => Math.abs(bar.value)), 1e-9);
    const height = shown.length * ROW + 8;
    const drawing = this.canvas(WIDTH, height, "result-chart", `${number}, ${shown.length} bars`);
    shown.forEach((bar, index) => {
      const y = index * ROW + 4;
      const length = (Math.abs(bar.value) / most) * (WIDTH - NAMES - 90);
      drawing.append(
        titled(
          `${bar.name}: ${bar.value}`,
          svg("text", { x: NAMES - 8, y: y + 15, "text-anchor": "end" }, cut(bar.name, 46)),
          svg("rect", { x: NAMES, y: y + 2, width: Math.max(length, 1), height: ROW - 6 }),
          svg("text", { x: NAMES + length + 6, y: y + 15 }, bar.value.toLocaleString("en")),
        ),
      );
    });
    const all = `the first ${SHOWN} of ${bars.length} rows`;
    this.show(bars.length > SHOWN ? `${number}: ${all}.` : `${number}, by row.`, drawing);
  }
}
