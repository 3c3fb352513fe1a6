"""A source of records that a test has made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from licet_ingest.sources import SourceItem


@dataclass(frozen=True)
class Records:
    """A source of given records."""

    given: tuple[SourceItem, ...]
    name: str = "records"

    def describe(self) -> dict[str, str | int | None]:
        return {"name": self.name}

    def items(self) -> Iterator[SourceItem]:
        yield from self.given
