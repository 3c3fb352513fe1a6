"""From the records of all sources to one set of works, each record accounted for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.ingest.given_records import Records

from licet_ingest.collect import Accounting, Collection, collect
from licet_ingest.records import MISSING_WORK, UNSTATED_RELATION, Derivation, Fault, WorkRecord
from licet_ingest.sources import SourceItem

A, B, C = ("model", "o/a"), ("model", "o/b"), ("model", "o/c")


def work(
    key: tuple[str, str],
    modified: str | None = None,
    *derivations: Derivation,
    license_name: str | None = None,
    gaps: tuple[str, ...] = (),
) -> SourceItem:
    kind, work_id = key
    return SourceItem(
        work=WorkRecord(
            kind,
            work_id,
            modified=modified,
            license_name=license_name,
            gaps=gaps,
            derivations=list(derivations),
        )
    )


def hub(child: tuple[str, str], relation: str, parent: tuple[str, str]) -> Derivation:
    return Derivation(child, relation, parent, "hub")


def curated(child: tuple[str, str], relation: str, parent: tuple[str, str]) -> SourceItem:
    return SourceItem(derivation=Derivation(child, relation, parent, "https://example.org/"))


def reject() -> SourceItem:
    return SourceItem(faults=(Fault("line 1", "", "{", "is not JSON", True),))


def collected(*items: SourceItem) -> Collection:
    return collect([Records(items)])


def relations(collection: Collection) -> set[tuple[str, str, str]]:
    return {(d.child[1], d.relation, d.parent[1]) for d in collection.derivations}


################################################################ the accounts


def test_a_repeated_work_is_merged_and_counted_as_that() -> None:
    collection = collected(work(A), work(B), work(A))
    assert collection.accounting == [Accounting(read=3, ingested=2, merged=1)]


def test_a_rejected_record_is_counted_as_that_and_its_fault_is_kept() -> None:
    collection = collected(work(A), reject())
    assert collection.accounting == [Accounting(read=2, ingested=1, rejected=1)]
    assert [(source, f.reason) for source, f in collection.faults] == [("records", "is not JSON")]


def test_a_value_left_out_of_a_record_that_is_kept_is_counted_apart() -> None:
    item = SourceItem(
        work=WorkRecord(*A), faults=(Fault("o/a", "likes", "-1", "is not a count", False),)
    )
    assert collected(item).accounting == [Accounting(read=1, ingested=1, values_dropped=1)]


def test_a_repeated_derivation_is_merged() -> None:
    collection = collected(curated(A, "copyOf", B), curated(A, "copyOf", B))
    assert collection.accounting == [Accounting(read=2, ingested=1, merged=1)]


def test_each_source_has_its_own_account() -> None:
    first, second = Records((work(A),), "first"), Records((work(A), work(B)), "second")
    assert collect([first, second]).accounting == [
        Accounting(read=1, ingested=1),
        Accounting(read=2, ingested=1, merged=1),
    ]


def test_progress_is_told_at_the_end_of_each_source() -> None:
    told: list[tuple[str, int]] = []
    collect(
        [Records((work(A), work(B)), "first"), Records((), "second")],
        lambda name, count: told.append((name, count)),
    )
    assert told == [("first", 2), ("second", 0)]


KEYS = st.tuples(st.sampled_from(["model", "dataset"]), st.sampled_from(["o/a", "o/b", "o/c"]))
DATES = st.sampled_from([None, "2024-01-01T00:00:00Z", "2024-01-02T00:00:00Z"])
RELATIONS = st.sampled_from(["finetunedFrom", "mergedFrom", "copyOf"])
VALUE_FAULTS = st.lists(
    st.just(Fault("o/a", "likes", "-1", "is not a count", False)), max_size=2
).map(tuple)


@st.composite
def work_items(draw: st.DrawFn) -> SourceItem:
    kind, work_id = key = draw(KEYS)
    parents = draw(st.lists(st.tuples(RELATIONS, KEYS), max_size=2))
    record = WorkRecord(
        kind,
        work_id,
        modified=draw(DATES),
        derivations=[hub(key, relation, parent) for relation, parent in parents],
    )
    return SourceItem(work=record, faults=draw(VALUE_FAULTS))


ITEMS = st.lists(
    work_items() | st.builds(reject) | st.builds(curated, KEYS, RELATIONS, KEYS), max_size=12
)


@given(ITEMS, ITEMS)
def test_what_is_read_is_ingested_or_merged_or_rejected(
    first: list[SourceItem], second: list[SourceItem]
) -> None:
    sources = [Records(tuple(first), "first"), Records(tuple(second), "second")]
    collection = collect(sources)
    for source, account in zip(sources, collection.accounting, strict=True):
        assert account.read == len(source.given)
        assert account.read == account.ingested + account.merged + account.rejected
        faults = [f for item in source.given for f in item.faults]
        assert account.rejected == sum(f.record_rejected for f in faults)
        assert account.values_dropped == sum(not f.record_rejected for f in faults)
        assert [f for name, f in collection.faults if name == source.name] == faults
    given = [*first, *second]
    distinct = {i.work.key for i in given if i.work} | {i.derivation for i in given if i.derivation}
    assert sum(a.ingested for a in collection.accounting) == len(distinct)


@given(ITEMS)
def test_every_work_that_a_derivation_names_is_among_the_works(items: list[SourceItem]) -> None:
    collection = collected(*items)
    for derivation in collection.derivations:
        assert {derivation.child, derivation.parent} <= set(collection.works)
    given_works = {item.work.key for item in items if item.work}
    for key, record in collection.works.items():
        assert record.key == key
        assert (MISSING_WORK in record.gaps) == (key not in given_works)


################################################################ which record wins


@pytest.mark.parametrize(
    ("first", "second", "kept"),
    [
        ("2024-01-01T00:00:00Z", "2024-01-02T00:00:00Z", "second"),
        ("2024-01-02T00:00:00Z", "2024-01-01T00:00:00Z", "first"),
        ("2024-01-01T00:00:00Z", "2024-01-01T00:00:00Z", "second"),
        (None, "2024-01-01T00:00:00Z", "second"),
        ("2024-01-01T00:00:00Z", None, "first"),
        (None, None, "second"),
        ("2024-01-01T00:00:00.750Z", "2024-01-01T00:00:00.500Z", "first"),
        ("2024-01-01T00:00:00.500Z", "2024-01-01T00:00:00Z", "first"),
        ("2024-01-01T00:00:00.5Z", "2024-01-01T00:00:00.499Z", "first"),
    ],
)
def test_the_record_changed_later_wins_and_of_equal_ones_the_one_read_later(
    first: str | None, second: str | None, kept: str
) -> None:
    collection = collected(
        work(A, first, license_name="first"), work(A, second, license_name="second")
    )
    assert collection.works[A].license_name == kept


def test_the_derivations_of_a_record_that_was_replaced_are_gone_with_it() -> None:
    collection = collected(
        work(A, "2024-01-01T00:00:00Z", hub(A, "finetunedFrom", B)),
        work(A, "2024-01-02T00:00:00Z", hub(A, "finetunedFrom", C)),
    )
    assert relations(collection) == {("o/a", "finetunedFrom", "o/c")}


################################################################ derivations stated by hand


@pytest.mark.parametrize("by_hand_first", [False, True])
def test_what_is_stated_by_hand_of_a_pair_replaces_what_the_hub_says(by_hand_first: bool) -> None:
    items = [
        work(A, None, hub(A, "finetunedFrom", B), hub(A, "mergedFrom", C)),
        curated(A, "abliteratedFrom", B),
    ]
    collection = collected(*(reversed(items) if by_hand_first else items))
    assert relations(collection) == {
        ("o/a", "abliteratedFrom", "o/b"),
        ("o/a", "mergedFrom", "o/c"),
    }


def test_the_other_direction_of_a_pair_is_another_pair() -> None:
    collection = collected(
        work(A, None, hub(A, "finetunedFrom", B)), curated(B, "distilledFrom", A)
    )
    assert relations(collection) == {
        ("o/a", "finetunedFrom", "o/b"),
        ("o/b", "distilledFrom", "o/a"),
    }


def test_two_relations_stated_by_hand_of_one_pair_both_stand() -> None:
    collection = collected(curated(A, "prunedFrom", B), curated(A, "distilledFrom", B))
    assert relations(collection) == {
        ("o/a", "prunedFrom", "o/b"),
        ("o/a", "distilledFrom", "o/b"),
    }


def test_a_relation_stated_by_hand_closes_the_gap_that_the_hub_left() -> None:
    collection = collected(
        work(A, None, hub(A, "basedOn", B), gaps=(UNSTATED_RELATION,)),
        curated(A, "finetunedFrom", B),
    )
    assert relations(collection) == {("o/a", "finetunedFrom", "o/b")}
    assert collection.works[A].gaps == ()


################################################################ works that are only named


def test_a_work_that_is_only_named_is_a_stub_with_a_gap() -> None:
    collection = collected(work(A, None, hub(A, "trainedOn", ("dataset", "o/data"))))
    assert collection.works["dataset", "o/data"] == WorkRecord(
        "dataset", "o/data", gaps=(MISSING_WORK,)
    )


def test_a_work_that_is_named_before_it_is_read_is_no_stub() -> None:
    collection = collected(work(A, None, hub(A, "finetunedFrom", B)), work(B))
    assert collection.works[B].gaps == ()


def test_both_works_of_a_derivation_stated_by_hand_may_be_stubs() -> None:
    collection = collected(curated(A, "copyOf", B))
    assert {key: record.gaps for key, record in collection.works.items()} == {
        A: (MISSING_WORK,),
        B: (MISSING_WORK,),
    }
