"""Which licenses a work may be published under, as text for people and as JSON for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from licet_service.license_view import resource_view
from licet_service.report import table_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from licet_reasoning.compatibility import Candidate
    from licet_reasoning.rules import Judgement

_COMPATIBILITY_LIMIT = (
    "Whatever is chosen, the duties and restrictions that were inherited go on binding; they are "
    "not shown here. This is not legal advice."
)


def compatibility_json(candidate: Candidate) -> dict[str, Any]:
    """Return an answer on one license as JSON values, with the clauses it rests on."""
    return {
        "license": candidate.license,
        "answer": candidate.answer,
        "against": [_judgement_json(j) for j in candidate.against],
        "warnings": [_judgement_json(j) for j in candidate.warnings],
    }


def _judgement_json(judgement: Judgement) -> dict[str, Any]:
    return {
        "code": judgement.code,
        "verdict": judgement.verdict,
        "because": resource_view(judgement.because),
        "against": [resource_view(iri) for iri in judgement.against],
    }


def compatibility_table(candidates: Iterable[Candidate]) -> Iterator[str]:
    """Yield one line per license: the answer, and the codes of what stands against it."""
    order = ("may", "unknown", "may not")
    rows = [
        (
            one.answer,
            one.license,
            " ".join(dict.fromkeys(j.code for j in one.against)),
            " ".join(dict.fromkeys(j.code for j in one.warnings)),
        )
        for one in sorted(candidates, key=lambda c: (order.index(c.answer), c.license))
    ]
    yield from table_lines(("answer", "license", "against it", "warnings"), rows)
    yield ""
    yield _COMPATIBILITY_LIMIT


def compatibility_lines(candidates: Iterable[Candidate]) -> Iterator[str]:
    """Yield the answer on each license with section and quote of what stands against it."""
    for one in candidates:
        yield f"{one.license}: {one.answer}"
        for judgement in (*one.against, *one.warnings):
            word = "" if judgement.verdict == "violated" else " (not known)"
            yield f"  {judgement.code}{word}: {_resource_text(judgement.because)}"
            for iri in judgement.against:
                yield f"      against {_resource_text(iri)}"
    yield _COMPATIBILITY_LIMIT


def _resource_text(iri: str) -> str:
    view = resource_view(iri)
    if "quote" not in view:
        return view["label"]
    return f"{view['label']} ({view['license']}, section {view['section']}: “{view['quote']}”)"
