"""The licenses of the catalogue beside one another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from licet_service.license_page import STATUSES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from licet_service.license_view import LicenseView


def overview(views: Sequence[LicenseView]) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Return column names and one row per license: what it is called and allows."""
    rows: list[tuple[str, ...]] = [
        (
            view.id,
            view.label,
            str(len(view.clauses)) if view.read else "not read",
            next((fact.value for fact in view.facts if fact.name == "commercialUse"), ""),
        )
        for view in views
    ]
    return ("license", "name", "clauses", "commercial use"), rows


_GRANTED = (
    ("modify", "modify"),
    ("share", "share"),
    ("share changed", "share-derivative"),
)
_COMPARED = (
    ("commercial use", "commercialUse"),
    ("revocability", "revocability"),
    ("sublicensing", "sublicensing"),
    ("patents", "patentGrant"),
    ("extracted models", "extractedModels"),
    ("adapters", "adapters"),
)
_MARKED = (
    ("attribution", {"attribution"}),
    ("license copy", {"license-copy"}),
    ("changes", {"state-changes"}),
    ("share-alike", {"share-alike"}),
    ("source", {"source-disclosure"}),
    ("use limits", {"use-restriction", "field-of-use"}),
    ("pass-through", {"pass-through"}),
    ("no derivatives", {"no-derivatives"}),
    ("naming", {"naming", "display-notice"}),
    ("output ban", {"output-improvement-ban", "output-restriction"}),
    ("thresholds", {"mau-threshold", "revenue-threshold", "territory"}),
)


def comparison(
    views: Sequence[LicenseView],
) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Return column names and one row per license: rights, facts, kinds of its clauses."""
    names = ("license", *(name for name, _ in (*_GRANTED, *_COMPARED, *_MARKED)))
    rows: list[tuple[str, ...]] = []
    for view in views:
        facts = {fact.name: fact.value for fact in view.facts}
        kinds = {clause.kind for clause in view.clauses}
        rights = {right.right: STATUSES[right.status] for right in view.rights}
        if view.read:
            marks = ["x" if wanted & kinds else "" for _, wanted in _MARKED]
            granted = [rights[right] for _, right in _GRANTED]
            told = [facts.get(fact, "") for _, fact in _COMPARED]
            rows.append((view.id, *granted, *told, *marks))
        else:
            silent = ["not read"] * len((*_GRANTED, *_COMPARED))
            rows.append((view.id, *silent, *("?" for _ in _MARKED)))
    return names, rows


def comparison_markdown(views: Sequence[LicenseView]) -> Iterator[str]:
    """Yield the comparison of licenses as a Markdown document."""
    names, rows = comparison(views)
    yield "# The licenses at a glance"
    yield ""
    yield (
        f"{sum(view.read for view in views)} licenses read clause by clause, and "
        f"{sum(not view.read for view in views)} known by name alone, from which nothing is "
        "concluded. Made by `licet licenses --format markdown`; `licet licenses ID` shows one "
        "with sections and quotes. What is granted is so on the terms of the license, for the "
        "purpose that it names. An x says that a clause of the kind is in the text, under "
        "whatever condition; this is not legal advice."
    )
    yield ""
    yield f"| {' | '.join(names)} |"
    yield f"|{'---|' * len(names)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"
