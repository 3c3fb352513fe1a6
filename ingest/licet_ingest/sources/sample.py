"""The bundled sample: real models and datasets, as the Hub shows them, and what it cannot say."""

from __future__ import annotations

import csv
import hashlib
from dataclasses import dataclass
from importlib.resources import as_file, files
from typing import TYPE_CHECKING

from licet_ingest.records import KINDS, STATED_RELATIONS, Derivation
from licet_ingest.sources import SourceItem
from licet_ingest.sources.dump import JsonLinesDump
from licet_ontology.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterator

_FILES = (("models.jsonl", "model"), ("datasets.jsonl", "dataset"))
_DERIVATIONS = "derivations.csv"


@dataclass(frozen=True)
class Sample:
    """The sample that ships with Licet, authored from facts."""

    name: str = "sample"

    def describe(self) -> dict[str, str | int | None]:
        """Return name, SHA-256 and size in bytes of its files together."""
        contents = b"".join(
            files("licet_ingest").joinpath("sample", name).read_bytes()
            for name in (*(name for name, _ in _FILES), _DERIVATIONS)
        )
        digest = hashlib.sha256(contents).hexdigest()
        return {"name": self.name, "sha256": digest, "bytes": len(contents)}

    def items(self) -> Iterator[SourceItem]:
        """Yield works as read by the Hub's mapping, then the derivations stated beside them."""
        folder = files("licet_ingest").joinpath("sample")
        for name, kind in _FILES:
            with as_file(folder.joinpath(name)) as path:
                yield from JsonLinesDump(path, kind).items()
        text = folder.joinpath(_DERIVATIONS).read_text(encoding="utf-8")
        for row in csv.DictReader(text.splitlines()):
            kinds = {row["child_type"], row["parent_type"]}
            if row["relation"] not in STATED_RELATIONS or kinds - set(KINDS):
                raise DataError(f"{_DERIVATIONS}: {row} states no known relation of works")
            yield SourceItem(
                derivation=Derivation(
                    (row["child_type"], row["child"]),
                    row["relation"],
                    (row["parent_type"], row["parent"]),
                    row["source"],
                )
            )
