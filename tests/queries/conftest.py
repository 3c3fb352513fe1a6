"""Small worlds as text, and what becomes of them in the real pipeline."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from pyoxigraph import NamedNode

from licet_ingest.records import KINDS, STATED_RELATIONS, Derivation, WorkRecord
from licet_ingest.sources import SourceItem
from licet_ontology import modules
from licet_ontology.terms import NS, RDF, license_iri, term
from licet_reasoning.build import build
from licet_service.dataset import Dataset, OpenSnapshot

GAPS = (
    "NoLicense",
    "UnidentifiedLicense",
    "AmbiguousLicense",
    "UnstatedRelation",
    "UnnamedWork",
)
CIRCUMSTANCES = ("LicenseMismatch", "LineageMismatch", "UnreadText")


@dataclass(frozen=True)
class World:
    """A source of works that are described in a text.

    One work a line: ``kind id: item, item``. The kind may be left out of a model. An item is a
    license of the catalogue, a gap, a circumstance, a relation and a parent
    (``finetunedFrom meta/llama``), a gate (``gated auto``, ``gated no``), a date
    (``created 2025-03-01``, ``modified 2025-03-01``), ``author someone`` or ``downloads 12``.
    """

    text: str
    name: str = "world"

    def describe(self) -> dict[str, str | int | None]:
        """Return what provenance needs."""
        content = self.text.encode()
        digest = hashlib.sha256(content).hexdigest()
        return {"name": self.name, "sha256": digest, "bytes": len(content)}

    def items(self) -> Iterator[SourceItem]:
        """Yield one work a line."""
        for line in filter(None, map(str.strip, self.text.splitlines())):
            head, _, tail = line.partition(":")
            yield SourceItem(work=_work(_key(head), [i.strip() for i in tail.split(",")]))


def _key(text: str) -> tuple[str, str]:
    """Return kind and id of a work that may be named without its kind."""
    kind, _, work_id = text.strip().rpartition(" ")
    assert not kind or kind in KINDS, f"{text!r} begins with no kind of work"
    return kind or "model", work_id


def _work(key: tuple[str, str], items: list[str]) -> WorkRecord:
    licenses: list[str] = []
    gaps: list[str] = []
    circumstances: list[str] = []
    derivations: list[Derivation] = []
    dates: dict[str, str] = {}
    gated: str | None = None
    author: str | None = None
    downloads: int | None = None
    for item in filter(None, items):
        first, _, rest = item.partition(" ")
        if first in STATED_RELATIONS:
            derivations.append(Derivation(key, first, _key(rest), "hub"))
        elif first == "gated":
            gated = rest
        elif first == "author":
            author = rest
        elif first == "downloads":
            downloads = int(rest)
        elif first in {"created", "modified"}:
            dates[first] = f"{rest}T00:00:00Z"
        elif first in GAPS:
            gaps.append(term(first))
        elif first in CIRCUMSTANCES:
            circumstances.append(term(first))
        else:
            assert license_iri(item) in _licenses(), f"{item!r} is not in the catalogue"
            licenses.append(license_iri(item))
    return WorkRecord(
        *key,
        gated=gated,
        author=author,
        downloads=downloads,
        created=dates.get("created"),
        modified=dates.get("modified"),
        licenses=tuple(licenses),
        declared_licenses=tuple(licenses),
        gaps=tuple(gaps),
        circumstances=tuple(circumstances),
        derivations=derivations,
    )


@cache
def _licenses() -> frozenset[str]:
    classes = (NamedNode(NS + "License"), NamedNode(NS + "UnreadLicense"))
    return frozenset(
        t.subject.value
        for t in modules.catalogue()
        if t.predicate.value == RDF + "type"
        and t.object in classes
        and isinstance(t.subject, NamedNode)
    )


@pytest.fixture(scope="session")
def read_world() -> Callable[[str], World]:
    return World


@pytest.fixture(scope="session")
def data(copy_of_sample: Callable[[], Path]) -> Path:
    """Return a data folder with a snapshot of the sample."""
    return copy_of_sample()


@pytest.fixture(scope="session")
def snapshot_of(
    data: Path, tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., OpenSnapshot]:
    """Return what builds the snapshots of worlds, one after the other, and opens the last."""

    def build_worlds(*texts: str) -> OpenSnapshot:
        # A folder of its own, so that one world is not the past of another.
        folder = tmp_path_factory.mktemp("world")
        (folder / "cache").symlink_to(data / "cache", target_is_directory=True)
        for text in texts:
            build(folder, [World(text)])
        return Dataset(folder).latest()

    return build_worlds


@pytest.fixture(scope="session")
def sample_snapshot(data: Path) -> OpenSnapshot:
    return Dataset(data).latest()
