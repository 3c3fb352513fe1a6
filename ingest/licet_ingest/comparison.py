"""What changed from one snapshot to the next; pure, no input or output.

Works are compared in columns; only those that changed are looked at one by one. What is no
change of a work is left out:

- A record that is older than the one in the last snapshot tells of the past.
- A statement that is the same and is read otherwise tells of Licet, not of the work.
- Records of one date are of one state of a repository, and where one says less, its source
  does. Of their licenses only two that are known and differ count, and of their derivations
  what the hub itself resolves, which it does anew without a change of the card.
- Gating on which one of two sources is silent, or says only that there is some.
- A work that is in none of the sources: it is removed only if a source says so, as the live
  Hub does of what its list no longer holds. Builds may be made from other sources.
- A derivation that a third party states of a work: a build may leave out that party's list.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa

from licet_ingest.changes import Change, Dates, changes_table, to_seconds
from licet_ingest.graph import work_iris
from licet_ingest.lineage_changes import lineage_changes
from licet_ingest.records import LINEAGE_GAPS
from licet_ingest.snapshot_pair import SnapshotPair, dates_of, one_chunk, pc, second, truths
from licet_ontology.terms import license_iri

if TYPE_CHECKING:
    from collections.abc import Iterator

    from licet_ingest.snapshot_pair import Integers, State, Truths

_GATED_SOMEHOW: Final = "yes"
_OPEN: Final = "no"
_LICENSES: Final = license_iri("")
_SILENT: Final = "\n\n"


@dataclass(frozen=True)
class Comparison:
    """What changed from one snapshot to the next.

    Attributes:
        changes: A table of ``CHANGES_SCHEMA``.
        first_seen: Per work of the new one, when the first of the snapshots that hold it
            without a gap was made; null if that is the first one of all.
        license_since: Per work of the new one, since when its license is known to be stated.
        appeared: Works of the new one that were not in the last one.
        unseen: Works of the last one that are in the new one neither present nor removed.
        read_otherwise: Works whose license is stated as before and was read as another.
        older: Works whose record is older than the one in the last snapshot.
    """

    changes: pa.Table
    first_seen: pa.Array
    license_since: pa.Array
    appeared: int = 0
    unseen: int = 0
    read_otherwise: int = 0
    older: int = 0


def first_comparison(new: State) -> Comparison:
    """Return what a snapshot with none before it hands on to the next."""
    never = pa.nulls(len(new.works), pa.string())
    return Comparison(changes_table([]), never, _stated_since(new))


def compare(old: State, new: State, history: pa.Table, *, read_alike: bool = True) -> Comparison:
    """Return what changed from the last snapshot to a new one.

    Args:
        old: The last snapshot.
        new: The one that is being built.
        history: The changes that the last snapshot holds.
        read_alike: Whether both were read with the same catalogue by the same code.
    """
    pair = SnapshotPair(old, new)
    changed, read_otherwise, license_since = _licenses(pair, read_alike=read_alike)
    unseen = pair.old_present & ~pair.old_found & ~truths(old.works["removed"])
    changes = [
        *_license_changes(pair, changed),
        *_gating_changes(pair),
        *_presence_changes(pair, history),
        *lineage_changes(pair, read_alike=read_alike),
    ]
    appeared = pair.new_present & ~pair.in_both
    return Comparison(
        changes_table(changes),
        pc.if_else(pa.array(appeared), new.as_of.latest, pair.of_old("first_seen")),
        license_since,
        int(appeared.sum()),
        int(unseen.sum()),
        int(read_otherwise.sum()),
        int(pair.older.sum()),
    )


################################################################ licenses


def _licenses(pair: SnapshotPair, *, read_alike: bool) -> tuple[Truths, Truths, pa.Array]:
    """Return which licenses changed, which are read otherwise, and since when each is stated."""
    states: dict[str, int] = {}
    old, new = _license_states(pair.old.works, states), _license_states(pair.new.works, states)
    before = new.copy()
    before[pair.in_both] = old[pair.old_row[pair.in_both]]
    differ = before != new
    stated_as_before = np.zeros(len(new), dtype=np.bool_)
    rows = pa.array(np.flatnonzero(differ))
    was = _statements(pair.old.works.take(pair.aligned.take(rows)))
    now = _statements(pair.new.works.take(rows))
    stated_as_before[differ] = truths(pc.and_(pc.equal(was, now), pc.not_equal(now, _SILENT)))
    # With one catalogue, other licenses from the same words come from a text beside them.
    read_otherwise = stated_as_before & (pair.same_date | (not read_alike))
    known = np.array([_is_known(state) for state in states], dtype=np.bool_)
    differ &= ~pair.same_date | (known[before] & known[new])
    changed = differ & pair.compared & ~read_otherwise
    since = _stated_since(pair.new)
    former = pair.of_old("license_since")
    kept = pa.array(pair.in_both & (before == new) | read_otherwise)
    earlier = pc.min_element_wise(since, former)
    return changed, read_otherwise & pair.compared, pc.if_else(kept, earlier, since)


def _license_states(works: pa.Table, states: dict[str, int]) -> Integers:
    """Return a number per work for what is known of its license; equal for equal states.

    Args:
        works: A table of works.
        states: The number of each state so far, added to.
    """
    lists = [pc.binary_join(works[name], " ") for name in ("licenses", "families", "gaps")]
    texts = [pc.fill_null(text, "") for text in lists]
    encoded = one_chunk(pc.binary_join_element_wise(*texts, " ")).dictionary_encode()
    numbers = [
        states.setdefault(" ".join(sorted(set(text.split()) - LINEAGE_GAPS)), len(states))
        for text in encoded.dictionary.to_pylist()
    ]
    found: Integers = np.array(numbers, dtype=np.int64)[encoded.indices.to_numpy()]
    return found


def _is_known(state: str) -> bool:
    return state != "" and all(iri.startswith(_LICENSES) for iri in state.split())


def _statements(works: pa.Table) -> pa.Array:
    """Return what is written as license of each work, in one text."""
    stated = pc.fill_null(pc.binary_join(works["stated_licenses"], "\n"), "")
    return one_chunk(
        pc.binary_join_element_wise(stated, pc.fill_null(works["license_name"], ""), "\n\n")
    )


def _stated_since(state: State) -> pa.Array:
    """Return since when one snapshot alone shows the license of each work."""
    modified = pc.fill_null(to_seconds(state.works["modified"]), state.as_of.earliest)
    return one_chunk(pc.min_element_wise(modified, state.as_of.latest))


def _license_changes(pair: SnapshotPair, changed: Truths) -> Iterator[Change]:
    for new_row, old_row, iri in pair.rows(changed):
        yield Change(
            "LicenseChange",
            iri,
            pair.dates(new_row, old_row),
            before=_terms_of(pair.old.works, old_row),
            after=_terms_of(pair.new.works, new_row),
            held_since=pair.old.works["license_since"][old_row].as_py(),
        )


def _terms_of(works: pa.Table, row: int) -> tuple[str, ...]:
    """Return IRIs of licenses, families, and gaps that are of the license."""
    found: set[str] = set()
    for name in ("licenses", "families", "gaps"):
        found |= set(works[name][row].as_py() or ())
    return tuple(sorted(found - LINEAGE_GAPS))


################################################################ gating and presence


def _gating_changes(pair: SnapshotPair) -> Iterator[Change]:
    before, after = pair.of_old("gated"), one_chunk(pair.new.works["gated"])
    differ = pair.compared & truths(pc.not_equal(before, after))
    vague = truths(pc.or_(pc.equal(before, _GATED_SOMEHOW), pc.equal(after, _GATED_SOMEHOW)))
    opened = truths(pc.or_(pc.equal(before, _OPEN), pc.equal(after, _OPEN)))
    dates = dates_of(pair.old.as_of, pair.new.as_of)
    for new_row, old_row, iri in pair.rows(differ & (opened | ~vague)):
        yield Change(
            "GatingChange",
            iri,
            dates,  # the hub changes no date of a work with its gating
            before=(pair.old.works["gated"][old_row].as_py(),),
            after=(pair.new.works["gated"][new_row].as_py(),),
        )


def _presence_changes(pair: SnapshotPair, history: pa.Table) -> Iterator[Change]:
    """Yield removals and reappearances, also of works that the old snapshot did not hold."""
    dates = dates_of(pair.old.as_of, pair.new.as_of)
    was = truths(pair.of_old("removed"))
    now = truths(pair.new.works["removed"])
    for new_row, _, iri in pair.rows(pair.compared & ~was & now):
        removed_at = second(pair.new.works["removed_at"][new_row].as_py())
        date = min(removed_at or dates.date, dates.date)
        narrowed = Dates(min(dates.unchanged_at, date), date, dates.seen_at)
        yield Change("Removal", iri, narrowed)
    for _, _, iri in pair.rows(pair.compared & was & ~now):
        yield Change("Reappearance", iri, dates)
    gone = pa.array(sorted(_removed_before(history)), pa.string())
    if len(gone):
        back = pair.new_present & ~pair.in_both & ~now
        rows = pair.new.works.select(["kind", "id"]).filter(pa.array(back))
        for iri in sorted(set(work_iris(rows)) & set(gone.to_pylist())):
            yield Change("Reappearance", iri, dates)


def _removed_before(history: pa.Table) -> set[str]:
    """Return IRIs of works that were removed and have not come back since."""
    presence = history.filter(
        pc.is_in(history["change"], value_set=pa.array(["Removal", "Reappearance"]))
    )
    ordered = presence.sort_by([("seen_at", "ascending"), ("date", "ascending")])
    last = dict(zip(ordered["work"].to_pylist(), ordered["change"].to_pylist(), strict=True))
    return {work for work, change in last.items() if change == "Removal"}
