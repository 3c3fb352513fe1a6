"""What is wrong with the data of a build, counted: what a maintainer should look at first."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute

from licet_ingest.graph import work_iris
from licet_ingest.license_names import UNIDENTIFIED
from licet_ontology.terms import local_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from licet_ingest.collect import Accounting
    from licet_ingest.history import History
    from licet_ingest.records import Fault

pc: Any = pyarrow.compute  # its functions are made at run time

MAX_GROUPS: Final = 1_000
"""Groups of faults that are told apart; sources that invent fields cannot make more."""
LISTED: Final = 50
"""Groups of faults, names of licenses and missing works that the manifest lists."""
MAX_EXAMPLE_CHARS: Final = 200

_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class FaultGroup:
    """Faults in one field for one reason, whatever numbers the reason holds.

    Attributes:
        field: Where in the records.
        reason: Why the value was not taken over, as in the example.
        count: How many.
        record_rejected: Whether the records were left out whole.
        source: That of the example, as the following.
        record: The first record that had it.
        value: What stood there.
    """

    field: str
    reason: str
    count: int
    record_rejected: bool
    source: str
    record: str
    value: str


class FaultSummary:
    """Counts faults as they come, in bounded memory."""

    def __init__(self) -> None:
        self.total = 0
        self.ungrouped = 0
        self._groups: dict[tuple[str, str, bool], FaultGroup] = {}
        self._counts: Counter[tuple[str, str, bool]] = Counter()

    def add(self, source: str, fault: Fault) -> None:
        """Count one fault of a source."""
        self.total += 1
        field, reason = (_NUMBER.sub("#", _cut(text)) for text in (fault.field, fault.reason))
        key = (field, reason, fault.record_rejected)
        if key not in self._groups:
            if len(self._groups) == MAX_GROUPS:
                self.ungrouped += 1
                return
            texts = (fault.field, fault.reason, source, fault.record, fault.value)
            field, reason, source, record, value = map(_cut, texts)
            rejected = fault.record_rejected
            self._groups[key] = FaultGroup(field, reason, 0, rejected, source, record, value)
        self._counts[key] += 1

    def groups(self) -> list[FaultGroup]:
        """Return the groups, the largest first."""
        counted = [replace(group, count=self._counts[key]) for key, group in self._groups.items()]
        return sorted(counted, key=lambda group: (-group.count, group.field, group.reason))

    def described(self) -> dict[str, Any]:
        """Return the largest groups, and how many faults are in none that is listed."""
        listed = self.groups()[:LISTED]
        return {
            "total": self.total,
            "groups": [asdict(group) for group in listed],
            "in_no_listed_group": self.total - sum(group.count for group in listed),
            "capped": self.ungrouped > 0,
        }


def _cut(text: str) -> str:
    return text if len(text) <= MAX_EXAMPLE_CHARS else f"{text[: MAX_EXAMPLE_CHARS - 1]}…"


def data_report(
    works: pa.Table,
    derivations: pa.Table,
    faults: FaultSummary,
    accounting: Iterable[Accounting],
    history: History,
) -> dict[str, Any]:
    """Return what the report of a build says of the data, as JSON values."""
    comparison = history.comparison
    present = works.filter(works["in_graph"])
    return {
        "every_record_is_accounted_for": all(
            one.read == one.ingested + one.merged + one.rejected for one in accounting
        ),
        "faults": faults.described(),
        "gaps": _counted(present["gaps"]),
        "unidentified_licenses": _unidentified(present),
        "missing_works": _missing(works, derivations),
        "changes": {
            "since": history.last.id if history.last else None,
            "by_kind": dict(sorted(Counter(comparison.changes["change"].to_pylist()).items())),
            "appeared": comparison.appeared,
            "unseen": comparison.unseen,
            "read_otherwise": comparison.read_otherwise,
            "older": comparison.older,
        },
    }


def _counted(lists: pa.ChunkedArray) -> dict[str, int]:
    """Return how many works have each of the terms in a list column, the most first."""
    counts = pc.value_counts(pc.list_flatten(lists)).to_pylist()
    ordered = sorted(counts, key=lambda one: (-one["counts"], one["values"]))
    return {local_name(one["values"]): one["counts"] for one in ordered}


def _unidentified(present: pa.Table) -> dict[str, Any]:
    """Return the names that led to no license, by the number of works that bear them."""
    lists = present["gaps"].combine_chunks()
    rows = pc.list_parent_indices(lists).filter(pc.equal(pc.list_flatten(lists), UNIDENTIFIED))
    unidentified = present.select(["license_name", "stated_licenses"]).take(rows)
    stated = pc.fill_null(pc.binary_join(unidentified["stated_licenses"], ", "), "")
    names = pc.coalesce(unidentified["license_name"], stated)
    counts = pc.value_counts(names).to_pylist()
    ordered = sorted(counts, key=lambda one: (-one["counts"], one["values"]))
    return {
        "works": len(rows),
        "names": len(ordered),
        "most_common": [
            {"name": _cut(one["values"]), "works": one["counts"]} for one in ordered[:LISTED]
        ],
    }


def _missing(works: pa.Table, derivations: pa.Table) -> dict[str, Any]:
    """Return the works that were not read, by the number of derivations from them."""
    named = np.bincount(derivations["parent"].to_numpy(), minlength=len(works))
    named[works["in_graph"].to_numpy()] = 0
    # Works are sorted, and a stable sort keeps those of equal number in their order.
    most = np.argsort(-named, kind="stable")[:LISTED]
    most = most[named[most] > 0]
    iris = work_iris(works.select(["kind", "id"]).take(pa.array(most)))
    return {
        "works": int(np.count_nonzero(named)),
        "derivations": int(named.sum()),
        "most_named": [
            {"work": local_name(iri), "derivations": count}
            for iri, count in zip(iris, named[most].tolist(), strict=True)
        ],
    }
