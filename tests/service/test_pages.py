"""What pages are made of: queries filled in, plans from forms, places in drawings."""

from __future__ import annotations

import csv
import gzip
import html
import re
from typing import TYPE_CHECKING

import pytest
from starlette.datastructures import QueryParams

from licet_queries.library import public_queries
from licet_service.evaluation import iri, literal
from licet_service.pages import charts, cube
from licet_service.pages.bound_text import bound_text, written
from licet_service.pages.layout import layered
from licet_service.pages.license_pages import MAX_COMPARED
from licet_service.pages.plan_page import PLANNED, asked_of, plan_of
from licet_service.pages.work_page import verdict
from licet_service.parameters import bound

if TYPE_CHECKING:
    from fastapi.testclient import TestClient

    from licet_queries.library import SavedQuery

HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
MAX_COMPRESSED_BYTES = 150_000
WITH_PARAMETERS = [query for query in public_queries() if query.parameters]


################################################################ queries as text


def _rows(client: TestClient, path: str, **given: str) -> list[tuple[str, ...]]:
    response = client.get(path, params={**given, "format": "csv"})
    assert response.status_code == 200, response.text
    return sorted(tuple(line.split(",")) for line in response.text.splitlines())


@pytest.mark.parametrize("query", WITH_PARAMETERS, ids=lambda query: query.name)
def test_a_query_filled_in_as_text_answers_as_the_bound_one(
    client: TestClient, query: SavedQuery
) -> None:
    values = {parameter.name: parameter.example for parameter in query.parameters}
    text = bound_text(query.text, bound(query, values))
    by_text = _rows(client, "/sparql", query=text)
    assert by_text == _rows(client, f"/queries/{query.name}", **values)
    assert len(by_text) > 1


def test_values_stay_within_their_tokens() -> None:
    text = (
        'SELECT ?m (COUNT(?m) AS ?n) { ?m a ?t . FILTER(?m != "?m") # ?m\n } '
        "GROUP BY ?m ORDER BY ?m"
    )
    filled = bound_text(text, {"m": iri("urn:x> } INSERT { <urn:y")})
    value = "<urn:x%3E%20%7D%20INSERT%20%7B%20%3Curn:y>"
    assert filled == (
        f"SELECT ({value} AS ?m) (COUNT({value}) AS ?n) "
        f'{{ {value} a ?t . FILTER({value} != "?m") # ?m\n }} '
        f"GROUP BY ({value}) ORDER BY ({value})\n"
    )
    assert written(literal('a"\\\n')) == '"a\\"\\\\\\n"'


################################################################ plans from forms


def test_a_form_becomes_a_plan_of_one_action() -> None:
    asked = asked_of(QueryParams("parents=a/b, c/d&do=merge&publish=sell+service&license=mit"))
    assert plan_of(asked) == {
        "actions": [{"do": "merge", "of": ["a/b", "c/d"], "makes": PLANNED}],
        "publish": [{"work": PLANNED, "how": "sell", "form": "service", "license": "mit"}],
    }


def test_use_of_a_work_as_it_is_is_no_action() -> None:
    asked = asked_of(QueryParams("parents=a/b&do=use&publish=sell+service&users=5&country=de"))
    assert plan_of(asked) == {
        "publish": [{"work": "a/b", "how": "sell", "form": "service"}],
        "licensee": {"monthly_users": 5.0, "country": "DE"},
    }


def test_what_a_form_does_not_offer_is_not_taken() -> None:
    asked = asked_of(QueryParams("parents=a/b&do=steal&publish=rm+-rf&users=many"))
    assert (asked.do, asked.publish) == ("fine-tune", "share weights")
    assert "licensee" not in plan_of(asked)


################################################################ verdicts and drawings


def _found(*severities: str) -> dict[str, object]:
    findings = [{"severity": severity, "label": "X"} for severity in severities]
    return {"explanation": {"findings": findings, "obligations": []}, "groups": {}}


def test_a_verdict_promises_nothing() -> None:
    assert verdict(_found("error", "unknown"))["severity"] == "error"
    unknown = verdict(_found("unknown", "warning"))
    assert unknown["severity"] == "unknown"
    assert "cannot be said that there is none" in unknown["says"]
    clean = verdict(_found())
    assert clean["severity"] == "plain"
    assert "does not show that there is none" in clean["more"]


