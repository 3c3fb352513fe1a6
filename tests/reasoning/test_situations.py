"""Situations: works that state the same and are reached by the same are one."""

from __future__ import annotations

from functools import cache

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from licet_ingest.collect import collect_records
from licet_ingest.records import Derivation, WorkRecord
from licet_ontology.terms import license_iri, term
from licet_reasoning.closure import reaching
from licet_reasoning.lineage import lineage_of
from licet_reasoning.quotient import Program, compile_reading
from licet_reasoning.situation import Situation
from licet_reasoning.situations import group

MIT, GPL = license_iri("mit"), license_iri("gpl-3.0")
Step = tuple[str, str, str]


@cache
def program() -> Program:
    return compile_reading("cautious")


def situations(
    licenses: dict[str, str | None], steps: list[Step], reading: str = "cautious"
) -> dict[str, Situation]:
    """Return the situation of each model of a world by its name."""
    collection = collect_records(
        [
            WorkRecord("model", name, licenses=(iri,) if iri else ())
            for name, iri in licenses.items()
        ],
        [Derivation(("model", c), r, ("model", p), "hub") for c, r, p in steps],
    )
    works, derivations = collection.works_table, collection.derivations_table
    automaton = program().automaton
    lineage = lineage_of(works, derivations, automaton)
    found = group(lineage, automaton, reaching(lineage, automaton), reading)
    return {
        name: found.all[position]
        for name, position in zip(works["id"].to_pylist(), found.of_work.tolist(), strict=True)
    }


def iris(licenses: dict[str, str | None], steps: list[Step]) -> dict[str, str]:
    return {name: situation.iri for name, situation in situations(licenses, steps).items()}


def test_two_works_that_state_the_same_and_were_made_from_nothing_are_one_situation() -> None:
    found = iris({"o/a": MIT, "o/b": MIT, "o/c": GPL}, [])
    assert found["o/a"] == found["o/b"] != found["o/c"]


def test_two_works_reached_by_the_same_through_other_works_are_one_situation() -> None:
    found = iris(
        {"o/a": GPL, "o/b": GPL, "o/x": MIT, "o/y": MIT},
        [("o/x", "finetunedFrom", "o/a"), ("o/y", "finetunedFrom", "o/b")],
    )
    assert found["o/x"] == found["o/y"]


def test_two_relations_that_propagate_alike_make_one_situation() -> None:
    found = iris(
        {"o/a": GPL, "o/x": MIT, "o/y": MIT},
        [("o/x", "finetunedFrom", "o/a"), ("o/y", "mergedFrom", "o/a")],
    )
    assert found["o/x"] == found["o/y"]


def test_two_relations_that_propagate_differently_make_two_situations() -> None:
    found = iris(
        {"o/a": GPL, "o/x": MIT, "o/y": MIT},
        [("o/x", "finetunedFrom", "o/a"), ("o/y", "copyOf", "o/a")],
    )
    assert found["o/x"] != found["o/y"]


def test_a_situation_says_what_its_works_state_and_what_reaches_them() -> None:
    found = situations({"o/a": GPL, "o/x": MIT}, [("o/x", "copyOf", "o/a")])["o/x"]
    model = ("http://www.w3.org/1999/02/22-rdf-syntax-ns#type", term("Model"))
    assert found.own == (model, (term("license"), MIT))
    assert dict(found.reached) == {
        term("copyOf"): (model, (term("license"), GPL)),
        term("drawsOn"): (model, (term("license"), GPL)),
    }


def test_the_reading_is_part_of_the_name_of_a_situation() -> None:
    cautious = situations({"o/a": MIT}, [])["o/a"]
    text = situations({"o/a": MIT}, [], reading="text")["o/a"]
    assert (cautious.own, cautious.reached) == (text.own, text.reached)
    assert cautious.iri != text.iri


def test_situations_are_named_below_the_base() -> None:
    assert iris({"o/a": MIT}, [])["o/a"].startswith("https://w3id.org/licet/situation/")


NAMES = [f"o/{letter}" for letter in "abcde"]
WORLDS = st.tuples(
    st.fixed_dictionaries(dict.fromkeys(NAMES, st.sampled_from([MIT, GPL, None]))),
    st.lists(
        st.tuples(
            st.sampled_from(NAMES),
            st.sampled_from(["finetunedFrom", "quantizedFrom", "copyOf", "distilledFrom"]),
            st.sampled_from(NAMES),
        ),
        max_size=6,
    ),
)
unhurried = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@unhurried
@given(WORLDS, st.permutations(NAMES))
def test_the_name_of_a_situation_does_not_depend_on_how_works_are_numbered(
    world: tuple[dict[str, str | None], list[Step]], order: list[str]
) -> None:
    licenses, steps = world
    renamed = dict(zip(NAMES, order, strict=True))
    elsewhere = iris(
        {"0/first": GPL, "z/last": MIT, **{renamed[name]: iri for name, iri in licenses.items()}},
        [(renamed[child], relation, renamed[parent]) for child, relation, parent in steps],
    )
    assert {name: elsewhere[renamed[name]] for name in NAMES} == iris(licenses, steps)


@unhurried
@given(WORLDS)
def test_two_works_are_one_situation_if_and_only_if_their_keys_are_equal(
    world: tuple[dict[str, str | None], list[Step]],
) -> None:
    found = situations(*world)
    for one in found.values():
        for other in found.values():
            same = (one.own, one.reached) == (other.own, other.reached)
            assert (one.iri == other.iri) == same
