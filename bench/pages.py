"""How soon each page is painted in Chromium, how much it weighs, and how long its server takes.

``python -m bench.pages DATA [MODEL]``: a data folder as ``licet build`` makes one, and a model
of it. The server runs in processes of its own; each page is loaded once before it counts, and
then ``RUNS`` times in a browser without a cache. Then, without a browser, the dashboard with each
of its filters, and each of its views alone. Beside the time that passes stands the processor time
of all processes of the service.
"""

from __future__ import annotations

import gzip
import html
import http.client
import os
import re
import shutil
import statistics
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

from playwright.sync_api import sync_playwright

from bench.points import SETTINGS, milliseconds, processor_ms
from bench.server import serving

if TYPE_CHECKING:
    from bench.server import Served

RUNS = 5
ANSWERS = 20
MODEL = "leveldevai/TurdusBeagle-7B"
PAINT = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
TIMING = """(() => {
  const page = performance.getEntriesByType('navigation')[0];
  const parts = performance.getEntriesByType('resource');
  return [page.responseStart - page.requestStart, page.encodedBodySize,
          parts.reduce((sum, part) => sum + part.encodedBodySize, 0)];
})()"""


def main() -> None:
    """Print a table of pages."""
    data = Path(sys.argv[1])
    model = sys.argv[2] if len(sys.argv) > 2 else MODEL
    plan = urlencode({"parents": model, "do": "use", "publish": "sell service"})
    pages = {
        "home": "/",
        "model": f"/model/{model}",
        "license": "/license/llama3",
        "comparison": "/licenses/compare?id=llama3&id=apache-2.0&id=gpl-3.0&id=cc-by-nc-4.0",
        "dashboard": "/dashboard",
        "check": f"/check?model={model}",
        "plan": f"/plan?{plan}",
        "search": "/search?q=llama",
        "query": "/query",
        "ontology": "/ns",
        "about": "/about",
    }
    with serving(data, SETTINGS) as served:
        in_browser(served, pages)
        without_browser(served)


def in_browser(served: Served, pages: dict[str, str]) -> None:
    """Print what a browser makes of each page."""
    print("| page | first paint, median ms | answer, median ms | page, KB | with its parts, KB |")
    print("|---|---|---|---|---|")
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for name, path in pages.items():
            paints, answers, weights = [], [], (0, 0)
            for run in range(RUNS + 1):
                context = browser.new_context()
                page = context.new_page()
                page.goto(served.url + path, wait_until="networkidle")
                answer, weight, parts = page.evaluate(TIMING)
                if run:
                    paints.append(page.evaluate(PAINT))
                    answers.append(answer)
                    weights = (weight, weight + parts)
                context.close()
            figures = (statistics.median(paints), statistics.median(answers))
            sizes = " | ".join(f"{bytes_ / 1000:.0f}" for bytes_ in weights)
            print(f"| {name} | {figures[0]:.0f} | {figures[1]:.0f} | {sizes} |", flush=True)
        browser.close()


def without_browser(served: Served) -> None:
    """Print how long the dashboard takes with each filter, and each of its views alone."""
    connection = http.client.HTTPConnection(urlsplit(served.url).netloc)
    connection.request("GET", "/dashboard")
    page = connection.getresponse().read().decode()
    asked = {"dashboard": "/dashboard"}
    for name, options in re.findall(
        r'<select id="filter-([a-z]+)" name="[a-z]+">(.*?)</select>', page, re.DOTALL
    ):
        values = [html.unescape(v) for v in re.findall(r'<option value="([^"]+)"', options)]
        for value in values[-1:]:
            asked[f"dashboard, {name} {value}"] = f"/dashboard?{urlencode({name: value})}"
    for section in page.split('<section id="')[1:]:
        answers = re.findall(r'href="(/sparql\?[^"]*format=json[^"]*)"', section)
        for number, path in enumerate(answers, start=1):
            which = f" {number}" if len(answers) > 1 else ""
            asked[f"view, {section.partition(chr(34))[0]}{which}"] = html.unescape(path)
    print("\n| answer | median ms | slowest ms | processor time, ms | KB, compressed |")
    print("|---|---|---|---|---|")
    for name, path in asked.items():
        milliseconds(connection, path)
        before = processor_ms(served)
        times = [milliseconds(connection, path) for _ in range(ANSWERS)]
        used = (processor_ms(served) - before) / ANSWERS
        connection.request("GET", path)
        weight = len(gzip.compress(connection.getresponse().read(), 6)) / 1000
        figures = f"{statistics.median(times):.0f} | {max(times):.0f} | {used:.0f} | {weight:.0f}"
        print(f"| {name} | {figures} |", flush=True)


if __name__ == "__main__":
    main()
