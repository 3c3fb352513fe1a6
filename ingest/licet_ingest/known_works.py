"""The works of a snapshot, to which newer records come one by one.

What the merge of all sources would make of a record that comes after them is found here by
looking at that record and at what it touches. Where the merge would have to look at records
that are no longer at hand, nothing is guessed: the record is left for the next whole build.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from licet_ingest.records import (
    LINEAGE_MISMATCH,
    MISSING_WORK,
    RENAMED,
    UNSTATED_RELATION,
    WorkRecord,
)
from licet_ingest.snapshot_pair import SINCE_COLUMNS, keys_of, truths
from licet_ingest.tables import DERIVATIONS_SCHEMA, WORKS_SCHEMA, works_batch
from licet_ingest.undated import date_order
from licet_ontology.terms import term

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Row = dict[str, Any]
Stated = tuple[str, int, str]
"""Relation, as an IRI, number of the parent, and what states it."""

KNOWN_SCHEMA = pa.schema([*WORKS_SCHEMA, *((name, pa.string()) for name in SINCE_COLUMNS)])


@dataclass
class Taken:
    """What records changed.

    Attributes:
        changed: Numbers of works of which something is said that was not, new ones among them.
        gone: Numbers of works that nothing names any more.
        former: Rows and derivations as they were, of changed and gone works that there were.
        left: Records for the next whole build, with the reason.
        older: Records that tell of the past.
    """

    changed: set[int] = field(default_factory=set[int])
    gone: set[int] = field(default_factory=set[int])
    former: dict[int, tuple[Row, tuple[Stated, ...]]] = field(
        default_factory=dict[int, "tuple[Row, tuple[Stated, ...]]"]
    )
    left: list[tuple[WorkRecord, str]] = field(default_factory=list["tuple[WorkRecord, str]"])
    older: int = 0


class KnownWorks:
    """Works by number, in the order of the tables they began with, and new ones after them."""

    def __init__(self, works: pa.Table, derivations: pa.Table) -> None:
        self._works = works.select(KNOWN_SCHEMA.names).cast(KNOWN_SCHEMA).combine_chunks()
        self._begun = len(works)
        self._derivations = derivations.select(DERIVATIONS_SCHEMA.names).combine_chunks()
        keys: list[str] = keys_of(works).to_pylist()
        self.number: dict[str, int] = {key: i for i, key in enumerate(keys)}
        self._kinds: list[str] = works["kind"].to_pylist()
        self.size = len(keys)
        self.gone: set[int] = set()
        self._rows: dict[int, Row] = {}
        self._stated: dict[int, tuple[Stated, ...]] = {}
        self._read = truths(works["in_graph"]).copy()
        self._alike: dict[str, list[int]] = {}
        for i, key in enumerate(keys):
            self._alike.setdefault(key.lower(), []).append(i)
        self._named_otherwise = {
            name.strip().lower()
            for name in self._works["stated_bases"].combine_chunks().flatten().unique().to_pylist()
        }
        child = derivations["child"].to_numpy()
        self._by_child = np.argsort(child, kind="stable")
        self._first_of_child = np.searchsorted(child[self._by_child], np.arange(self._begun + 1))
        parent, count = np.unique(derivations["parent"].to_numpy(), return_counts=True)
        self._uses: dict[int, int] = dict(zip(parent.tolist(), count.tolist(), strict=True))

    def row(self, number: int) -> Row:
        """Return what is known of a work, by column."""
        if number not in self._rows:
            [found] = self._works.slice(number, 1).to_pylist()
            return dict(found)
        return self._rows[number]

    def stated(self, number: int) -> tuple[Stated, ...]:
        """Return the derivations of a work."""
        if number in self._stated:
            return self._stated[number]
        if number >= self._begun:
            return ()
        edges = self._by_child[self._first_of_child[number] : self._first_of_child[number + 1]]
        rows = self._derivations.take(pa.array(edges)).to_pylist()
        return tuple((row["relation"], row["parent"], row["source"]) for row in rows)

    def kind(self, number: int) -> str:
        """Return the kind of a work."""
        if number in self._rows:
            return str(self._rows[number]["kind"])
        return str(self._kinds[number])

    @property
    def derivation_count(self) -> int:
        """How many derivations are stated."""
        restated = [n for n in self._stated if n < self._begun]
        former = sum(
            int(self._first_of_child[n + 1]) - int(self._first_of_child[n]) for n in restated
        )
        return len(self._derivations) - former + sum(map(len, self._stated.values()))

    def describe(self, number: int, **values: Any) -> None:
        """Set columns of a work that records do not state."""
        self._rows[number] = {**self.row(number), **values}

    def take(self, records: Iterable[WorkRecord]) -> Taken:
        """Take records over that are newer than what is known, and return what changed."""
        taken = Taken()
        for record in records:
            if reason := self._reason_to_leave(record):
                taken.left.append((record, reason))
            elif self._is_older(record):
                taken.older += 1
            else:
                self._take_over(record, taken)
        taken.changed -= taken.gone
        return taken

    def tables(self, numbers: Sequence[int] | None = None) -> tuple[pa.Table, pa.Table]:
        """Return works and derivations as tables; all of them, sorted as a build sorts them.

        Args:
            numbers: Only these works, in this order, with the derivations among them.
        """
        if numbers is None:
            return self._whole()
        place = {number: i for i, number in enumerate(numbers)}
        works = pa.Table.from_pylist([self.row(number) for number in numbers], KNOWN_SCHEMA)
        rows = [
            {"child": place[child], "relation": relation, "parent": place[parent], "source": source}
            for child in numbers
            for relation, parent, source in self.stated(child)
            if parent in place
        ]
        return works, pa.Table.from_pylist(rows, DERIVATIONS_SCHEMA)

    def order(self) -> np.ndarray:
        """Return the numbers of all works that are there, sorted by kind and id."""
        here = [self.number[key] for key in sorted(self.number)]
        return np.array([n for n in here if n not in self.gone], dtype=np.int64)

    ############################################################ records

    def _reason_to_leave(self, record: WorkRecord) -> str:
        """Return why only a whole build can tell what a record changes, or nothing."""
        key = "/".join(record.key)
        number = self._here(key)
        if record.kind not in {"model", "dataset"}:
            return "it is neither a model nor a dataset"
        if any(d.source == RENAMED for d in record.derivations):
            return "the Hub resolved one of its bases under another name"
        if any(d.child != record.key for d in record.derivations):
            return "it states derivations of other works"
        itself = self.number.get(key)
        if any(n not in {itself, *self.gone} for n in self._alike.get(key.lower(), ())):
            return "another name differs from its own in case alone"
        if number is None or not self._read[number]:
            named = record.id.lower() in self._named_otherwise
            return "works name it in a way that was read otherwise" if named else ""
        row = self.row(number)
        if record.modified is None or row["modified"] is None:
            return "there are several records of it, not all of them dated"
        if record.removed != row["removed"] and self._children_told_apart(number):
            return "the Hub resolved a work that names it under another name"
        return ""

    def _children_told_apart(self, number: int) -> bool:
        """Tell whether a work that is derived from one has sources that name other bases."""
        children = self._derivations["child"].filter(
            pa.array(self._derivations["parent"].to_numpy() == number)
        )
        among = {*children.to_pylist(), *self._stated}
        return any(LINEAGE_MISMATCH in (self.row(n)["circumstances"] or ()) for n in among)

    def _is_older(self, record: WorkRecord) -> bool:
        number = self._here("/".join(record.key))
        if number is None or not self._read[number]:
            return False
        return date_order(record.modified) < date_order(self.row(number)["modified"])

    def _take_over(self, record: WorkRecord, taken: Taken) -> None:
        former_number = self._here("/".join(record.key))
        number = self._number("/".join(record.key), taken)
        if former_number is not None:
            taken.former.setdefault(number, (self.row(number), self.stated(number)))
        [row] = works_batch([record]).to_pylist()
        stated = {
            (term(d.relation), self._meant("/".join(d.parent), taken), d.source)
            for d in record.derivations
        }
        # What others state of a pair of works replaces what its record says.
        by_others = {one for one in self.stated(number) if "://" in one[2]}
        pairs = {parent for _, parent, _ in by_others}
        stated = by_others | {one for one in stated if one[1] not in pairs}
        if not any(relation == term("basedOn") for relation, _, _ in stated):
            row["gaps"] = [gap for gap in row["gaps"] or () if gap != UNSTATED_RELATION]
        row["circumstances"] = [
            one for one in row["circumstances"] or () if one != LINEAGE_MISMATCH
        ] + [LINEAGE_MISMATCH] * (LINEAGE_MISMATCH in record.circumstances)
        self._rows[number] = {**dict.fromkeys(SINCE_COLUMNS), **row}
        self._read[number] = True
        taken.changed.add(number)
        self._restate(number, tuple(sorted(stated)), taken)

    def _restate(self, number: int, stated: tuple[Stated, ...], taken: Taken) -> None:
        for _, parent, _ in stated:
            self._uses[parent] = self._uses.get(parent, 0) + 1
        former = self.stated(number)
        self._stated[number] = stated
        for _, parent, _ in former:
            self._uses[parent] -= 1
            unnamed = not self._uses[parent] and not self._read[parent]
            if unnamed and not self.stated(parent):
                taken.former.setdefault(parent, (self.row(parent), ()))
                taken.gone.add(parent)
                self.gone.add(parent)

    def _here(self, key: str) -> int | None:
        number = self.number.get(key)
        return None if number in self.gone else number

    def _meant(self, key: str, taken: Taken) -> int:
        """Return the work that a name means: see `resolution.places_meant`."""
        number = self._here(key)
        if number is None or not self._read[number]:
            alike = [n for n in self._alike.get(key.lower(), ()) if self._read[n]]
            if len(alike) == 1:
                return alike[0]
        return self._number(key, taken)

    def _number(self, key: str, taken: Taken) -> int:
        """Return the number of a work, which is now there if it was not."""
        number = self.number.get(key)
        if number is None:
            number = self.number[key] = self.size
            self._alike.setdefault(key.lower(), []).append(number)
            self.size += 1
            if number >= len(self._read):
                more = np.zeros(max(64, self.size // 8), dtype=np.bool_)
                self._read = np.concatenate([self._read, more])
            self._begin_stub(number, key, taken)
        elif number in self.gone:
            self.gone.discard(number)
            taken.gone.discard(number)
            self._begin_stub(number, key, taken)
        return number

    def _begin_stub(self, number: int, key: str, taken: Taken) -> None:
        kind, _, work_id = key.partition("/")
        [stub] = works_batch([WorkRecord(kind, work_id, gaps=(MISSING_WORK,))]).to_pylist()
        self._rows[number] = {**dict.fromkeys(SINCE_COLUMNS), **stub}
        self._stated[number] = ()
        taken.changed.add(number)

    ############################################################ tables

    def _whole(self) -> tuple[pa.Table, pa.Table]:
        order = self.order()
        changed = sorted(self._rows)
        rows = pa.Table.from_pylist([self._rows[n] for n in changed], KNOWN_SCHEMA)
        source = np.zeros(self.size, dtype=np.int64)
        source[: self._begun] = np.arange(self._begun)
        source[changed] = self._begun + np.arange(len(changed))
        works = pa.concat_tables([self._works, rows]).take(pa.array(source[order]))
        place = np.full(self.size, -1, dtype=np.int64)
        place[order] = np.arange(len(order))
        restated = np.zeros(self.size, dtype=np.bool_)
        restated[sorted(self._stated)] = True
        kept = self._derivations.filter(pa.array(~restated[self._derivations["child"].to_numpy()]))
        more = pa.Table.from_pylist(
            [
                {"child": child, "relation": relation, "parent": parent, "source": origin}
                for child, stated in self._stated.items()
                for relation, parent, origin in stated
            ],
            DERIVATIONS_SCHEMA,
        )
        derivations = pa.concat_tables([kept, more])
        for i, name in enumerate(("child", "parent")):
            column = pa.array(place[derivations[name].to_numpy()].astype(np.int32))
            at = derivations.schema.get_field_index(name)
            derivations = derivations.set_column(at, DERIVATIONS_SCHEMA.field(2 * i), column)
        keys = ("child", "relation", "parent", "source")
        return works, derivations.sort_by([(name, "ascending") for name in keys])