def test_a_lineage_stands_in_columns_without_overlap() -> None:
    layers = {"a": -1, "b": -1, "c": 0, "d": 1, "e": 1}
    layout = layered(layers, [("a", "c"), ("b", "c"), ("c", "d"), ("c", "e"), ("d", "c")])
    places = layout.places
    assert places["a"].x == places["b"].x < places["c"].x < places["d"].x == places["e"].x
    assert len({(place.x, place.y) for place in places.values()}) == len(layers)
    assert all(0 <= p.x < layout.width and 0 <= p.y < layout.height for p in places.values())


def test_flows_keep_their_sums_and_stay_within_the_drawing() -> None:
    flows = [(f"l{i}", f"l{j}", 1 + i * j) for i in range(15) for j in range(15)]
    drawn = charts.sankey(flows)
    assert len([port for port in drawn.ports if port.anchor == "end"]) == charts.SHOWN_TERMS + 1
    assert all(port.y + port.height <= drawn.height for port in drawn.ports)
    assert charts.sankey([]).ports == ()


def test_only_combinations_that_are_counted_have_a_slice() -> None:
    by_both, overall = cube.cut({"license", "relation"}), cube.cut(set())
    assert by_both is not None
    assert overall is not None
    assert (by_both.name, overall.name) == ("by-relation-and-license", "overall")
    assert cube.cut({"license", "author"}) is None
    alone = cube.cut({"license", "author"}, metric=False)
    assert alone is not None
    assert alone.name == "any-error-by-license-and-author"
    assert cube.cut({"license", "author", "year"}, metric=False) is None


################################################################ pages as they are sent


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/dashboard", "/licenses", "/license/llama3", "/check", "/plan", "/about", "/ns"),
        *("/model/leveldevai/TurdusBeagle-7B", "/queries", "/docs", "/search?q=beagle"),
        "/licenses/compare?id=llama3&id=llama2&id=gpl-3.0&id=cc-by-nc-4.0",
        "/plan?parents=leveldevai/TurdusBeagle-7B&do=merge&publish=sell+weights",
    ],
)
def test_a_page_is_light_and_allows_nothing_inline(client: TestClient, path: str) -> None:
    response = client.get(path, headers=HTML)
    assert response.status_code == 200
    assert len(gzip.compress(response.content)) < MAX_COMPRESSED_BYTES
    policy = response.headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert not re.search(r"<[^>]+\s(?:style|on\w+)=", response.text)
    assert not re.search(r"<script(?![^>]*src=)|<style", response.text)
    assert not re.findall(r'(?:src|srcset|action)="(?!/)[^"]*', response.text)


def test_the_dashboard_counts_what_filters_ask_or_says_that_it_does_not(
    client: TestClient,
) -> None:
    whole = client.get("/dashboard", headers=HTML).text
    merged = client.get("/dashboard?relation=merged+from", headers=HTML).text
    assert "any-error" in whole
    assert "noncompliance/by-relation&gt;" in merged
    both = client.get("/dashboard?author=mlabonne&license=llama3&year=2024", headers=HTML)
    assert both.status_code == 200
    assert "not counted by these filters together" in both.text


def test_the_first_page_counts_works_as_the_graph_does(client: TestClient) -> None:
    home = client.get("/", headers=HTML).text
    told = [int(n.replace(",", "")) for n in re.findall(r"<b>([\d,]+)</b>", home)]
    answer = client.get("/queries/works-by-verdict?format=json").json()["results"]["bindings"]
    works = {row["verdict"]["value"]: int(row["works"]["value"]) for row in answer}
    nothing = works["pointed out"] + works["nothing found"]
    assert told == [sum(works.values()), works["violated"], works["unknown"], nothing]


def test_the_dashboard_adds_up_the_months_of_a_period(client: TestClient) -> None:
    def panel(name: str, query: str) -> list[dict[str, str]]:
        page = client.get(f"/dashboard?{query}", headers=HTML).text
        section = page.partition(f'<section id="{name}"')[2].partition("</section>")[0]
        link = re.search(r'href="(/sparql\?[^"]*format=csv[^"]*)"', section)
        assert link is not None
        return list(csv.DictReader(client.get(html.unescape(link[1])).text.splitlines()))

    def found(query: str) -> int:
        rows = panel("noncompliance", f"relation=fine-tuned+from&{query}")
        return sum(
            int(row["noncompliant"])
            for row in rows
            if row.get("metric", "any-error") == "any-error"
        )

    year = found("year=2024")
    assert year > 0
    assert found("from=2024-01&to=2024-12") == year
    halves = ("from=2024-01&to=2024-05", "from=2024-06&to=2024-12")
    assert sum(map(found, halves)) == year
    months = [row["month"][-7:] for row in panel("trend", "from=2024-02&to=2024-05")]
    assert months == sorted(months)
    assert set(months) <= {"2024-02", "2024-03", "2024-04", "2024-05"}
    assert months


