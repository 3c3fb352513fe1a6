"""Works that nobody has published are judged as the Hub's are, on top of a snapshot."""

from __future__ import annotations

import gc
import re
import resource
import weakref
from typing import TYPE_CHECKING, Any

import pytest
from pyoxigraph import NamedNode, Store
from tests.reasoning.planned import report_on

from licet_ingest.records import MISSING_WORK, Derivation, WorkRecord
from licet_ontology import modules
from licet_ontology.terms import license_iri, reading_graphs, term, work_iri
from licet_queries.library import folder_queries
from licet_reasoning import conclusions, rules
from licet_reasoning.compiled import ABOUT_INPUTS
from licet_reasoning.hypothesis import Ground, Judged, judge
from licet_reasoning.kept import keep
from licet_reasoning.recent import Recent
from licet_reasoning.sight import IF_IN_DOUBT_BINDS, sight

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from tests.reasoning.conftest import Built

    from licet_ingest.snapshot import Snapshot
    from licet_queries.library import SavedQuery
    from licet_reasoning.compiled import Compiled
    from licet_reasoning.rules import Judgement


def work(work_id: str, license_: str = "", *made: tuple[str, str]) -> WorkRecord:
    """A model under a license, made by relations from models."""
    return WorkRecord(
        "model",
        work_id,
        licenses=(license_iri(license_),) if license_ else (),
        gaps=() if license_ else (term("NoLicense"),),
        derivations=[
            Derivation(("model", work_id), relation, ("model", parent), "given")
            for relation, parent in made
        ],
    )


def codes(judged: Judged, work_id: str, verdict: str = "violated") -> set[str]:
    return {j.code for j in judgements(judged, work_id) if j.verdict == verdict}


def judgements(judged: Judged, work_id: str) -> tuple[Judgement, ...]:
    return judged.judgements(work_iri("model", work_id))


@pytest.mark.parametrize("reading", modules.readings())
def test_a_work_of_the_snapshot_comes_out_as_it_stands_there(
    sample: Snapshot, prepared: Compiled, reading: str
) -> None:
    store = Store.read_only(str(sample.store))
    inferred, findings, _ = (NamedNode(iri) for iri in reading_graphs(reading))

    def objects(subject: str, predicate: str, graph: NamedNode) -> list[str]:
        quads = store.quads_for_pattern(NamedNode(subject), NamedNode(term(predicate)), None, graph)
        return [q.object.value for q in quads]  # type: ignore[union-attr]

    situations = store.quads_for_pattern(None, NamedNode(term("situation")), None, inferred)
    situation_of = {q.subject.value: q.object.value for q in situations}  # type: ignore[union-attr]
    judged = judge(Ground(prepared, store), [], reading, also=situation_of)
    for iri, situation in situation_of.items():
        assert judged.situation(iri).iri == situation
        certain = {bond.clause for bond in judged.bonds(iri) if not bond.in_doubt}
        assert certain == set(objects(situation, "boundBy", inferred))
        inherited = {bond.clause for bond in judged.bonds(iri) if bond.inherited}
        assert inherited == set(objects(situation, "inherits", inferred))
        told = {
            (link, *(objects(node, name, findings)[0] for name in ("code", "because")))
            for link in ("hasFinding", "hasOpenQuestion")
            for node in objects(situation, link, findings)
        }
        links = {"violated": "hasFinding", "unknown": "hasOpenQuestion"}
        assert told == {
            (links[j.verdict], j.code, j.because)
            for j in judged.judgements(iri)
            if j.verdict != "met"
        }


