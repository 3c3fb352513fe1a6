"""The query files: their headers, their form, and that each answers something on the sample."""

from __future__ import annotations

import re

import pytest
from pyoxigraph import QuerySolutions, Store

from licet_ontology.errors import DataError, UsageError
from licet_queries.library import (
    FOLDERS,
    PARAMETER_TYPES,
    SavedQuery,
    folder_queries,
    parse_query,
    public_queries,
    public_query,
)
from licet_service.dataset import OpenSnapshot, bind

ALL = [query for folder in FOLDERS for query in folder_queries(folder)]

ON_THE_SAMPLE = [query for query in public_queries() if "needs" not in query.header]
"""One snapshot tells of no change: a query that needs two is tested in its world alone."""


def name(query: SavedQuery) -> str:
    return f"{query.folder}/{query.name}"


def body(query: SavedQuery) -> str:
    """Return a query without its header and comments."""
    return "\n".join(line for line in query.text.splitlines() if not line.lstrip().startswith("#"))


@pytest.mark.parametrize("query", ALL, ids=name)
def test_every_query_parses_with_the_prefixes_that_it_declares(query: SavedQuery) -> None:
    Store().query(query.text)


@pytest.mark.parametrize("query", ALL, ids=name)
def test_no_query_declares_a_prefix_that_it_does_not_use(query: SavedQuery) -> None:
    declared = re.findall(r"^PREFIX (\w+):", query.text, re.MULTILINE)
    rest = re.sub(r"^PREFIX .*$", "", body(query), flags=re.MULTILINE)
    assert [prefix for prefix in declared if f"{prefix}:" not in rest] == []


@pytest.mark.parametrize("query", ALL, ids=name)
def test_every_query_asks_a_question(query: SavedQuery) -> None:
    assert query.summary.endswith("?")
    assert "\n" not in query.summary


@pytest.mark.parametrize("query", ALL, ids=name)
def test_every_query_is_named_in_kebab_case(query: SavedQuery) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", query.name)


@pytest.mark.parametrize("query", [q for q in ALL if q.folder != "rules"], ids=name)
def test_every_query_that_returns_rows_orders_them(query: SavedQuery) -> None:
    # ORDER BY must stand outside of all sub-selects: after the last closing brace.
    assert "ORDER BY" in body(query).rpartition("}")[2]


@pytest.mark.parametrize("query", folder_queries("findings"), ids=name)
def test_what_a_rule_is_asked_by_is_its_query_without_comments_and_order(query: SavedQuery) -> None:
    assert query.bare.endswith("}")
    order = body(query).removeprefix(query.bare)
    assert re.fullmatch(r"\nORDER BY( \?\w+)+", order)


@pytest.mark.parametrize("query", public_queries(), ids=name)
def test_every_public_query_has_tags(query: SavedQuery) -> None:
    assert query.header.get("tags")


def test_no_two_public_queries_share_a_name() -> None:
    names = [query.name for query in public_queries()]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("query", [q for q in public_queries() if q.parameters], ids=name)
def test_every_parameter_is_typed_and_projected(query: SavedQuery) -> None:
    # Substitutions reach no variable that is not projected.
    projected = re.search(r"SELECT (.*?)\b(WHERE|FROM)\b", body(query), re.DOTALL)
    assert projected
    for parameter in query.parameters:
        assert parameter.type in PARAMETER_TYPES
        assert re.search(rf"\?{parameter.name}\b", projected[1])


# One snapshot tells of no change: what needs two is tested in its world.
@pytest.mark.parametrize(
    "query", [q for q in public_queries() if "needs" not in q.header], ids=name
)
def test_every_public_query_answers_its_example_on_the_sample(
    query: SavedQuery, sample_snapshot: OpenSnapshot
) -> None:
    values = {parameter.name: parameter.example for parameter in query.parameters}
    solutions = sample_snapshot.query(query.text, substitutions=bind(query, values))
    assert isinstance(solutions, QuerySolutions)
    assert list(solutions)


@pytest.mark.parametrize("query", [q for q in public_queries() if q.parameters], ids=name)
def test_a_parameter_confines_the_answer_to_its_value(
    query: SavedQuery, sample_snapshot: OpenSnapshot
) -> None:
    values = {parameter.name: parameter.example for parameter in query.parameters}
    bound = bind(query, values)
    solutions = sample_snapshot.query(query.text, substitutions=bound)
    assert isinstance(solutions, QuerySolutions)
    for solution in solutions:
        assert {solution[parameter] == value for parameter, value in bound.items()} == {True}


def test_an_unknown_name_is_answered_with_the_names_there_are() -> None:
    with pytest.raises(UsageError, match=r"choose one of .*merge-licenses"):
        public_query("no-such-query")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("SELECT * WHERE { ?s ?p ?o }", "no summary"),
        ("#+ description: Says little.\nASK { }", "no summary"),
        ("#+ summary: [\nASK { }", "not YAML"),
        ("#+ summary: Why?\n#+ parameters:\n#+   m: {type: model}\nASK { }", "parameter m"),
        (
            "#+ summary: Why?\n#+ parameters:\n#+   m: {type: city, example: x}\nASK { }",
            "parameter m",
        ),
    ],
)
def test_a_faulty_header_is_refused(text: str, fault: str) -> None:
    with pytest.raises(DataError, match=fault):
        parse_query("faulty", "competency", text)
