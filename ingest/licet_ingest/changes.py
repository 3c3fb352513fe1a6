"""Changes of works between snapshots: their table, and what is said of them in RDF; pure."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute

from licet_ingest.graph import work_iris
from licet_ingest.nquads import literal
from licet_ontology.terms import BASE, DCTERMS, GRAPH_CHANGES, NS, RDF, XSD

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

pc: Any = pyarrow.compute  # its functions are made at run time
_STRINGS = pa.list_(pa.string())

CHANGES_SCHEMA: Final = pa.schema(
    [
        pa.field("id", pa.string(), nullable=False),
        pa.field("change", pa.string(), nullable=False),
        pa.field("work", pa.string(), nullable=False),
        ("parent", pa.string()),
        ("before", _STRINGS),
        ("after", _STRINGS),
        ("held_since", pa.string()),
        pa.field("unchanged_at", pa.string(), nullable=False),
        pa.field("date", pa.string(), nullable=False),
        pa.field("seen_at", pa.string(), nullable=False),
    ],
    metadata={"description": "One row per change of a work that two snapshots show."},
)
"""Changes: see `Change`."""


class Dates(NamedTuple):
    """When something changed; ISO 8601 in UTC, to the second.

    Attributes:
        unchanged_at: When the former state was last seen.
        date: The earliest time by which it is known to have changed: that of the work's last
            change on the hub where this narrows ``seen_at``.
        seen_at: By when the sources were read that first show the new state.
    """

    unchanged_at: str
    date: str
    seen_at: str


@dataclass(frozen=True)
class Change:
    """One change of one work.

    Attributes:
        change: The local name of its class, such as ``LicenseChange``.
        work: IRI of the work.
        dates: When it happened.
        parent: IRI of the work to which a derivation changed.
        before: IRIs of licenses, families, gaps or relations; the word of a gating.
        after: The same, of the new state.
        held_since: Since when the former license is known to have been stated.
    """

    change: str
    work: str
    dates: Dates
    parent: str | None = None
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    held_since: str | None = None

    @property
    def id(self) -> str:
        """A name that follows from what it says."""
        content = repr(
            (self.change, self.work, self.parent, self.before, self.after, self.dates.date)
        )
        return hashlib.sha256(content.encode()).hexdigest()[:20]


def changes_table(changes: Iterable[Change]) -> pa.Table:
    """Return changes as a table of ``CHANGES_SCHEMA``."""
    rows = [{"id": one.id, **vars(one), **one.dates._asdict()} for one in changes]
    return pa.Table.from_pylist(rows, schema=CHANGES_SCHEMA)


def merged(history: pa.Table, events: pa.Table) -> pa.Table:
    """Return the changes of a history and those that came after it, each once, sorted."""
    both = pa.concat_tables([history, events])
    _, first = np.unique(both["id"].to_numpy().astype(str), return_index=True)
    return both.take(pa.array(first)).sort_by([("date", "ascending"), ("id", "ascending")])


def change_lines(changes: pa.Table) -> Iterator[str]:
    """Yield N-Quads lines for a table of changes."""
    end = f" <{GRAPH_CHANGES}> .\n"
    for row in changes.to_pylist():
        head = f"<{BASE}change/{row['id']}> <"
        yield f"{head}{RDF}type> <{NS}{row['change']}>{end}"
        yield f"{head}{NS}changeOf> <{row['work']}>{end}"
        if row["parent"]:
            yield f"{head}{NS}changedParent> <{row['parent']}>{end}"
        if row["change"] == "GatingChange":
            yield from (f"{head}{NS}gatedBefore> {literal(word)}{end}" for word in row["before"])
            yield from (f"{head}{NS}gatedAfter> {literal(word)}{end}" for word in row["after"])
        else:
            yield from (f"{head}{NS}before> <{iri}>{end}" for iri in row["before"])
            yield from (f"{head}{NS}after> <{iri}>{end}" for iri in row["after"])
        for column, predicate in (
            ("held_since", f"{NS}heldSince"),
            ("unchanged_at", f"{NS}unchangedAt"),
            ("date", f"{DCTERMS}date"),
            ("seen_at", f"{NS}changeSeenAt"),
        ):
            if row[column]:
                yield f'{head}{predicate}> "{row[column]}"^^<{XSD}dateTime>{end}'


def since_lines(works: pa.Table) -> Iterator[str]:
    """Yield N-Quads lines for what the dates of a work do not tell of its past.

    Left out are ``firstSeen`` of works that were in the first snapshot, and ``licenseSince``
    where it is the date of the last change: on the whole Hub that is nearly all.
    """
    end = f"^^<{XSD}dateTime> <{GRAPH_CHANGES}> .\n"
    modified = pc.fill_null(to_seconds(works["modified"]), "9999")
    longer = pc.fill_null(pc.less(works["license_since"], modified), fill_value=False)
    for column, name, shown in (
        ("first_seen", "firstSeen", pc.is_valid(works["first_seen"])),
        ("license_since", "licenseSince", pc.and_(longer, works["in_graph"])),
    ):
        rows = works.select(["kind", "id", column]).filter(shown)
        for iri, date in zip(work_iris(rows), rows[column].to_pylist(), strict=True):
            yield f'<{iri}> <{NS}{name}> "{date}"{end}'


def to_seconds(dates: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return ISO 8601 dates in UTC without fractions of a second, so that text sorts as time."""
    return pc.binary_join_element_wise(pc.utf8_slice_codeunits(dates, 0, 19), "Z", "")