def test_terms_reach_a_hypothetical_work_from_the_snapshot(
    built: Built, prepared: Compiled
) -> None:
    snapshot = built(
        {"model/a/base": "cc-by-nc-4.0", "model/a/tuned": "cc-by-nc-4.0"},
        [("model/a/tuned", "finetunedFrom", "model/a/base")],
    )
    ground = Ground(prepared, Store.read_only(str(snapshot.store)))
    mine = work("me/mine", "apache-2.0", ("quantizedFrom", "a/tuned"))
    judged = judge(ground, [mine], "cautious")
    assert "non-commercial" in codes(judged, "me/mine")
    explanation = judged.explanation(work_iri("model", "me/mine"))
    (finding,) = (f for f in explanation.findings if f.code == "non-commercial")
    assert [i.work for i in finding.because.imposed_by] == ["model/a/tuned", "model/a/base"]
    assert [step.relation for step in finding.because.imposed_by[1].path] == [
        "quantizedFrom",
        "finetunedFrom",
    ]


def test_a_parent_that_is_neither_given_nor_in_the_snapshot_is_missing(
    prepared: Compiled,
) -> None:
    judged = judge(Ground(prepared), [work("me/mine", "mit", ("mergedFrom", "a/gone"))], "cautious")
    assert "missing-parent" in codes(judged, "me/mine")
    assert MISSING_WORK in {j.because for j in judgements(judged, "me/mine")}


def test_a_license_that_the_catalogue_does_not_hold_is_not_identified(prepared: Compiled) -> None:
    base = work("a/base", "mit")
    base.licenses = (license_iri("of-nobody"),)
    judged = judge(
        Ground(prepared), [base, work("me/mine", "mit", ("finetunedFrom", "a/base"))], "text"
    )
    assert "unidentified-license" in codes(judged, "me/mine")


def test_a_work_that_is_given_stands_in_place_of_the_one_in_the_snapshot(
    built: Built, prepared: Compiled
) -> None:
    snapshot = built({"model/a/base": "cc-by-nc-4.0"})
    ground = Ground(prepared, Store.read_only(str(snapshot.store)))
    judged = judge(
        ground,
        [work("a/base", "mit"), work("me/mine", "mit", ("finetunedFrom", "a/base"))],
        "cautious",
    )
    assert "non-commercial" not in codes(judged, "me/mine")


def test_a_name_is_evidence_on_a_hypothetical_work_too(prepared: Compiled) -> None:
    base = work("meta-llama/Llama-3.1-8B", "llama3.1")
    made = [
        work(name, "llama3.1", ("finetunedFrom", base.id)) for name in ("me/Llama-mine", "me/mine")
    ]
    judged = judge(Ground(prepared), [base, *made], "cautious")
    assert "naming" in codes(judged, "me/Llama-mine", "met")
    assert "naming" in codes(judged, "me/mine")


def test_a_lineage_that_goes_in_a_circle_ends(prepared: Compiled) -> None:
    works = [
        work("me/one", "gpl-3.0", ("finetunedFrom", "me/two")),
        work("me/two", "mit", ("finetunedFrom", "me/one")),
    ]
    judged = judge(Ground(prepared), works, "cautious")
    assert "share-alike" in codes(judged, "me/two")
    assert "share-alike" in codes(judged, "me/one", "met")


def test_what_was_concluded_before_is_the_same_alone_and_among_others(prepared: Compiled) -> None:
    base = work("a/base", "gpl-3.0")
    mine = work("me/mine", "mit", ("finetunedFrom", "a/base"))
    other = work("me/other", "cc-by-nc-4.0", ("finetunedFrom", "a/base"))

    def told(works: list[WorkRecord], reading: str) -> tuple[object, ...]:
        prepared.forget(1)
        judged = judge(Ground(prepared), works, reading)
        iri = work_iri("model", "me/mine")
        first = judged.judgements(iri), judged.bonds(iri)
        again = judge(Ground(prepared), works, reading)
        assert (again.judgements(iri), again.bonds(iri)) == first
        return first

    for reading in modules.readings():
        assert told([base, mine], reading) == told([mine, base, other], reading)
    assert told([base, mine], "cautious")[0]


def test_what_was_asked_for_longest_ago_is_forgotten() -> None:
    recent = Recent(2)
    recent.keep({"one": 1, "two": 2})
    assert recent.get("one") == 1
    recent.keep({"three": 3})
    assert [recent.get(name) for name in ("one", "two", "three")] == [1, None, 3]


