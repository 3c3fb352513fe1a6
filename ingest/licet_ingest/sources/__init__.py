"""Where records come from; each module is one kind of source."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from licet_ingest.memory_folder import MemoryPath
    from licet_ingest.records import Derivation, Fault, WorkRecord


def file_name(path: Path | MemoryPath) -> str:
    """Return the name of a file as text that can be written, whatever bytes it is made of."""
    return os.fsencode(path.name).decode(errors="replace")


@dataclass(frozen=True, slots=True)
class SourceItem:
    """What one record of a source gives: a work or a derivation, or neither, and its faults.

    Both come together only where the work is a service and the derivation links it to a model.
    """

    work: WorkRecord | None = None
    derivation: Derivation | None = None
    faults: tuple[Fault, ...] = ()


class Source(Protocol):
    """A place that records can be read from.

    Attributes:
        name: What it is called in messages, the manifest and the provenance graph.
    """

    @property
    def name(self) -> str:
        """What it is called."""
        ...

    def describe(self) -> dict[str, str | int | None]:
        """Return what provenance needs: name, SHA-256 and size of each file, dates."""
        ...

    def items(self) -> Iterator[SourceItem]:
        """Yield one item per record, in the order of the source.

        Raises:
            SourceError: The source cannot be read.
        """
        ...


class Chunk(Protocol):
    """A stretch of a source that can be sent to another process and mapped there."""

    def items(self) -> Iterable[SourceItem]:
        """Yield one item per record, in the order of the source."""
        ...


@runtime_checkable
class ChunkedSource(Source, Protocol):
    """A source whose records can be mapped apart from each other.

    What its chunks give, one after the other, is what its ``items`` give.
    """

    def chunks(self) -> Iterator[Chunk]:
        """Yield the whole of the source in stretches of bounded size, in its order.

        Raises:
            SourceError: The source cannot be read.
        """
        ...
