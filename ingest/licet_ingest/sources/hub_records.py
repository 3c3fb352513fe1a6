"""What a run of the Hub has read, as records."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import orjson

from licet_ingest.decoding import parsed_json
from licet_ingest.hub_json import bounded, work_record
from licet_ingest.identifiers import id_fault
from licet_ingest.records import UNNAMED_WORK, Fault
from licet_ingest.sources import SourceItem
from licet_ingest.sources.hub_lookup import FOUND, stored
from licet_ingest.sources.hub_state import write_whole
from licet_ontology.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from licet_ingest.records import Derivation, WorkRecord
    from licet_ingest.sources.hub_lookup import Key, Lookup
    from licet_ingest.sources.hub_state import Run

KINDS = ("model", "dataset")
"""What the Hub has lists of."""

Line = tuple[str, str, bytes]
"""Kind, place and JSON of a record."""


def recorded(run: Run) -> Iterator[Line]:
    """Yield all records of a run.

    Raises:
        SourceError: What was kept of it is not whole.
    """
    _, datasets = names_of(run)
    for kind, place, line in listed(run):
        if kind == "model" or id_of(line) in datasets:
            yield kind, place, line
    yield from answered(run)


def listed(run: Run) -> Iterator[Line]:
    """Yield what the lists of a run hold, and of those it rests on; models first.

    Raises:
        SourceError: What was kept of it is not whole.
    """
    members = run.chain()
    for kind in KINDS:
        for member in members:
            for page, position, line in member.list_of(kind).lines():
                yield kind, f"{kind}s of {member.state.started}, page {page}, {position}", line


def answered(run: Run) -> Iterator[Line]:
    """Yield what a run holds that is in no list."""
    for lookup in stored(run.lookups):
        if lookup.outcome == FOUND:
            yield lookup.kind, lookup.asked, lookup.item.encode()
    for _, position, line in run.kept.lines():
        kept = parsed_json(line)
        assert isinstance(kept, dict)  # noqa: S101 - as json_of_kept has written it
        yield kept["kind"], f"kept from before, {position}", _json(kept["item"])


def json_of_kept(kind: str, item: dict[str, Any]) -> bytes:
    """Return the line by which a work of an earlier run is kept."""
    return _json({"kind": kind, "item": item})


def names_of(run: Run) -> tuple[dict[Key, str], set[str]]:
    """Return present ids by the others that are in use, and the datasets that models name.

    Raises:
        SourceError: What was kept of the run is not whole.
    """
    try:
        stated = orjson.loads((run.names).read_bytes())
    except (OSError, orjson.JSONDecodeError) as error:
        raise SourceError(f"cannot read {run.names}; begin anew with --fresh") from error
    aliases = {(kind, asked): present for kind, asked, present in stated["aliases"]}
    return aliases, set(stated["datasets"])


def write_names(run: Run, aliases: dict[Key, str], datasets: Iterable[str]) -> None:
    """Keep what ``names_of`` returns."""
    stated = {
        "aliases": [[*key, present] for key, present in sorted(aliases.items())],
        "datasets": sorted({aliases.get(("dataset", name), name) for name in datasets}),
    }
    write_whole(run.names, orjson.dumps(stated))


def object_of(line: bytes) -> dict[str, Any]:
    """Return a record as an object; an empty one if it is none or has no id."""
    try:
        item = parsed_json(line)
    except ValueError:
        return {}
    return item if isinstance(item, dict) and id_fault(item.get("id")) is None else {}


def id_of(line: bytes) -> str | None:
    """Return the id of a record, if it has one."""
    return object_of(line).get("id")


def _json(value: object) -> bytes:
    try:
        return orjson.dumps(value)
    except TypeError:  # a text that is not Unicode
        return json.dumps(value).encode()


def unread_fault(lookup: Lookup) -> Fault:
    """Return the reject of a work that was asked for and not read."""
    return Fault(
        lookup.asked,
        "id",
        lookup.asked,
        bounded(f"is a {lookup.kind} that others name; {lookup.reason}"),
        True,
    )


@dataclass(frozen=True)
class Chunk:
    """A stretch of records: kind, place and JSON of each, and of some only why they are not."""

    lines: tuple[Line, ...]
    aliases: dict[Key, str]
    unread: tuple[Fault, ...] = ()

    def items(self) -> Iterator[SourceItem]:
        """Yield one item per record."""
        for kind, place, line in self.lines:
            yield _item(kind, place, line, self.aliases)
        for fault in self.unread:
            yield SourceItem(faults=(fault,))


def _item(kind: str, place: str, line: bytes, aliases: dict[Key, str]) -> SourceItem:
    try:
        item = parsed_json(line)
    except ValueError as error:
        beginning = bounded(line[:80].decode(errors="replace"))
        return SourceItem(faults=(Fault(place, "", beginning, f"is not JSON: {error}", True),))
    work, faults = work_record(item, kind, place)
    if work is not None:
        rename_parents(work, aliases, faults)
    return SourceItem(work=work, faults=tuple(faults))


def rename_parents(work: WorkRecord, aliases: dict[Key, str], faults: list[Fault]) -> None:
    """Let derivations lead to the present ids of works, as the Hub does when it is asked."""
    renamed: list[Derivation] = []
    for derivation in work.derivations:
        kind, name = derivation.parent
        present = aliases.get(derivation.parent)
        if present is None:
            renamed.append(derivation)
        elif (kind, present) == work.key:
            reason = f"leads to {present}, the model itself"
            faults.append(Fault(work.id, "base_model", name, reason, False))
            if UNNAMED_WORK not in work.gaps:
                work.gaps = (*work.gaps, UNNAMED_WORK)
        elif (kind, present) not in {other.parent for other in work.derivations}:
            renamed.append(replace(derivation, parent=(kind, present), source="hub"))
    work.derivations = list(dict.fromkeys(renamed))
