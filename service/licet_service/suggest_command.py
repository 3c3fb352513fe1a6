"""The command ``licet suggest``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from licet_reasoning.suggestion import suggest
from licet_service.dataset import Dataset
from licet_service.planning import question_of, suggestion_json
from licet_service.report import finding_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from licet_reasoning.suggestion_outcome import RankedLicense, Suggestion

_LIMIT = (
    "Whatever is chosen, the duties and restrictions that were inherited go on binding; licet plan "
    "shows them. Under the reading {!r}. This is not legal advice."
)
_SHOWN_CODES = ("error", "unknown")


def run(
    works: list[str],
    data: Path,
    reading: str,
    *,
    do: str,
    how: str,
    form: str,
    purpose: str,
    as_json: bool,
    emit: Callable[[Iterable[str]], None],
) -> int:
    """Print under which licenses a work may be published, and return the status for that."""
    question = question_of(works, do=do, how=how, form=form, purpose=purpose)
    opened = Dataset(data).latest()
    found = suggest(question, opened.ground(reading), reading)
    if as_json:
        told = suggestion_json(found, opened.snapshot.id)
        emit([json.dumps(told, indent=2, ensure_ascii=False)])
    else:
        emit(suggestion_lines(found))
    return {"may": 0, "may not": 1}.get(found.answer, 3)


def suggestion_lines(found: Suggestion) -> Iterator[str]:
    """Yield a suggestion as text for people."""
    question = found.question
    form = f" as {question.form}" if question.form else ""
    yield f"{question.do} of {', '.join(question.works)}, to {question.how}{form}: {found.answer}"
    for finding in found.findings:
        if finding.severity in _SHOWN_CODES:
            yield from finding_lines(finding)
    if found.may:
        yield ""
        yield "May be published under, least restrictive first:"
        for one in found.may:
            above = f"  (restricts more than {', '.join(one.above)})" if one.above else ""
            yield f"  {one.rank} {one.license}{above}"
    if found.beside:
        yield ""
        yield "May be put on what you add alone; what was inherited goes along and goes on binding:"
        for kept, licenses in _by_what_is_kept(found.beside).items():
            yield f"  {', '.join(licenses)}"
            yield f"    beside {'; '.join(kept)}"
    for title, answers in (("Not known:", found.unknown), ("Not under:", found.may_not)):
        if answers:
            yield ""
            yield title
        for answer in answers:
            yield f"  {answer.license}: {answer.codes[0]} ({answer.because[0]})"
    if found.changes:
        yield ""
        yield "What would change that:"
        for change in found.changes:
            whole = [one for one in change.may if not one.beside]
            under = ", ".join(one.license for one in (whole or change.may)[:5])
            then = "then, for example" if whole else "then, on what you add alone, for example"
            yield f"  {change.what}{f': {then}, under {under}' if under else ''}"
    yield ""
    if found.unread:
        yield f"Of {found.unread} licenses that nobody has read nothing is said."
    yield _LIMIT.format(found.reading)


def _by_what_is_kept(ranked: Iterable[RankedLicense]) -> dict[tuple[str, ...], list[str]]:
    found: dict[tuple[str, ...], list[str]] = {}
    for one in ranked:
        found.setdefault(one.beside, []).append(one.license)
    return found
