"""The command ``licet suggest``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Literal

from licet_reasoning.suggestion import suggest
from licet_service.dataset import Dataset
from licet_service.plan_report import item_lines
from licet_service.planning import question_of, suggestion_json
from licet_service.report import finding_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from licet_reasoning.plan_outcome import Item
    from licet_reasoning.suggestion_outcome import RankedLicense, Suggestion

_LIMIT = (
    "Whatever is chosen, the duties and restrictions that were inherited go on binding; licet plan "
    "shows them. Under the reading {!r}. This is not legal advice."
)
_SHOWN_CODES = ("error", "unknown")
_ANSWERS = {"conditional": "may, if what it turns on allows it"}


def run(
    works: list[str],
    data: Path,
    reading: str,
    *,
    do: str,
    how: str,
    form: str,
    purpose: str,
    licensee: Mapping[str, Any],
    as_json: bool,
    emit: Callable[[Iterable[str]], None],
) -> int:
    """Print under which licenses a work may be published, and return the status for that."""
    question = question_of(works, do=do, how=how, form=form, purpose=purpose, licensee=licensee)
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
    said = _ANSWERS.get(found.answer, found.answer)
    yield f"{question.do} of {', '.join(question.works)}, to {question.how}{form}: {said}"
    for finding in found.findings:
        if finding.severity in _SHOWN_CODES:
            yield from finding_lines(finding)
    if found.answer != "may not":
        yield from _condition_lines(found)
    if found.may:
        yield ""
        yield f"May be published under, least restrictive first{_if(found.turns_on)}:"
        for one in found.may:
            above = f"  (restricts more than {', '.join(one.above)})" if one.above else ""
            yield f"  {one.rank} {one.license}{above}"
        yield from _lacking_lines(found.may)
    if found.beside:
        yield ""
        yield (
            "May be put on what you add alone; what was inherited goes along and goes on binding"
            f"{_if(found.turns_on)}:"
        )
        for kept, licenses in _by(found.beside, "beside").items():
            yield f"  {', '.join(licenses)}"
            yield f"    beside {'; '.join(kept)}"
        yield from _lacking_lines(found.beside)
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
            then = f": {then}, under {under}" if under else ""
            yield f"  {change.what}{then}{_if(change.turns_on)}"
            yield from (f"    {item.in_words}" for item in change.turns_on)
    yield ""
    if found.unread:
        yield f"Of {found.unread} licenses that nobody has read nothing is said."
    yield _LIMIT.format(found.reading)


def _condition_lines(found: Suggestion) -> Iterator[str]:
    """Yield what the answer stands on, and what is not known, whatever the license."""
    yield from item_lines("Whatever the license, it turns on", found.turns_on)
    shown = {item.in_words for item in found.turns_on}
    unknowns = [text for text in found.unknowns if text not in shown]
    if unknowns and found.answer != "may":
        yield ""
        yield "Not known whatever the license:"
        yield from (f"  {text}" for text in unknowns)


def _lacking_lines(ranked: Iterable[RankedLicense]) -> Iterator[str]:
    for lacking, licenses in _by(ranked, "lacking").items():
        yield f"  {'; '.join(lacking)}"
        yield f"    which it needs under {', '.join(licenses)}"


def _if(turns_on: Iterable[Item]) -> str:
    return ", if what it turns on allows it" if tuple(turns_on) else ""


def _by(
    ranked: Iterable[RankedLicense], field: Literal["beside", "lacking"]
) -> dict[tuple[str, ...], list[str]]:
    """Return the licenses of which the same is said, where anything is."""
    found: dict[tuple[str, ...], list[str]] = {}
    for one in ranked:
        if said := one.beside if field == "beside" else one.lacking:
            found.setdefault(said, []).append(one.license)
    return found
