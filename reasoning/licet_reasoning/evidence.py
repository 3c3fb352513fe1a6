"""What would discharge a term, and what of that a snapshot shows of a work.

A snapshot holds what the hub and the card say in fields, and which license texts were found among
the files. Prose, notices and the files themselves are not in it, so that most duties cannot be
seen to be fulfilled; then nobody has looked, and that is said.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol
from urllib.parse import unquote

from licet_ontology.terms import GRAPH_HUB, local_name, term
from licet_reasoning.beginnings import FULFILS, IN_DOUBT, prescribed_beginnings
from licet_reasoning.explanation import Evidence, Look, Term

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from licet_queries.library import SavedQuery


class Stating(Protocol):
    """A graph that is asked what it states."""

    def objects(self, subject: str, predicate: str, graph: str) -> list[str]:
        """Return IRIs."""
        ...

    def texts(self, subject: str, predicate: str, graph: str) -> list[str]:
        """Return literals."""
        ...

    def label(self, iri: str) -> str:
        """Return a label."""
        ...


_BY_KIND: Final = {
    "license-copy": ("license-text",),
    "share-alike": ("declared-license", "license-text"),
    "pass-through": ("declared-license", "license-text"),
    "naming": ("name",),
    "attribution": ("bases", "files"),
    "extracted-model-notice": ("bases", "files"),
    "output-dataset-notice": ("bases", "files"),
    "notice-file": ("files",),
    "state-changes": ("files",),
    "display-notice": ("files",),
    "documentation-duty": ("files",),
    "impact-report": ("files",),
    "source-disclosure": ("files",),
    "registration": ("licensee",),
    "acceptance": ("licensee",),
}
"""What is looked for where a duty of a kind binds; no look shows that anything else is kept."""


def evidence_of_clause(graph: Stating, work: str, clause: Term) -> Evidence:
    """Return what would fulfil a clause that binds a work, and what was seen of it."""
    looks = _BY_KIND.get(clause.kind, ())
    return Evidence(clause.remedy, tuple(_LOOKS[name](graph, work, clause) for name in looks))


def evidence_of_finding(graph: Stating, work: str, rule: SavedQuery, because: Term) -> Evidence:
    """Return what would discharge a finding, and what was seen of it.

    What a rule looks at stands in its header, under ``looks-at``.
    """
    discharged_by = " ".join(rule.header["discharged-by"].split())
    looks: Iterable[str] = rule.header.get("looks-at", ())
    return Evidence(discharged_by, tuple(_LOOKS[name](graph, work, because) for name in looks))


def looks() -> tuple[str, ...]:
    """Return the names of what can be looked for, sorted."""
    return tuple(sorted(_LOOKS))


def _declared_license(graph: Stating, work: str, _: Term) -> Look:
    stated = graph.texts(work, term("statedLicense"), GRAPH_HUB)
    named = [
        f"{graph.label(iri)} ({local_name(iri)})"
        for iri in graph.objects(work, term("declaredLicense"), GRAPH_HUB)
    ]
    return Look("a license in the card or on the hub", tuple(named or stated))


def _license_text(graph: Stating, work: str, about: Term) -> Look:
    wanted = about.license_iri if about.type == "clause" else ""
    found = graph.objects(work, term("detectedLicense"), GRAPH_HUB)
    named = about.license if wanted else "a license"
    seen = [iri for iri in found if not wanted or iri == wanted]
    others = f"; found instead: {', '.join(map(local_name, found))}" if found and not seen else ""
    return Look(
        f"the text of {named} among the files that were read{others}",
        tuple(f"{graph.label(iri)} ({local_name(iri)})" for iri in seen),
    )


def _name(_graph: Stating, work: str, clause: Term) -> Look:
    name = unquote(work.rpartition("/")[2])
    for beginning in prescribed_beginnings():
        if clause.iri in {iri for _, iri in beginning.clauses}:
            state = beginning.shown_by(name)
            what = f"a name that begins with “{beginning.words}”; it is “{name}”"
            doubt = ", of which that cannot be said" if state == IN_DOUBT else ""
            return Look(what + doubt, (name,) if state == FULFILS else ())
    return Look(f"a name as the clause prescribes it; it is “{name}”", (), visible=False)


def _bases(graph: Stating, work: str, _: Term) -> Look:
    parents = graph.objects(work, term("reuses"), GRAPH_HUB)
    return Look("upstream works named as bases or data", tuple(map(local_name, parents)))


def _files(_graph: Stating, _work: str, _about: Term) -> Look:
    return Look("the words of the card and the files of the repository", (), visible=False)


def _licensee(_graph: Stating, _work: str, _about: Term) -> Look:
    return Look("facts about who uses the work, or permission of the licensor", (), visible=False)


_LOOKS: Final[dict[str, Callable[[Stating, str, Term], Look]]] = {
    "declared-license": _declared_license,
    "license-text": _license_text,
    "name": _name,
    "bases": _bases,
    "files": _files,
    "licensee": _licensee,
}
