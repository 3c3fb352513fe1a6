"""A record without a date may be the newest: what it says is never set aside."""

from __future__ import annotations

from tests.ingest.given_records import Records

from licet_ingest.collect import collect
from licet_ingest.license_names import AMBIGUOUS, NO_LICENSE
from licet_ingest.records import LICENSE_MISMATCH, Derivation, WorkRecord
from licet_ingest.sources import SourceItem

A, B, C = ("model", "o/a"), ("model", "o/b"), ("model", "o/c")
DAY = "2024-01-01T00:00:00Z"
MIT, NC = "https://w3id.org/licet/license/mit", "https://w3id.org/licet/license/cc-by-nc-4.0"


def record(
    modified: str | None,
    licenses: tuple[str, ...] = (),
    base: tuple[str, str] | None = None,
    gaps: tuple[str, ...] = (),
) -> SourceItem:
    derivations = [Derivation(A, "finetunedFrom", base, "card")] if base else []
    work = WorkRecord(*A, modified=modified, licenses=licenses, gaps=gaps, derivations=derivations)
    return SourceItem(work=work)


def both(one: SourceItem, other: SourceItem) -> tuple[WorkRecord, set[tuple[str, str]]]:
    collection = collect([Records((one,)), Records((other,))])
    assert [(a.read, a.ingested, a.merged) for a in collection.accounting] == [
        (1, 1, 0),
        (1, 0, 1),
    ]
    return collection.works[A], {d.parent for d in collection.derivations}


def test_the_base_and_the_gap_of_a_folder_stay_beside_a_dump() -> None:
    dump, folder = record(DAY, (MIT,)), record(None, base=B, gaps=("urn:unidentified",))
    for one, other in ((dump, folder), (folder, dump)):
        work, parents = both(one, other)
        assert (work.licenses, work.gaps, work.modified) == ((MIT,), ("urn:unidentified",), DAY)
        assert parents == {B}


def test_licenses_that_differ_bind_both_and_are_ambiguous() -> None:
    for one, other in (
        (record(DAY, (MIT,)), record(None, (NC,))),
        (record(None, (NC,)), record(None, (MIT,))),
    ):
        work, _ = both(one, other)
        assert set(work.licenses) == {MIT, NC}
        assert work.gaps == (AMBIGUOUS,)
        assert work.circumstances == (LICENSE_MISMATCH,)


def test_a_record_that_names_no_license_contradicts_none() -> None:
    work, _ = both(record(DAY, gaps=(NO_LICENSE,)), record(None, (MIT,)))
    assert (work.licenses, work.gaps, work.circumstances) == ((MIT,), (), ())


def test_of_dated_records_the_later_alone_holds() -> None:
    later = "2024-01-02T00:00:00Z"
    work, parents = both(record(later, (MIT,), C), record(DAY, (NC,), B))
    assert (work.licenses, work.gaps, parents) == ((MIT,), (), {C})
