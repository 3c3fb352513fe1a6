"""What ``licet check`` does: checks a folder or a work by its id, and prints what was found."""

from __future__ import annotations

import enum
import json
import os
import sys
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from licet_ontology.errors import SourceError, UsageError
from licet_ontology.terms import DEFAULT_READING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from licet_ingest.records import WorkRecord
    from licet_reasoning.hypothesis import Ground
    from licet_service.check import CheckedFolder
    from licet_service.check_report import CheckReport, Note


class CheckFormat(enum.StrEnum):
    """How the report of a check is printed."""

    text = "text"
    json = "json"
    sarif = "sarif"
    junit = "junit"
    markdown = "markdown"


@dataclass(frozen=True)
class CheckQuestion:
    """What is asked.

    Attributes:
        work: A folder, or the id of a work.
        data: The folder that holds the snapshots.
        reading: The reading of contested law.
        work_id: Of a folder, the id under which it is to be published.
        live: Whether the Hub is asked.
        upstream: Of a folder, those with the repositories of works upstream, by their ids.
    """

    work: str
    data: Path
    reading: str = DEFAULT_READING
    work_id: str | None = None
    live: bool = False
    upstream: Mapping[str, Path] = field(default_factory=dict[str, Path])

    @property
    def folder(self) -> Path | None:
        """The folder that is asked about, or None for an id."""
        path = Path(self.work).expanduser()
        if path.is_dir():
            return path
        if path.is_absolute() or self.work.startswith((".", "~")) or path.is_file():
            raise SourceError(f"{self.work} is no folder")
        return None


def given_upstream(values: Iterable[str]) -> dict[str, Path]:
    """Return the folders that ``--upstream owner/name=FOLDER`` names.

    Raises:
        UsageError: One is not written like that, or there is no such folder.
    """
    found: dict[str, Path] = {}
    for value in values:
        id_, equals, folder = value.partition("=")
        if not equals or not Path(folder).is_dir():
            raise UsageError(f"write --upstream OWNER/NAME=FOLDER with a folder, not {value!r}")
        found[id_] = Path(folder)
    return found


def answer(question: CheckQuestion) -> CheckReport | CheckedFolder:
    """Return what a check finds.

    Raises:
        LicetError: It finds nothing; its kind says who must act.
    """
    from licet_service.check import check_folder, check_records, check_work, read_record

    folder = question.folder
    if folder is None and (question.work_id or question.upstream):
        raise UsageError("--id and --upstream go with a folder")
    ground, snapshot = _ground(question)
    if folder is None:
        if not question.live:
            return check_work(ground, question.work, reading=question.reading, snapshot=snapshot)
        records, lacking = _live([_key(question.work)], first=True)
        report = check_records(ground, records, reading=question.reading, snapshot=snapshot)
        return replace(report, notes=(*report.notes, *lacking))
    ground.compiled.tell_names()
    read = read_record(folder, question.work_id)
    record, _ = read
    more: list[WorkRecord] = []
    notes: list[Note] = []
    if question.live:
        parents = dict.fromkeys(derivation.parent for derivation in record.derivations)
        more, notes = _live(list(parents))
        more = [work for work in more if work.key != record.key]
    checked = check_folder(
        ground,
        folder,
        work_id=question.work_id,
        reading=question.reading,
        snapshot=snapshot,
        upstream=question.upstream,
        more=more,
        read=read,
    )
    report = replace(checked.report, notes=(*checked.report.notes, *notes))
    return replace(checked, report=report)


def _ground(question: CheckQuestion) -> tuple[Ground, str]:
    """Return what the work stands on: the snapshot, or with the live Hub if need be none."""
    from licet_ingest.snapshot import NoSnapshotError
    from licet_reasoning.compiled import compiled
    from licet_reasoning.hypothesis import Ground
    from licet_service.dataset import Dataset

    try:
        opened = Dataset(question.data).latest()
    except NoSnapshotError:
        if not question.live:
            raise
        return Ground(compiled(_user_cache())), ""
    return opened.ground(question.reading), opened.snapshot.id


def _user_cache() -> Path:
    """Return where what is computed once is kept without a data folder."""
    given = os.environ.get("XDG_CACHE_HOME")
    return (Path(given) if given else Path("~/.cache").expanduser()) / "licet"