def test_a_rule_is_asked_again_only_of_what_looks_new_to_it(
    prepared: Compiled, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: set[str] = set()

    def watched(store: Store, rule_list: Sequence[SavedQuery]) -> Iterator[Judgement]:
        asked.update(rule.name for rule in rule_list)
        return rules.judge(store, rule_list)

    def told(license_: str) -> tuple[Judgement, ...]:
        asked.clear()
        base, mine = work("a/base", license_), work("me/mine", "mit", ("finetunedFrom", "a/base"))
        return judgements(judge(Ground(prepared), [base, mine], "cautious"), "me/mine")

    monkeypatch.setattr(conclusions, "judge", watched)
    prepared.forget()
    told("llama3.1")
    assert {rule.name for rule in folder_queries("findings")} >= asked >= {"naming", "share-alike"}
    of_gpl = told("gpl-3.0")
    assert "share-alike" in asked
    assert asked.isdisjoint({"missing-parent", "no-license"})  # No gap here nor there.
    assert told("gpl-3.0") == of_gpl
    assert not asked
    prepared.forget()
    assert told("gpl-3.0") == of_gpl


def test_of_a_plan_that_was_judged_nothing_stays(
    prepared: Compiled, monkeypatch: pytest.MonkeyPatch
) -> None:
    plans: list[weakref.ref[Judged]] = []
    begin = Judged.__init__

    def watched(judged: Judged, *given: Any) -> None:
        plans.append(weakref.ref(judged))
        begin(judged, *given)

    monkeypatch.setattr(Judged, "__init__", watched)
    plan = "{works: {a: {license: gpl-3.0}}, actions: [{do: merge, of: [a, a], makes: b}], "
    report_on(prepared, plan + "publish: [{work: b, how: share}]}")
    gc.collect()
    assert plans
    assert [plan() for plan in plans if plan()] == []


def test_rules_that_are_asked_once_cannot_see_what_resolving_doubts_adds() -> None:
    """Every predicate is written by its name, so that a rule that names none sees none."""
    resolved = {property_ for _, added in IF_IN_DOUBT_BINDS for property_ in added}
    once = [r for r in folder_queries("findings") if not sight(r.text).properties & resolved]
    assert {"no-license", "missing-parent"} <= {rule.name for rule in once}
    assert len(once) < len(folder_queries("findings"))
    for rule in once:
        body = rule.text.partition("WHERE")[2]
        assert "<" not in body, rule.name
        assert not re.search(r"\?\w+\s+\?\w+\s+\?\w+\s*[.;}]", body), rule.name


def test_of_works_that_are_only_used_the_rules_on_inputs_say_what_all_rules_do(
    built: Built, prepared: Compiled
) -> None:
    ground = Ground(prepared, Store.read_only(str(built({"model/a/base": "cc-by-nc-4.0"}).store)))
    mine = work("me/mine", "mit", ("finetunedFrom", "a/base"))
    prepared.forget(1)
    judged = judge(ground, [mine], "cautious")
    base = work_iri("model", "a/base")
    told = judged.judgements_as_input(base)
    assert "license-type-mismatch" in {one.code for one in told}
    assert told == tuple(j for j in judged.judgements(base) if j.code in ABOUT_INPUTS)


def test_what_is_computed_once_is_kept_whole_or_not_at_all(tmp_path: Path) -> None:
    keep(tmp_path / "cache" / "a.parts", b"a")
    assert [f.read_bytes() for f in (tmp_path / "cache").iterdir()] == [b"a"]
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (8, before[1]))  # as in a worker
    try:
        keep(tmp_path / "cache" / "b.parts", b"too long for it")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    keep(tmp_path / "cache" / "a.parts" / "c.parts", b"in what is no folder")
    assert [f.name for f in (tmp_path / "cache").iterdir()] == ["a.parts"]
