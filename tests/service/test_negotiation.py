"""The best format for a client: RFC 9110, section 12.5.1, and what clients really send."""

from __future__ import annotations

import pytest

from licet_service.negotiation import GRAPHS, PAGES, RESULTS, choose

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"
JENA = "text/turtle,application/n-triples;q=0.9,application/ld+json;q=0.8,*/*;q=0.1"
COMUNICA = "application/n-quads,application/trig;q=0.95,application/ld+json;q=0.9,*/*;q=0.1"


@pytest.mark.parametrize(
    ("accept", "name"),
    [
        (None, "json"),
        ("", "json"),
        ("*/*", "json"),
        ("*", "json"),
        ("text/csv", "csv"),
        ("TEXT/CSV", "csv"),
        ("text/*", "json"),  # text/json is a name of it
        ("application/sparql-results+xml;q=0.5, text/csv;q=0.9", "csv"),
        ("text/csv;q=0, */*", "json"),
        ("application/sparql-results+json;q=0, application/json;q=0, text/csv;q=0.1", "csv"),
        ('text/html;note="a, b;q=0.1", text/csv', "csv"),
        ("text/csv;q=0.2;x=1, application/xml;q=0.3", "xml"),
        ("not a range, text/csv", "csv"),
        (BROWSER, "xml"),
    ],
)
def test_a_client_gets_the_result_format_it_prefers(accept: str | None, name: str) -> None:
    choice = choose(RESULTS, accept)
    assert choice is not None
    assert choice.representation.name == name


@pytest.mark.parametrize(
    ("accept", "name"),
    [
        (None, "turtle"),
        (BROWSER, "html"),
        (JENA, "turtle"),
        (COMUNICA, "nq"),
        ("application/json, text/plain, */*", "json-ld"),
        ("application/turtle", "turtle"),
    ],
)
def test_a_page_is_html_for_browsers_and_rdf_for_programs(accept: str | None, name: str) -> None:
    choice = choose(PAGES, accept)
    assert choice is not None
    assert choice.representation.name == name


@pytest.mark.parametrize("accept", ["image/png", "text/csv;q=0", "*/*;q=0"])
def test_nothing_is_chosen_where_nothing_is_acceptable(accept: str) -> None:
    assert choose(GRAPHS, accept) is None


def test_the_answer_carries_the_media_type_that_was_asked_for() -> None:
    choice = choose(RESULTS, "application/json")
    assert choice is not None
    assert choice.media_type == "application/json"


@pytest.mark.parametrize(
    ("wanted", "name"),
    [
        (["csv"], "csv"),
        (["CSV"], "csv"),
        (["application/sparql-results xml"], "xml"),  # an unescaped plus sign
        (["bogus", "tsv"], "tsv"),
        (["turtle"], "json"),  # no format of results: the header decides
    ],
)
def test_a_format_in_the_address_goes_before_the_header(wanted: list[str], name: str) -> None:
    choice = choose(RESULTS, "application/sparql-results+json", wanted)
    assert choice is not None
    assert choice.representation.name == name
