"""How soon each page is painted in Chromium, how much it weighs, and how long its server takes.

``python -m bench.pages DATA [MODEL]``: a data folder as ``licet build`` makes one, and a model
of it. The server runs in processes of its own; each page is loaded once before it counts, and
then ``RUNS`` times in a browser without a cache.
"""

from __future__ import annotations

import os
import shutil
import statistics
import sys
from pathlib import Path
from urllib.parse import urlencode

from playwright.sync_api import sync_playwright

from bench.points import served

RUNS = 5
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
    print("| page | first paint, median ms | answer, median ms | page, KB | with its parts, KB |")
    print("|---|---|---|---|---|")
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with served(data) as port, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for name, path in pages.items():
            paints, answers, weights = [], [], (0, 0)
            for run in range(RUNS + 1):
                context = browser.new_context()
                page = context.new_page()
                page.goto(f"http://127.0.0.1:{port}{path}", wait_until="networkidle")
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


if __name__ == "__main__":
    main()
