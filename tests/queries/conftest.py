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
from licet_ingest.sources.sample import Sample
from licet_ontology import modules
from licet_ontology.terms import NS, RDF, license_iri, term
from licet_reasoning.build import build
from licet_service.dataset import Dataset, OpenSnapshot

GAPS = ("NoLicense", "UnidentifiedLicense", "AmbiguousLicense", "UnstatedRelation")


@dataclass(frozen=True)
class World:
    """A source of works that are described in a text.

    One work a line: ``kind id: item, item``. The kind may be left out of a model. An item is a
    license of the catalogue, a gap, or a relation and a parent: ``finetunedFrom meta/llama``.
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
    derivations: list[Derivation] = []
    for item in filter(None, items):
        first, _, rest = item.partition(" ")
        if first in STATED_RELATIONS:
            derivations.append(Derivation(key, first, _key(rest), "hub"))
        elif first in GAPS:
            gaps.append(term(first))
        else:
            assert license_iri(item) in _licenses(), f"{item!r} is not in the catalogue"
            licenses.append(license_iri(item))
    return WorkRecord(*key, licenses=tuple(licenses), gaps=tuple(gaps), derivations=derivations)


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
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return one data folder for all snapshots, so that the catalogue is closed once."""
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="session")
def snapshot_of(data: Path) -> Callable[[str], OpenSnapshot]:
    """Return what builds the snapshot of a world and opens it."""

    def build_world(text: str) -> OpenSnapshot:
        build(data, [World(text)])
        return Dataset(data).latest()

    return build_world


@pytest.fixture(scope="session")
def sample_snapshot(data: Path) -> OpenSnapshot:
    build(data, [Sample()])
    return Dataset(data).latest()
