"""What goes into a bill of materials: a work, all that it draws on, and their licenses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyoxigraph import NamedNode

from licet_ontology.errors import UnknownWorkError
from licet_ontology.nodes import text_of
from licet_ontology.terms import (
    DCTERMS,
    DEFAULT_READING,
    GRAPH_HUB,
    GRAPH_LICENSES,
    NS,
    local_name,
    term,
    work_iri,
)
from licet_service.bom_words import UNSETTLED

if TYPE_CHECKING:
    from licet_reasoning.hypothesis import Ground

MAX_WORKS = 5_000
"""Works of one bill; the longest lineages on the Hub have some hundreds."""
HUB = "https://huggingface.co/"
_NOT_KNOWN = UNSETTLED | {"MissingWork", "NoLicense"}
"""Gaps that keep anybody from saying what the license of a work is."""


@dataclass(frozen=True)
class BilledLicense:
    """A license as bills of materials name it.

    Attributes:
        id: In the catalogue.
        spdx: In SPDX, or a ``LicenseRef-``.
        name: A few words.
        url: Where its text is, or empty.
    """

    id: str
    spdx: str
    name: str
    url: str

    @property
    def is_listed(self) -> bool:
        """Whether the SPDX License List has it."""
        return not self.spdx.startswith("LicenseRef-")


@dataclass(frozen=True)
class BilledWork:
    """A work of a bill.

    Attributes:
        kind: ``model``, ``dataset`` or ``service``.
        id: ``owner/name``.
        author: The account, or empty.
        created: ISO 8601, or empty.
        modified: ISO 8601, or empty.
        stated: What its license field says, word for word.
        declared: The licenses that card and Hub name.
        concluded: The licenses that it is taken to be under, all together; none where that is
            not known.
        gaps: Why its terms are not fully known.
        parents: (relation, kind, id) of what it was made from.
    """

    kind: str
    id: str
    author: str
    created: str
    modified: str
    stated: tuple[str, ...]
    declared: tuple[BilledLicense, ...]
    concluded: tuple[BilledLicense, ...]
    gaps: tuple[str, ...]
    parents: tuple[tuple[str, str, str], ...]

    @property
    def key(self) -> str:
        """Kind and id, as ``model/owner/name``."""
        return f"{self.kind}/{self.id}"

    @property
    def url(self) -> str:
        """Its page on the Hub, or empty."""
        folders = {"model": "", "dataset": "datasets/"}
        return f"{HUB}{folders[self.kind]}{self.id}" if self.kind in folders else ""


@dataclass(frozen=True)
class Bill:
    """A work and all that it draws on.

    Attributes:
        works: The work itself first, then the others by kind and id.
        snapshot: Id of the snapshot it was read from.
        created: When that was made, ISO 8601.
    """

    works: tuple[BilledWork, ...]
    snapshot: str
    created: str


def bill_of(ground: Ground, work: str, *, snapshot: str, created: str) -> Bill:
    """Return the bill of a work of a snapshot.

    Args:
        ground: The snapshot.
        work: ``owner/name``, ``datasets/owner/name`` or ``services/name``.
        snapshot: Its id.
        created: When it was made.

    Raises:
        UnknownWorkError: The work is not in it.
    """
    from licet_reasoning.hypothesis import judge
    from licet_service.check import knows
    from licet_service.work_names import key_of

    iri = work_iri(*ground.meant(key_of(work)))
    if not knows(ground, iri):
        raise UnknownWorkError(f"{local_name(iri)} is not in the graph, so nothing is known of it")
    judged = judge(ground, [], DEFAULT_READING, also=[iri])
    upstream = sorted(set(judged.upstream(iri)) - {iri})[: MAX_WORKS - 1]
    bill = _Reading(ground)
    return Bill(tuple(bill.work(one) for one in (iri, *upstream)), snapshot, created)


class _Reading:
    """Reads works and licenses from a store."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._licenses: dict[str, BilledLicense] = {}

    def work(self, iri: str) -> BilledWork:
        """Return one work."""
        facts, parents = self._ground.stated_of(iri)
        gaps = tuple(sorted(o for p, o in facts if p == term("gap"))) or (
            () if facts else (term("MissingWork"),)
        )
        kind, _, id_ = local_name(iri).partition("/")
        known = not _NOT_KNOWN.intersection(map(local_name, gaps))
        licenses = sorted(o for p, o in facts if p == term("license"))
        return BilledWork(
            kind=kind,
            id=id_,
            author=self._first(iri, NS + "author"),
            created=self._first(iri, DCTERMS + "created"),
            modified=self._first(iri, DCTERMS + "modified"),
            stated=self._texts(iri, NS + "statedLicense", GRAPH_HUB),
            declared=tuple(
                self._license(one) for one in self._texts(iri, term("declaredLicense"), GRAPH_HUB)
            ),
            concluded=tuple(map(self._license, licenses)) if known else (),
            gaps=tuple(local_name(gap) for gap in gaps),
            parents=tuple((local_name(r), *_key(p)) for r, p in parents),
        )

    def _license(self, iri: str) -> BilledLicense:
        if iri not in self._licenses:
            id_ = local_name(iri).removeprefix("license/")
            spdx = self._texts(iri, term("spdxIdentifier"), GRAPH_LICENSES)
            url = self._texts(iri, term("textUrl"), GRAPH_LICENSES)
            self._licenses[iri] = BilledLicense(
                id_,
                next(iter(spdx), f"LicenseRef-{id_}"),
                self._ground.compiled.term(iri).label,
                next(iter(url), ""),
            )
        return self._licenses[iri]

    def _first(self, subject: str, predicate: str) -> str:
        return next(iter(self._texts(subject, predicate, GRAPH_HUB)), "")

    def _texts(self, subject: str, predicate: str, graph: str) -> tuple[str, ...]:
        if self._ground.store is None:
            return ()
        quads = self._ground.store.quads_for_pattern(
            NamedNode(subject), NamedNode(predicate), None, NamedNode(graph)
        )
        return tuple(sorted(text_of(quad.object) for quad in quads))


def _key(iri: str) -> tuple[str, str]:
    kind, _, id_ = local_name(iri).partition("/")
    return kind, id_
