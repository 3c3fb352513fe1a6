"""Each rule sees enough of situations, and not more than it needs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from rdflib import RDF, URIRef, Variable
from rdflib.paths import Path
from rdflib.plugins.sparql import prepareQuery
from rdflib.term import Node

from licet_ontology.nodes import text_of
from licet_ontology.terms import NS, term
from licet_queries.library import SavedQuery, folder_queries
from licet_reasoning import portrait
from licet_reasoning.closure import Lineage, pack_facts
from licet_reasoning.quotient import compile_reading, conclude, shipped_catalogue
from licet_reasoning.rules import stage_rules
from licet_reasoning.sight import IF_IN_DOUBT_BINDS, sight, sight_of_all

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyoxigraph import Triple

    from licet_reasoning.sight import Sight

RULES = (*stage_rules("work"), *stage_rules("lineage"), *folder_queries("findings"))


def properties_of(algebra: object) -> set[object]:
    """Return all that stands for a predicate in a parsed query."""
    found: set[object] = set()
    todo: list[Any] = [algebra]
    seen: set[int] = set()
    while todo:
        part = todo.pop()
        if id(part) in seen or isinstance(part, str):
            continue
        seen.add(id(part))
        if isinstance(part, dict):
            todo += part.values()
        elif isinstance(part, tuple) and len(part) == 3 and isinstance(part[0], Node):
            found |= steps_of(part[1])
        elif isinstance(part, list | tuple | set):
            todo += part
    return found


def steps_of(path: Any) -> set[object]:
    """Return the properties that a path is made of."""
    if not isinstance(path, Path):
        return {path}
    parts = getattr(path, "args", None) or [getattr(path, "arg", None) or vars(path)["path"]]
    return {step for part in parts for step in steps_of(part)}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_sees_every_property_in_its_patterns(rule: SavedQuery) -> None:
    found = properties_of(prepareQuery(rule.text).algebra["p"])
    assert found
    assert not any(isinstance(p, Variable) for p in found)
    assert {str(p) for p in found if isinstance(p, URIRef)} <= sight(rule.text).properties


def test_behind_a_property_that_is_always_followed_by_another_only_that_is_seen() -> None:
    seen = sight("?work licet:drawsOn/licet:gap ?gap . ?work licet:license ?own .")
    assert seen.reveals(term("drawsOn"), frozenset({term("gap")}))
    assert not seen.reveals(term("drawsOn"), frozenset({term("license")}))


def test_behind_a_property_that_once_leads_to_a_variable_all_mentioned_is_seen() -> None:
    seen = sight(
        "?work licet:drawsOn/licet:gap ?gap ; licet:drawsOn ?any . ?any licet:license ?x ."
    )
    assert seen.reveals(term("drawsOn"), frozenset({term("license")}))
    assert not seen.reveals(term("drawsOn"), frozenset({term("circumstance")}))


def test_a_step_that_may_be_taken_no_times_or_many_hides_nothing() -> None:
    for repeated in "*+?":
        seen = sight(f"?work licet:drawsOn/licet:gap{repeated} ?x . ?x licet:license ?y .")
        assert seen.reveals(term("drawsOn"), frozenset({term("license")}))


def test_what_is_in_doubt_is_seen_where_what_it_may_become_is() -> None:
    for doubt, resolved in IF_IN_DOUBT_BINDS:
        for property_ in resolved:
            name = property_.removeprefix(NS)
            assert doubt in sight(f"?work licet:{name} ?clause").properties
            behind = sight(f"?work licet:drawsOn/licet:{name} ?x")
            assert behind.reveals(term("drawsOn"), frozenset({doubt}))


def test_types_are_always_seen() -> None:
    assert str(RDF.type) in sight("?work a ?type").properties


def test_of_the_clauses_that_bind_only_those_of_a_kind_that_is_asked_for_are_seen() -> None:
    asked = "?work licet:inherits ?because . ?because a licet:ShareAlike ."
    assert shows(asked, "inherits", "ShareAlike")
    assert not shows(asked, "inherits", "NonCommercial")
    assert shows(asked, "mightInheritAsWhole", "ShareAlike")
    assert not shows(asked, "mightInheritAsWhole", "NonCommercial")
    by_values = "VALUES ?kind { licet:Territory } ?work licet:boundBy ?it . ?it a ?kind ."
    assert shows(by_values, "boundBy", "Territory")
    assert not shows(by_values, "boundBy", "ShareAlike")
    of_license = "?own licet:onCopy ?it . ?it a licet:Territory ."
    assert shows(of_license, "onCopy", "Territory")
    assert not shows(of_license, "onCopy", "ShareAlike")


@pytest.mark.parametrize(
    ("property_", "untyped"),
    [
        ("inheritsAsWhole", "?work licet:inheritsAsWhole ?theirs ."),
        ("inherits", "?work licet:inherits ?because , ?other ."),
        ("inherits", "?work licet:inherits ?any . ?any a ?kind . FILTER(?kind != licet:Territory)"),
        ("inherits", "?own licet:onCopy ?any . ?work licet:inherits ?any ."),
        ("onCopy", "?own licet:onCopy ?any . ?work licet:inherits ?any ."),
        ("inherits", "?work licet:inherits/licet:section ?x ."),
        ("mightInheritAsWhole", "?work licet:mightInheritAsWhole|licet:inheritsForPart ?because ."),
        ("mightInheritForPart", "?work licet:inherits ?any ."),
    ],
)
def test_a_rule_that_may_ask_for_clauses_of_any_kind_sees_all(property_: str, untyped: str) -> None:
    typed = "?work licet:inherits ?because . ?because a licet:ShareAlike . "
    assert not shows(typed, property_, "NonCommercial")
    assert shows(typed + untyped, property_, "NonCommercial")
    together = sight_of_all([typed, untyped])
    assert together.shows(term(property_), frozenset({term("NonCommercial")}))


def shows(rule: str, property_: str, kind: str) -> bool:
    return sight(rule).shows(term(property_), frozenset({term(kind)}))


@pytest.mark.parametrize(
    ("path", "sees_own"),
    [
        ("?work licet:derivativeOf/licet:license ?it", False),
        ("?work licet:derivativeOf/licet:license/a ?it", False),
        ("?work licet:derivativeOf*/licet:license ?it", True),
        ("?work (licet:derivativeOf|licet:copyOf?)/licet:license ?it", True),
        ("?work ^licet:copyOf/licet:license ?it . ?any licet:license ?it", True),
        ("?work licet:derivativeOf/(licet:license|licet:gap) ?it", True),
    ],
)
def test_what_is_asked_of_works_upstream_alone_is_not_seen_of_the_work(
    path: str, sees_own: bool
) -> None:
    seen = sight(path)
    assert seen.shows_of_work(term("license"), frozenset()) == sees_own
    assert seen.reveals(term("derivativeOf"), frozenset({term("license")})) == (
        "derivativeOf" in path
    )
    assert sight_of_all([path, "?work licet:license ?own"]).shows_of_work(
        term("license"), frozenset()
    )


@pytest.mark.parametrize("name", ["cautious", "acceptance-required"])
def test_what_a_rule_does_not_see_would_not_change_what_it_says(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    program, closed = compile_reading(name), shipped_catalogue()
    lineage = _lineage_of_all_licenses(closed, program.automaton.relations)
    narrow = conclude(lineage, program, closed)

    def all_seeing(text: str) -> Sight:
        seen = sight(text)
        return replace(seen, kinds={}, first=seen.properties)

    monkeypatch.setattr(portrait, "sight", all_seeing)
    assert set(conclude(lineage, program, closed).judgements) == set(narrow.judgements)
    assert len({j.code for j in narrow.judgements}) > 15


def _lineage_of_all_licenses(catalogue: Sequence[Triple], relations: tuple[str, ...]) -> Lineage:
    """Return works under each license, each of which derives from some before it."""
    rng = np.random.default_rng(20261122)
    licenses = {text_of(t.subject) for t in catalogue if text_of(t.object) == term("License")}
    facts = (
        (str(RDF.type), term("Model")),
        (term("gap"), term("NoLicense")),
        *((term("license"), license_) for license_ in sorted(licenses)),
    )
    of_work = [0, *rng.permutation(np.arange(1, len(facts)))]
    count = len(of_work)
    edges = [
        (child, int(rng.integers(len(relations))), int(rng.integers(child)))
        for child in range(1, count)
        for _ in range(int(rng.integers(3)))
    ]
    child, relation, parent = np.array(edges, dtype=np.int32).T
    works = np.arange(count)
    stated = pack_facts(
        np.concatenate([works, works]),
        np.concatenate([np.zeros(count, dtype=np.int64), np.array(of_work)]),
        count,
        len(facts),
    )
    return Lineage(facts, stated, child, parent, relation)


def test_rules_together_see_what_each_of_them_sees() -> None:
    together = sight_of_all(rule.text for rule in RULES)
    for rule in RULES:
        alone = sight(rule.text)
        assert alone.properties <= together.properties
        for property_ in alone.properties:
            for behind in alone.properties:
                if alone.reveals(property_, frozenset({behind})):
                    assert together.reveals(property_, frozenset({behind}))


def test_rules_together_see_behind_a_property_nothing_that_none_of_them_looks_at() -> None:
    together = sight_of_all(
        ["?work licet:drawsOn ?any . ?any licet:gap ?gap", "?work licet:license ?own"]
    )
    assert together.reveals(term("drawsOn"), frozenset({term("gap")}))
    assert not together.reveals(term("drawsOn"), frozenset({term("license")}))
