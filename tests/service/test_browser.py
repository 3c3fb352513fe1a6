"""The pages in a real browser: each page, each interaction, and the questions people come with.

Skipped where there is no Chromium: ``apt-get install chromium``, or name one by ``CHROMIUM``.
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest
from tests.service.conftest import serving_on_loopback

from licet_ingest.sources.dump import JsonLinesDump
from licet_ingest.sources.sample import Sample
from licet_reasoning.build import build
from licet_service.pages.lineage_answers import FAN
from licet_service.pages.lineage_bounds import MAX_WORKS
from licet_service.pages.rendering import is_built

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, BrowserContext, Page

sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium")
AXE = Path(__file__).parents[2] / "frontend/node_modules/axe-core/axe.min.js"
pytestmark = [
    pytest.mark.skipif(not CHROMIUM, reason="there is no Chromium (name one by CHROMIUM)"),
    # Its driver leaves the closing of its pipes to the end of the process.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

MERGE = "leveldevai/TurdusBeagle-7B"  # it has parents that forbid derivatives and commerce
MARKUP = '"><img src=x onerror=alert(1)><script>alert(2)</script>{{7*7}}'
COUNT_NODES = "document.querySelectorAll('#lineage .node').length"
HUB, CHILDREN = "many/base", 1_200
TURNED = "\u202egnp.exe\u2066"
PAGES = {
    "home": "/",
    "search": "/search?q=llama",
    "model": f"/model/{MERGE}",
    "named only": "/model/beowolx/CodeNinja-1.0-OpenChat-7B",
    "license": "/license/llama3",
    "licenses": "/licenses",
    "comparison": "/licenses/compare?id=llama3&id=apache-2.0&id=cc-by-nc-4.0&id=mg-by-sa-2.0",
    "dashboard": "/dashboard",
    "check": "/check",
    "checked": f"/check?model={MERGE}",
    "plan": "/plan",
    "planned": f"/plan?{urlencode({'parents': MERGE, 'do': 'use', 'publish': 'sell service'})}",
    "query": "/query",
    "ontology": "/ns",
    "about": "/about",
    "parts by others": "/about/third-party",
    "API": "/docs",
    "saved queries": "/queries",
    "saved query": "/queries/findings",
    "clause": "/clause/llama3/naming",
    "nothing there": "/nothing",
}
HEADINGS_OF_SWAGGER = frozenset({"aria-allowed-role", "heading-order"})
"""It begins with a heading of the third level, within a main part of its own."""
WIDE: Any = {"width": 1440, "height": 900}
NARROW: Any = {"width": 360, "height": 740}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server on the sample and on records that mean harm."""
    folder = tmp_path_factory.mktemp("site")
    card = {"license": "other", "license_name": MARKUP, "license_link": "javascript:alert(3)"}
    records: list[dict[str, Any]] = [
        {"id": "evil/name", "author": MARKUP, "pipeline_tag": TURNED, "cardData": card},
        {"id": "evil/turned", "cardData": {"license": "other", "license_name": TURNED}},
    ]
    records += [{"id": HUB, "cardData": {"license": "llama3"}}]
    records += [
        {"id": f"many/child-{number:04}", "cardData": {"license": "mit", "base_model": HUB}}
        for number in range(CHILDREN)
    ]
    dump = folder / "dump.jsonl"
    dump.write_text("\n".join(map(json.dumps, records)), encoding="utf-8")
    build(folder / "data", [Sample(), JsonLinesDump(dump)])
    with serving_on_loopback(folder / "data") as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_api.sync_playwright() as playwright:
        # Chromium as root, as in containers, starts without its own sandbox alone.
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def visit(site: str, browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens pages of the site; at the end nothing may have gone wrong in any."""
    contexts: list[BrowserContext] = []
    wrong: list[str] = []

    def open_(path: str, expected: tuple[str, ...] = (), **options: Any) -> Page:
        context = browser.new_context(base_url=site, **options)
        context.set_default_timeout(30_000)
        contexts.append(context)
        page = context.new_page()

        def on_console(message: Any) -> None:
            if message.type in {"error", "warning"} and not message.text.startswith(expected):
                wrong.append(f"{path}: {message.text}")

        page.on("console", on_console)
        page.on("pageerror", lambda error: wrong.append(f"{path}: {error}"))
        page.on("dialog", lambda dialog: wrong.append(f"{path}: dialog {dialog.message}"))
        page.on(
            "request",
            lambda request: (
                None
                if request.url.startswith((site, "data:", "blob:"))
                else wrong.append(f"{path}: asks {request.url}")
            ),
        )
        page.goto(path, wait_until="load")
        return page

    yield open_
    for context in contexts:
        context.close()
    assert not wrong


_NOT_THERE = ("Failed to load resource: the server responded with a status of 404",)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_whole_within_its_width_and_open_to_all(
    visit: Callable[..., Page], name: str
) -> None:
    expected = _NOT_THERE if name == "nothing there" else ()
    page = visit(PAGES[name], expected, viewport=WIDE, color_scheme="light")
    if name == "query" and is_built("editor.js"):
        page.wait_for_selector("#editor[data-ready]")
    if name == "API" and is_built("swagger-ui-bundle.js"):
        page.wait_for_selector("#swagger .opblock")
    assert page.locator("h1").count() >= 1
    theirs = HEADINGS_OF_SWAGGER if name == "API" else frozenset()
    _is_fit(page, "{resultTypes: ['violations']}", theirs)
    page.set_viewport_size(NARROW)
    page.emulate_media(color_scheme="dark")
    _is_fit(page, "{runOnly: ['color-contrast', 'scrollable-region-focusable', 'target-size']}")


def _is_fit(page: Page, rules: str, theirs: frozenset[str] = frozenset()) -> None:
    """Nothing sticks out of the window, and axe-core finds nothing else, where it is at hand."""
    beyond = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(beyond) <= 0
    if not AXE.is_file():
        return
    if not page.evaluate("Boolean(window.axe)"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate(f"axe.run({rules})")["violations"]
    assert [(v["id"], v["nodes"][0]["html"][:200]) for v in found if v["id"] not in theirs] == []


def test_axe_is_there_wherever_the_front_end_was_built() -> None:
    if not is_built("editor.js"):
        pytest.skip("the front-end parts were not built (make frontend)")
    assert AXE.is_file()


@pytest.mark.parametrize("path", [PAGES["home"], PAGES["model"], PAGES["planned"], "/dashboard"])
def test_pages_say_all_without_a_script(visit: Callable[..., Page], path: str) -> None:
    page = visit(path, java_script_enabled=False)
    assert page.locator("h1").count() == 1
    assert page.locator("main").inner_text().strip()


def test_what_takes_longer_is_a_link_without_a_script(visit: Callable[..., Page]) -> None:
    plan = urlencode({"licenses": "apache-2.0", "do": "fine-tune", "publish": "share weights"})
    page = visit(f"/plan?{plan}", java_script_enabled=False)
    page.locator("main a", has_text="Judge each license of the catalogue").click()
    assert "It may be published under" in page.locator("#licenses-to-choose").inner_text()


def test_forms_and_folds_work_without_a_script(visit: Callable[..., Page]) -> None:
    page = visit("/", java_script_enabled=False)
    page.fill("#q", MERGE)
    page.press("#q", "Enter")
    assert page.locator("h1").inner_text() == MERGE
    page.locator("summary", has_text="What changes with the reading").click()
    assert page.locator("#what-changes table").is_visible()
    page.goto("/query?" + urlencode({"query": "SELECT (1 AS ?one) {}"}))
    page.locator("#plain button").click()
    assert page.locator("#answer td").inner_text() == "1"
    page.goto("/dashboard")
    page.select_option("#filter-relation", "merged from")
    page.locator("main form button").click()
    assert "relation=merged+from" in page.url


def test_a_page_can_be_used_by_the_keyboard_alone(visit: Callable[..., Page]) -> None:
    page = visit("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "q"
    page.keyboard.type(MERGE)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/model/{MERGE}**")
    reached = set()
    for _ in range(40):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.textContent.trim()"))
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline != "none"
    assert {"Publish a derivative of this", "May I sell a service on this?"} <= reached


def test_the_reading_is_switched_and_what_changes_is_told(visit: Callable[..., Page]) -> None:
    page = visit(f"/model/{MERGE}")
    page.locator(".readings a", has_text="weights-not-copyrightable").click()
    page.wait_for_url("**reading=weights-not-copyrightable")
    assert page.locator(".readings [aria-current]").inner_text() == "weights-not-copyrightable"
    page.locator("summary", has_text="What changes").click()
    table = page.locator("#what-changes table")
    assert "the present one" in table.inner_text()
    assert "adds" in table.inner_text() or "drops" in table.inner_text()


def test_a_lineage_grows_in_its_place(visit: Callable[..., Page]) -> None:
    page = visit("/model/mlabonne/Daredevil-8B")
    shown = page.locator("#lineage .node").count()
    page.locator("#lineage a[data-swap]", has_text="One more generation").click()
    page.wait_for_function(f"n => {COUNT_NODES} > n", arg=shown)
    assert "down=2" in page.url
    page.locator("#lineage .focus a rect.box").scroll_into_view_if_needed()
    assert page.locator("#lineage summary", has_text="The same as a list").is_visible()


def test_a_lineage_of_a_thousand_is_bounded_counted_and_drawn_when_asked(
    visit: Callable[..., Page],
) -> None:
    page = visit(f"/model/{HUB}")
    nodes = page.locator("#lineage .node")
    assert f"{CHILDREN:,} works were made from it" in page.locator("#lineage").inner_text()
    assert nodes.count() == 1 + FAN
    page.locator("#lineage a.more", has_text=f"+{CHILDREN - FAN}").click()
    page.wait_for_function(f"n => {COUNT_NODES} === n", arg=MAX_WORKS)
    assert page.locator("#lineage a.more", has_text=f"+{CHILDREN - MAX_WORKS + 1}").count() == 1
    page.locator("#lineage .focus rect.box").scroll_into_view_if_needed()
    assert page.locator("#lineage summary", has_text="a list (1,000 works)").is_visible()
    assert page.locator("#lineage tbody tr").count() == MAX_WORKS
    page.locator("#lineage a", has_text="Back to the first view").click()
    page.wait_for_function(f"n => {COUNT_NODES} === n", arg=1 + FAN)


def test_the_words_to_write_are_copied(visit: Callable[..., Page]) -> None:
    page = visit(
        "/model/mlabonne/NeuralDaredevil-8B-abliterated#duties",
        permissions=["clipboard-read", "clipboard-write"],
    )
    page.locator("summary", has_text="Display “Built with").click()
    page.locator("button", has_text="Copy the words").first.click()
    assert page.evaluate("navigator.clipboard.readText()") == "Built with Meta Llama 3"


def test_names_are_suggested_while_they_are_typed(visit: Callable[..., Page]) -> None:
    page = visit("/")
    page.locator("#q").press_sequentially("turdus", delay=20)
    page.wait_for_selector(f"datalist option[value='{MERGE}']", state="attached")


def test_a_card_is_checked_and_the_fix_is_shown(visit: Callable[..., Page]) -> None:
    page = visit("/check")
    front = "license: apache-2.0\nbase_model: meta-llama/Meta-Llama-3-8B"
    page.fill("#card", f"---\n{front}\nbase_model_relation: finetune\n---\n# Mine\n{MARKUP}\n")
    page.fill("#id", "me/mine")
    notice: Any = {"name": "NOTICE", "mimeType": "text/plain", "buffer": b"Mine."}
    page.set_input_files("#upload", notice)
    page.get_by_role("button", name="Check it", exact=True).click()
    page.wait_for_selector("#missing")
    assert (
        "Built with Meta Llama 3"
        in page.locator("pre[data-copy='Copy the file']").all_inner_texts()[-1]
    )
    assert "README.md" in page.locator("h3 code").all_inner_texts()


@pytest.mark.skipif(
    not is_built("editor.js"), reason="the editor was not built, for want of Node (make frontend)"
)
def test_the_editor_shows_results_as_table_chart_and_graph(visit: Callable[..., Page]) -> None:
    text = (
        "SELECT ?model ?license (1 AS ?number) { ?model licet:license ?license } "
        "ORDER BY ?model LIMIT 5"
    )
    page = visit(
        "/query?" + urlencode({"query": "PREFIX licet: <https://w3id.org/licet/ns#>\n" + text})
    )
    page.wait_for_selector("#editor[data-ready]")
    assert not page.locator("#plain").is_visible()
    page.locator(".yasqe_queryButton").click()
    page.wait_for_selector("#editor table.dataTable tbody tr")
    assert page.locator("#editor table.dataTable tbody tr").count() == 5
    page.locator(".yasr_btn", has_text="Chart").click()
    page.wait_for_selector("svg.result-chart rect")
    page.locator(".yasr_btn", has_text="Graph").click()
    page.wait_for_selector("svg.result-graph line", state="attached")
    page.locator("a[data-query]", has_text="How many works violate each kind").click()
    assert "noncompliant" in page.locator("#editor .CodeMirror").inner_text()


def test_what_means_harm_is_shown_as_text(visit: Callable[..., Page]) -> None:
    page = visit("/model/evil/name")
    assert page.locator("main img, main script").count() == 0
    assert MARKUP in page.locator("main").inner_text()
    links = page.locator("a[href]").evaluate_all("all => all.map(a => a.getAttribute('href'))")
    assert not [link for link in links if link.lower().startswith("javascript:")]
    page.goto("/model/evil/turned")
    turned = "all => all.filter(e => /[\\u202a-\\u202e\\u2066-\\u2069]/.test(e.textContent))"
    styles = ".map(e => getComputedStyle(e).unicodeBidi)"
    told = page.locator("main *:not(:has(*))").evaluate_all(turned + styles)
    assert set(told) <= {"isolate"}
    page.goto("/search?" + urlencode({"q": MARKUP}))
    assert page.locator("main img, main script").count() == 0


################################################################ what people come with


class Clicks:
    """Clicks on a page, counted."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.count = 0

    def on(self, selector: str, text: str) -> None:
        self.count += 1
        self.page.locator(selector, has_text=text).first.click()
        self.page.wait_for_load_state()


def test_may_i_sell_a_service_on_this_merge(visit: Callable[..., Page]) -> None:
    clicks = Clicks(visit(f"/model/{MERGE}"))
    clicks.on("a.button", "May I sell a service on this?")
    says = clicks.page.locator(".verdict .says").first.inner_text()
    assert "stand against it" in says
    assert "commercial" in says
    assert clicks.count == 1


def test_why_is_this_model_flagged(visit: Callable[..., Page]) -> None:
    clicks = Clicks(visit("/search?q=turdusbeagle"))
    clicks.on("main table a", MERGE)
    first = clicks.page.locator("article.card.error").first.inner_text()
    assert "Because of" in first
    assert "Section" in first
    assert "merged from" in first
    assert "What to do:" in first
    assert clicks.count == 1


def test_what_must_i_write_in_my_card(visit: Callable[..., Page]) -> None:
    clicks = Clicks(visit("/model/mlabonne/NeuralDaredevil-8B-abliterated"))
    clicks.on("a.button", "What must the card say?")
    clicks.on("summary", "Display “Built with")
    assert clicks.page.locator("pre[data-copy]", has_text="Built with Meta Llama 3").is_visible()
    assert clicks.count == 2


def test_which_license_may_i_choose(visit: Callable[..., Page]) -> None:
    clicks = Clicks(visit("/license/apache-2.0"))
    clicks.on("a.button", "Which licenses may a derivative carry?")
    clicks.page.locator("main p", has_text="It may be published under").wait_for()
    assert clicks.page.locator("#licenses-to-choose td code", has_text="mit").count() >= 1
    assert clicks.count == 1


def test_which_base_models_have_the_most_noncompliant_descendants(
    visit: Callable[..., Page],
) -> None:
    clicks = Clicks(visit("/"))
    clicks.on("header nav a", "Dashboard")
    clicks.on("main a", "Worst roots")
    rows = clicks.page.locator("#roots tbody tr")
    counts = [
        int(text.replace(",", "")) for text in rows.locator("td:nth-child(2)").all_inner_texts()
    ]
    assert counts
    assert counts == sorted(counts, reverse=True)
    assert len(counts) <= 10
    assert clicks.count == 2