def test_flows_of_licenses_are_those_from_or_to_the_chosen_one(client: TestClient) -> None:
    text = client.get("/dashboard?license=llama3&downloads=0", headers=HTML).text
    flows = text.partition('<section id="flows"')[2].partition("</section>")[0]
    table = flows.partition("<tbody>")[2].partition("</tbody>")[0]
    rows = re.findall(r"<tr>.*?</tr>", table, re.DOTALL)
    assert rows
    assert all("/license/llama3" in row for row in rows)
    assert "Not counted by downloads" in flows


@pytest.mark.parametrize("period", ["from=2024-13", "from=soon", "from=2024-05&to=2024-04"])
def test_a_period_that_is_none_is_a_problem(client: TestClient, period: str) -> None:
    assert client.get(f"/dashboard?{period}", headers=HTML).status_code == 400


def test_no_more_than_four_licenses_are_compared(client: TestClient) -> None:
    ids = ("llama3", "llama2", "mit", "gpl-3.0", "apache-2.0")
    text = client.get("/licenses/compare", params={"id": ids}, headers=HTML).text
    assert text.count('<tr><th scope="col">Question</th>') >= 1
    head = re.search(r'<tr><th scope="col">Question</th>.*', text)
    assert head is not None
    assert head[0].count("/license/") == MAX_COMPARED


def _granted(text: str, heading: str) -> list[list[str]]:
    """Return the cells of the table under a heading, without their markup."""
    table = text.partition(f">{heading}</h2>")[2].partition("</table>")[0]
    rows = re.findall(r"<tr>(.*?)</tr>", table.partition("<tbody>")[2], re.S)
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S) for row in rows]
    return [[" ".join(re.sub("<[^>]+>", " ", cell).split()) for cell in row] for row in cells]


def test_a_license_page_says_what_the_license_grants_and_in_which_words(
    client: TestClient,
) -> None:
    strict = client.get("/license/polyform-strict-1.0.0", headers=HTML).text
    said = {row[0]: row[1:] for row in _granted(strict, "What it grants")}
    assert said["Right to use and reproduce"][0] == "granted"
    assert said["Right to modify"][0] == "withheld"
    assert "other than distributing the software" in said["Right to share"][1]
    wtfpl = client.get("/license/wtfpl", headers=HTML).text
    assert {row[1] for row in _granted(wtfpl, "What it grants")[:-1]} == {"not stated"}
    unread = client.get("/license/bria-rmbg-2.0", headers=HTML).text
    assert "What it grants" not in unread


def test_grants_stand_side_by_side(client: TestClient) -> None:
    ids = ("cc-by-nd-4.0", "cc-by-nc-nd-3.0", "bria-rmbg-2.0")
    text = client.get("/licenses/compare", params={"id": ids}, headers=HTML).text
    said = {
        row[0]: [cell.split()[0] for cell in row[1:]] for row in _granted(text, "What they grant")
    }
    assert said["Right to modify"] == ["granted", "withheld", "–"]
    assert said["Right to share what was made from it"] == ["withheld", "withheld", "–"]


def test_bills_of_materials_are_one_link_away(client: TestClient) -> None:
    page = client.get("/model/leveldevai/TurdusBeagle-7B", headers=HTML).text
    links = re.findall(r'href="(/bom/[^"]+)"', page)
    assert len(links) == 2
    for link in links:
        response = client.get(link)
        assert response.headers["content-type"].endswith("+json")
        assert "TurdusBeagle" in response.text
    assert client.get("/bom/none/leveldevai/TurdusBeagle-7B").status_code == 400


def test_pages_say_what_is_missing_where_node_is(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    from licet_service.pages import rendering

    monkeypatch.setitem(rendering.ENVIRONMENT.globals, "is_built", lambda _: False)
    for path in ("/query", "/docs"):
        text = client.get(path, headers=HTML).text
        assert "make frontend" in text
        assert "/static/built/" not in text