def _key(work: str) -> tuple[str, str]:
    folder, _, rest = work.partition("/")
    if folder == "services":
        raise UsageError("the Hub is asked about models and datasets only")
    return ("dataset", rest) if folder == "datasets" else ("model", work)


def _live(
    keys: list[tuple[str, str]], *, first: bool = False
) -> tuple[list[WorkRecord], list[Note]]:
    """Return works as the Hub has them now, with those upstream, and notes on what it lacks."""
    from licet_ingest.identifiers import id_fault
    from licet_ingest.sources.hub_client import HubClient
    from licet_ingest.sources.hub_works import works_with_upstream
    from licet_ontology.errors import UnknownWorkError
    from licet_service.check_report import Note

    for _, id_ in keys:
        if reason := id_fault(id_):
            raise UsageError(f"{id_!r} {reason}")
    client = HubClient()
    try:
        records, reasons = works_with_upstream(client, keys)
    finally:
        client.close()
    if first and (reason := reasons.get(keys[0])):
        raise UnknownWorkError(f"{keys[0][1]} is not on the Hub: {reason}")
    notes = [
        Note("not-on-the-hub", "warning", f"{kind} {id_}: {reason}")
        for (kind, id_), reason in sorted(reasons.items())
    ]
    return records, notes


def lines(report: CheckReport, format_: CheckFormat) -> Iterable[str]:
    """Return the lines that show a report in a format."""
    match format_:
        case CheckFormat.json:
            return [json.dumps(report.as_json(), indent=2, ensure_ascii=False)]
        case CheckFormat.sarif:
            from licet_service.sarif import check_sarif

            return [json.dumps(check_sarif(report), indent=2)]
        case CheckFormat.junit:
            from licet_service.junit import check_junit

            return ['<?xml version="1.0" encoding="UTF-8"?>', check_junit(report)]
        case CheckFormat.markdown:
            from licet_service.check_lines import check_markdown

            return check_markdown(report)
        case _:
            from licet_service.check_lines import check_lines, plain

            return check_lines(report, _coloured if _in_colour() else plain)


def _in_colour() -> bool:
    return (
        sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    )


def _coloured(text: str, colour: str) -> str:
    import click

    return click.style(text, fg=colour)


def run(
    question: CheckQuestion,
    format_: CheckFormat,
    *,
    fix: bool,
    apply: bool,
    patch: Path | None,
    emit: Callable[[Iterable[str]], None],
    say: Callable[[str], None],
) -> int:
    """Check, print the report or the patch that mends what can be mended, and return the status.

    Args:
        question: What is asked.
        format_: Of the report.
        fix: Whether to write what can be written.
        apply: Whether to write it into the folder, and to check again.
        patch: The file that the patch is written to; without it, standard output.
        emit: Prints data.
        say: Prints a message.

    Raises:
        LicetError: There is nothing to report; its kind says who must act.
    """
    if (apply or patch) and not fix:
        raise UsageError("--apply and --patch go with --fix")
    if apply and patch:
        raise UsageError("--apply writes into the folder; --patch to a file: choose one")
    found = answer(question)
    from licet_service.check_report import CheckReport

    if isinstance(found, CheckReport):
        if fix:
            raise UsageError("--fix goes with a folder")
        emit(lines(found, format_))
        return found.status
    if not fix:
        emit(lines(found.report, format_))
        return found.report.status
    from licet_service.fix import fixed
    from licet_service.patch import apply_edits, unified_diff

    folder = question.folder
    assert folder is not None  # noqa: S101 - what was checked is a folder
    fix_ = fixed(folder, found)
    for left in fix_.left:
        say(f"left to you: {left}")
    if apply:
        for written in apply_edits(folder, fix_.edits):
            say(f"wrote {written}")
        after = answer(question)
        assert not isinstance(after, CheckReport)  # noqa: S101
        emit(lines(after.report, format_))
        return after.report.status
    text = unified_diff(fix_.edits)
    if patch is not None:
        if patch.exists():
            raise UsageError(f"{patch} exists; nothing was written")
        patch.write_text(text, encoding="utf-8", newline="")
        say(f"wrote {patch}; apply it in the folder by: git apply {patch}")
    else:
        emit([text.rstrip("\n")] if text else [])
    if not fix_.edits:
        say("nothing to write")
    return found.report.status
