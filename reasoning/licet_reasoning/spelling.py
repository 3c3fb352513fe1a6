"""Which work of a snapshot a name means that is written in another case.

Ids on the Hub are not case-sensitive for who looks them up, and cards write them as they like. A
build leads such names to the works that they mean, all at once; see
`licet_ingest.resolution.places_meant`. Here that is done for one name, by the same rule and with
the index of works that lies beside the store. While records are taken over there is no such
index: then a name means the work that it names as it stands, or none.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from pyoxigraph import NamedNode, Quad

from licet_ingest.identifiers import canonical_ids
from licet_ingest.records import MISSING_WORK
from licet_ontology.terms import GRAPH_HUB, term, work_iri

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection
    from pathlib import Path

    from pyoxigraph import Store

    from licet_ingest.records import WorkRecord
    from licet_reasoning.hypothesis import Ground

Key = tuple[str, str]
"""Kind and id of a work."""

MAX_BEGINNINGS: Final = 256
"""Spellings of the beginning of a name that are followed: strangers may have named many."""
_HUB, _GAP, _MISSING = NamedNode(GRAPH_HUB), NamedNode(term("gap")), NamedNode(MISSING_WORK)


def meant(store: Store | None, index: Path | None, key: Key, given: Collection[Key] = ()) -> Key:
    """Return the work that a name means: itself, or the only one that differs in case alone.

    Args:
        store: Of the snapshot, if there is one.
        index: Of its works, if it can be asked.
        key: Kind and id, as written.
        given: Further works of which there are records.
    """
    kind, name = key
    alike = {id_ for of_kind, id_ in given if of_kind == kind and id_.lower() == name.lower()}
    # Of what is only named, a build has found that no other name of the snapshot means it.
    if name in alike or (store is not None and _is_there(store, key, only_read=bool(alike))):
        return key
    if index is not None:
        alike.update(_read_alike(index, kind, name))
    return kind, canonical_ids([name], alike).get(name, name)


def with_works_meant(
    ground: Ground, record: WorkRecord, given: Collection[Key] = ()
) -> tuple[WorkRecord, dict[Key, Key]]:
    """Return a record whose derivations name the works that are meant, and what it names otherwise.

    Args:
        ground: What it stands on.
        record: As it was read.
        given: Further works of which there are records.
    """
    named = dict.fromkeys(derivation.parent for derivation in record.derivations)
    ground.stated_of_all(work_iri(*key) for key in named)  # at once, for what comes
    found = {key: ground.meant(key, given) for key in named}
    otherwise = {key: there for key, there in found.items() if key != there}
    if not otherwise:
        return record, {}
    derivations = [replace(one, parent=found[one.parent]) for one in record.derivations]
    return replace(record, derivations=list(dict.fromkeys(derivations))), otherwise


def _is_there(store: Store, key: Key, *, only_read: bool) -> bool:
    """Tell whether a snapshot names a work, or whether it holds a record of it."""
    node = NamedNode(work_iri(*key))
    is_named = next(store.quads_for_pattern(node, None, None, _HUB), None) is not None
    return is_named and not (only_read and Quad(node, _GAP, _MISSING, _HUB) in store)


def _read_alike(index: Path, kind: str, name: str) -> list[str]:
    """Return the ids of the works read that differ from a name in case at most.

    The index is ordered by ids as they are spelled. So the spellings of a name are followed letter
    by letter, as far as some id begins with them.
    """
    if not (name.isascii() and index.is_file()):
        return []
    import sqlite3  # which who asks for what is there need not wait for

    uri = f"{index.resolve().as_uri()}?mode=ro&immutable=1"
    with closing(sqlite3.connect(uri, uri=True)) as connection:
        beginnings = [""]
        for letter in name:
            beginnings = [
                beginning
                for known in beginnings
                for beginning in sorted({known + letter.lower(), known + letter.upper()})
                if _begins_an_id(connection, kind, beginning)
            ]
            if len(beginnings) > MAX_BEGINNINGS:
                return []
        query = "SELECT 1 FROM work WHERE kind = ? AND id = ? AND in_graph"
        return [id_ for id_ in beginnings if connection.execute(query, (kind, id_)).fetchone()]


def _begins_an_id(connection: sqlite3.Connection, kind: str, beginning: str) -> bool:
    query = "SELECT id FROM work WHERE kind = ? AND id >= ? ORDER BY id LIMIT 1"
    row = connection.execute(query, (kind, beginning)).fetchone()
    return row is not None and str(row[0]).startswith(beginning)
