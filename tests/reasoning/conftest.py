"""Small worlds of works under licenses of the catalogue, built into snapshots."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import pytest

from licet_ingest.records import Derivation, WorkRecord
from licet_ingest.snapshot import current
from licet_ingest.sources import SourceItem
from licet_ontology.terms import license_iri, term
from licet_reasoning.build import build
from licet_reasoning.compiled import Compiled, compiled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from licet_ingest.snapshot import Snapshot


@dataclass(frozen=True)
class World:
    """A source of works and derivations that a test states.

    Attributes:
        works: From ``model/owner/name`` to ids of licenses or names of gaps.
        steps: Child, relation and parent of each derivation.
        name: What the source is called.
    """

    works: Mapping[str, str | Sequence[str]]
    steps: Sequence[tuple[str, str, str]] = ()
    name: str = "world"

    def describe(self) -> dict[str, str | int | None]:
        return {"name": self.name, "sha256": "0" * 64, "bytes": 0}

    def items(self) -> Iterator[SourceItem]:
        for work, stated in self.works.items():
            names = [stated] if isinstance(stated, str) else stated
            gaps = [name for name in names if name[:1].isupper()]
            kind, _, work_id = work.partition("/")
            yield SourceItem(
                work=WorkRecord(
                    kind,
                    work_id,
                    licenses=tuple(license_iri(name) for name in names if name not in gaps),
                    gaps=tuple(map(term, gaps)),
                )
            )
        for child, relation, parent in self.steps:
            child_kind, _, child_id = child.partition("/")
            parent_kind, _, parent_id = parent.partition("/")
            yield SourceItem(
                derivation=Derivation(
                    (child_kind, child_id), relation, (parent_kind, parent_id), "hub"
                )
            )


class Built(Protocol):
    """Builds a world into a snapshot of its own."""

    def __call__(
        self,
        works: Mapping[str, str | Sequence[str]],
        steps: Sequence[tuple[str, str, str]] = (),
    ) -> Snapshot: ...


@pytest.fixture(scope="session")
def sample(copy_of_sample: Callable[[], Path]) -> Snapshot:
    return current(copy_of_sample())


@pytest.fixture(scope="session")
def kept_catalogue(sample: Snapshot) -> Path:
    """The closed catalogue that a data folder keeps; to make it takes longer than the rest."""
    return sample.path.parents[1] / "cache"


@pytest.fixture(scope="session")
def prepared(kept_catalogue: Path) -> Compiled:
    """Readings, rules and catalogue, ready for hypothetical works."""
    return compiled(kept_catalogue)


@pytest.fixture
def data(tmp_path: Path, kept_catalogue: Path) -> Path:
    """A data folder without snapshots."""
    shutil.copytree(kept_catalogue, tmp_path / "data" / "cache")
    return tmp_path / "data"


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory, kept_catalogue: Path) -> Built:
    def build_world(
        works: Mapping[str, str | Sequence[str]],
        steps: Sequence[tuple[str, str, str]] = (),
    ) -> Snapshot:
        folder = tmp_path_factory.mktemp("world")
        shutil.copytree(kept_catalogue, folder / "cache")
        return build(folder, [World(works, steps)])

    return build_world
