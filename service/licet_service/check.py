"""Checks of one work: a repository on disk as before its upload, or a work by its id.

A repository is read as a source of records is, and judged by the same rules as the works of the
Hub, on top of the snapshot; nothing is written. What its files show of each inherited duty is
decided by `licet_reasoning.discharge`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

from licet_ontology.errors import SourceError, UnknownWorkError, UsageError
from licet_ontology.terms import DEFAULT_READING, license_iri, local_name, term, work_iri
from licet_reasoning.choices import are_choices, unless_chosen
from licet_reasoning.discharge import (
    FULFILLED,
    MISSING,
    UNSEEN,
    Asked,
    Discharge,
    Upstream,
    discharge,
)
from licet_service.check_notes import Seen, notes_on, spelled_note
from licet_service.check_report import STATES, CheckedDuty, CheckReport, Note
from licet_service.work_names import key_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from licet_ingest.records import WorkRecord
    from licet_ingest.repository_contents import Contents
    from licet_ingest.repository_files import Folder
    from licet_reasoning.explanation import Imposition, Term
    from licet_reasoning.hypothesis import Ground, Judged

_WORST = ("violated", "unknown", "met")
_METADATA_ONLY = Discharge(
    UNSEEN,
    "only metadata is known of this work, and metadata shows no such thing",
    to_do="Check its files: licet check FOLDER.",
)


@dataclass(frozen=True)
class CheckedFolder:
    """A repository that was checked.

    Attributes:
        report: What was found.
        record: The work that it holds.
        contents: What its files hold.
        upstream: What the repositories of works upstream hold, as far as they were shown.
        upstream_folders: Where they lie.
        asked: What was asked of its files, by the IRI of the clause.
        license_names: Labels of the licenses of each work that it is made from.
    """

    report: CheckReport
    record: WorkRecord
    contents: Contents
    upstream: Mapping[str, Contents]
    upstream_folders: Mapping[str, Path]
    asked: Mapping[str, Asked]
    license_names: Mapping[tuple[str, str], tuple[str, ...]]


def check_work(
    ground: Ground, work: str, *, reading: str = DEFAULT_READING, snapshot: str = ""
) -> CheckReport:
    """Return what metadata tells of a work of the snapshot.

    Args:
        ground: The snapshot.
        work: ``owner/name``, ``datasets/owner/name`` or ``services/name``.
        reading: The reading of contested law.
        snapshot: Its id.

    Raises:
        UnknownWorkError: The work is not in the snapshot.
        UsageError: There is no such reading.
    """
    from licet_reasoning.hypothesis import judge

    asked = key_of(work)
    key = ground.meant(asked)
    iri = work_iri(*key)
    judged = judge(ground, [], reading, also=[iri])
    if not knows(ground, iri):
        raise UnknownWorkError(f"{local_name(iri)} is not in the graph, so nothing is known of it")
    report = _report(judged, ground, iri, reading, snapshot)
    return report if key == asked else replace(report, notes=(spelled_note(asked, key),))


def check_records(
    ground: Ground,
    records: Sequence[WorkRecord],
    *,
    reading: str = DEFAULT_READING,
    snapshot: str = "",
) -> CheckReport:
    """Return what metadata tells of the first of some works that no snapshot need hold."""
    from licet_reasoning.hypothesis import judge

    judged = judge(ground, records, reading)
    return _report(judged, ground, judged.works[0], reading, snapshot)


def check_folder(
    ground: Ground,
    folder: Folder,
    *,
    work_id: str | None = None,
    reading: str = DEFAULT_READING,
    snapshot: str = "",
    upstream: Mapping[str, Path] | None = None,
    more: Iterable[WorkRecord] = (),
    read: tuple[WorkRecord, list[Note]] | None = None,
) -> CheckedFolder:
    """Return what a repository on disk shows.

    Args:
        ground: The snapshot that the works upstream are in.
        folder: The repository.
        work_id: ``owner/name`` under which it is to be published; ``datasets/owner/name`` for a
            dataset. Without it, the name of the folder.
        reading: The reading of contested law.
        snapshot: Its id.
        upstream: Folders with the repositories of works upstream, by their ids.
        more: Works upstream that the snapshot need not hold.
        read: What ``read_record`` returned for the folder, if it has been asked.

    Raises:
        SourceError: The folder cannot be read.
        UsageError: There is no such reading, or what is given as an id is none.
    """
    from licet_ingest.repository_contents import read_contents
    from licet_reasoning.hypothesis import judge
    from licet_reasoning.spelling import with_works_meant

    ground.compiled.tell_names()
    stated, faults = read or read_record(folder, work_id)
    more = tuple(more)
    record, otherwise = with_works_meant(ground, stated, {work.key for work in more})
    contents = read_contents(folder)
    spelled = {written[1]: there[1] for written, there in otherwise.items()}
    folders = {spelled.get(id_, id_): path for id_, path in (upstream or {}).items()}
    shown = {id_: read_contents(path) for id_, path in folders.items()}
    judged = judge(ground, [record, *more], reading)
    iri = judged.works[0]
    report = _report(judged, ground, iri, reading, snapshot, contents, shown)
    seen = Seen(ground, record, contents, judged, iri, report)
    notes = (
        *faults,
        *(spelled_note(*pair, stated, contents) for pair in otherwise.items()),
        *notes_on(seen, name_is_given=work_id is not None),
    )
    return CheckedFolder(
        report=replace(report, notes=notes),
        record=record,
        contents=contents,
        upstream=shown,
        upstream_folders=folders,
        asked={
            duty.term.iri: _asked(ground, duty.term, duty.imposed_by, "") for duty in report.duties
        },
        license_names={
            derivation.parent: tuple(
                ground.compiled.term(license_).label
                for license_ in judged.stated(work_iri(*derivation.parent), term("license"))
            )
            for derivation in record.derivations
        },
    )


def _text_url(ground: Ground, license_: str) -> str:
    """Return where the text of a license is published, or nothing."""
    from pyoxigraph import NamedNode

    from licet_ontology.nodes import text_of
    from licet_ontology.terms import GRAPH_LICENSES

    iri = license_iri(license_)
    if ground.store is None:
        return _addresses().get(iri, "")
    found = ground.store.quads_for_pattern(
        NamedNode(iri), NamedNode(term("textUrl")), None, NamedNode(GRAPH_LICENSES)
    )
    return next((text_of(quad.object) for quad in found), "")


@cache
def _addresses() -> dict[str, str]:
    from licet_ontology import modules
    from licet_ontology.nodes import text_of

    said = (t for t in modules.catalogue() if t.predicate.value == term("textUrl"))
    return {text_of(t.subject): text_of(t.object) for t in said}


def knows(ground: Ground, iri: str) -> bool:
    """Tell whether the snapshot holds a record of a work."""
    facts, _ = ground.stated_of(iri)
    return bool(facts) and (term("gap"), term("MissingWork")) not in facts


def read_record(folder: Folder, work_id: str | None = None) -> tuple[WorkRecord, list[Note]]:
    """Return the work that a folder holds, and what could not be read of it.

    Raises:
        SourceError: The folder cannot be read.
        UsageError: What is given as an id is none.
    """
    from licet_ingest.identifiers import id_fault
    from licet_ingest.repository_layout import named_by_path
    from licet_ingest.sources.repository import Repositories

    given = work_id
    if given is None:
        _, named = named_by_path(folder.resolve().name, ())
        given = named if "/" in named else f"local/{named}"
        given = "local/repository" if id_fault(given) else given
    elif reason := id_fault(given.removeprefix("datasets/")):
        raise UsageError(f"{work_id!r} {reason}")
    [item] = Repositories(folder, given).items()
    if item.work is None:
        fault = item.faults[0]
        raise SourceError(f"{folder}: {fault.field} {fault.value} {fault.reason}")
    notes = [
        Note(
            "not-read",
            "warning",
            f"{fault.field} {fault.value!r} {fault.reason}"
            if fault.value
            else f"{fault.field} {fault.reason}",
            to_do="Mend it, so that what it says can be read.",
        )
        for fault in item.faults
    ]
    return item.work, notes


def _report(
    judged: Judged,
    ground: Ground,
    iri: str,
    reading: str,
    snapshot: str,
    contents: Contents | None = None,
    upstream: Mapping[str, Contents] | None = None,
) -> CheckReport:
    explanation = judged.explanation(iri)
    reasons = {reason.term.iri: reason for reason in explanation.obligations}
    verdicts: dict[str, str] = {}
    for said in judged.judgements(iri):
        judgement = unless_chosen(judged, iri, said)
        kind = ground.compiled.term(judgement.because).kind
        if kind == judgement.code:
            known = verdicts.get(judgement.because, "met")
            verdicts[judgement.because] = min(known, judgement.verdict, key=_WORST.index)
    duties: list[CheckedDuty] = []
    terms = []
    for bond in judged.bonds(iri):
        reason = reasons.get(bond.clause)
        imposed = reason.imposed_by if reason else judged.impositions(iri, bond.clause)
        imposed = tuple(one for one in imposed if one.path)
        if not imposed:
            continue  # It is of the work's own license, or of nothing that can be shown.
        if "Duty" in ground.compiled.kinds(bond.clause):
            clause = ground.compiled.term(bond.clause)
            asked = _asked(ground, clause, imposed, verdicts.get(bond.clause, ""))
            found = (
                discharge(asked, contents, dict(upstream or {}))
                if contents is not None
                else _by_metadata(asked)
            )
            # What is violated whichever license is taken is missing.
            offered = [one for one in judged.imposing(iri, bond.clause) if one != iri]
            is_choice = verdicts.get(bond.clause) != "violated" and are_choices(judged, offered)
            if (bond.in_doubt or is_choice) and found.state == MISSING:
                open_ = (
                    "it binds if this license is taken of those on offer"
                    if is_choice
                    else f"the reading {reading!r} leaves open whether it binds"
                )
                found = replace(found, state=UNSEEN, why=f"{open_}; {found.why}")
            accepts = [
                local_name(license_).removeprefix("license/")
                for license_ in ground.compiled.links(bond.clause, "acceptsLicense")
            ]
            duties.append(
                CheckedDuty(
                    clause,
                    imposed,
                    tuple(sorted(accepts)),
                    bond.in_doubt or is_choice,
                    found,
                )
            )
        elif reason is not None:
            terms.append(replace(reason, imposed_by=imposed))
    duties.sort(key=lambda duty: (STATES.index(duty.discharge.state), duty.term.iri))
    card = contents.card if contents is not None else None
    return CheckReport(
        explanation=explanation,
        seen="metadata" if contents is None else "files",
        snapshot=snapshot,
        duties=tuple(duties),
        terms=tuple(terms),
        notes=(),
        card=card.name if card else "",
        fields=contents.fields if contents is not None else {},
    )


def _asked(ground: Ground, clause: Term, imposed: Sequence[Imposition], verdict: str) -> Asked:
    """Return what evidence is asked for."""
    parameters = dict[str, list[str]]()
    for name, value in clause.parameters:
        parameters.setdefault(name, []).append(value)
    name = local_name(clause.iri).removeprefix("clause/")
    license_ = name.partition("/")[0]
    upstreams = []
    for one in imposed:
        kind, _, id_ = one.work.partition("/")
        upstreams.append(Upstream(kind, id_, one.path[0].relation))
    return Asked(
        clause=name,
        kind=clause.kind,
        license=license_,
        names=(clause.license, license_),
        upstreams=tuple(upstreams),
        quote=clause.quote,
        condition=" ".join(parameters.get("condition", ())),
        phrases=tuple(parameters.get("phrase", ())),
        prefix=next(iter(parameters.get("namePrefix", ())), ""),
        verdict=verdict,
        address=_text_url(ground, license_) if clause.kind == "license-copy" else "",
    )


def _by_metadata(asked: Asked) -> Discharge:
    """Return what metadata shows of a duty: its license and its name, and nothing else."""
    if asked.kind == "naming" and asked.prefix and asked.verdict == "met":
        return Discharge(FULFILLED, f"the name begins with “{asked.prefix}”")
    if asked.kind == "share-alike" and asked.verdict == "met":
        return Discharge(FULFILLED, "the stated license is one that the clause accepts")
    if asked.kind in {"naming", "share-alike", "pass-through"} and asked.verdict == "violated":
        what = "name" if asked.kind == "naming" else "stated license"
        return Discharge(MISSING, f"the {what} is none that the clause accepts")
    return _METADATA_ONLY
