"""Each public query in its smallest world: what it must answer, and what it must leave out.

``worlds/<query>.yaml`` holds the works, as one text or one text per snapshot, and answers written
by hand from the meaning of the question: parameters, the columns that are compared and the rows in
their order. ``among`` keeps only rows whose column has one of some values or none, where others do
not matter.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from pyoxigraph import NamedNode, QuerySolutions

from licet_ontology.terms import DEFAULT_READING, local_name
from licet_queries.library import public_queries, public_query
from licet_service.dataset import OpenSnapshot, bind

WORLDS = Path(__file__).parent / "worlds"
SHORT = ("model/", "license/", "clause/")

Row = tuple[str | None, ...]


@cache
def world(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((WORLDS / f"{name}.yaml").read_text(encoding="utf-8"))
    return loaded


ANSWERS = [
    (path.stem, number)
    for path in sorted(WORLDS.glob("*.yaml"))
    for number in range(len(world(path.stem)["answers"]))
]


def short(value: object) -> str | None:
    """Return a term as a person would write it in a row."""
    if value is None:
        return None
    if not isinstance(value, NamedNode):
        text = getattr(value, "value", None)
        assert isinstance(text, str), f"{value} is neither an IRI nor a literal"
        return text
    name = local_name(value.value)
    return next((name.removeprefix(s) for s in SHORT if name.startswith(s)), name)


def written(value: object) -> str | None:
    """Return a value of a world file as text."""
    return None if value is None else str(value).lower() if value in (True, False) else str(value)


def rows_of(answer: dict[str, Any], solutions: QuerySolutions) -> list[Row]:
    """Return the rows that an answer is about, in their order."""
    among = answer.get("among", {})
    found: list[Row] = []
    for solution in solutions:
        kept = all(short(solution[column]) in {None, *values} for column, values in among.items())
        if kept:
            found.append(tuple(short(solution[column]) for column in answer["columns"]))
    return list(dict.fromkeys(found)) if answer.get("distinct") else found


@pytest.fixture(scope="module")
def snapshots(snapshot_of: Callable[..., OpenSnapshot]) -> Callable[[str], OpenSnapshot]:
    def built(name: str) -> OpenSnapshot:
        works = world(name)["works"]
        return snapshot_of(*([works] if isinstance(works, str) else works))

    return cache(built)


@pytest.mark.parametrize(("name", "number"), ANSWERS)
def test_the_query_answers_its_question(
    name: str, number: int, snapshots: Callable[[str], OpenSnapshot]
) -> None:
    answer = world(name)["answers"][number]
    query = public_query(name)
    solutions = snapshots(name).query(
        query.text,
        reading=answer.get("reading", DEFAULT_READING),
        substitutions=bind(query, answer.get("given", {})),
    )
    assert isinstance(solutions, QuerySolutions)
    expected = [tuple(written(value) for value in row) for row in answer["rows"]]
    assert rows_of(answer, solutions) == expected


def test_every_public_query_has_a_world() -> None:
    assert {path.stem for path in WORLDS.glob("*.yaml")} == {q.name for q in public_queries()}
