"""The report of a build: what became of every record, and what is wrong with the data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from licet_service.terminal import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from licet_ingest.snapshot import Snapshot

SHOWN = 10
"""Groups of faults, names and works that are shown of each kind; the manifest lists more."""
MAX_TEXT_CHARS = 100
"""Of one text that comes from a source."""

_CHANGES = {
    "LicenseChange": "licenses changed",
    "LineageChange": "relations to a base or dataset changed",
    "GatingChange": "gatings changed",
    "Removal": "works removed",
    "Reappearance": "works back",
}
_NOT_COMPARED = {
    "appeared": "works were not in it",
    "unseen": "works of it are in none of these sources, which is not taken as a removal",
    "read_otherwise": "works state the same license, which is read otherwise now",
    "older": "works have an older record than it had, which is not taken as a change",
}


def _shown(text: str) -> str:
    return printable(text, MAX_TEXT_CHARS)


def build_lines(snapshot: Snapshot) -> Iterator[str]:
    """Yield what a build made of its sources, and what is wrong with them."""
    manifest, report = snapshot.manifest, snapshot.manifest["report"]
    for source in manifest["sources"]:
        records = source["records"]
        yield (
            f"{_shown(source['name'])}: {records['read']} records read = "
            f"{records['ingested']} ingested + {records['merged']} merged + "
            f"{records['rejected']} rejected; "
            f"{records['values_dropped']} values left out of records that were kept"
        )
    if not report["every_record_is_accounted_for"]:
        yield "THESE COUNTS DO NOT ADD UP: records were lost, which is an error of Licet"
    counts = manifest["counts"]
    named = counts["works"] - counts["works_in_graph"]
    yield (
        f"{counts['works_in_graph']} works, {named} more that they name, "
        f"{counts['derivations']} derivations"
    )
    for reading, figures in manifest["readings"].items():
        yield f"reading {reading}: {figures['situations']} situations"
    yield from _fault_lines(report["faults"])
    yield from _gap_lines(report)
    yield from _missing_lines(report["missing_works"])
    yield from _change_lines(report["changes"])
    yield ""
    yield f"snapshot {snapshot.path}; what was left out and why: rejects.jsonl there"


def _fault_lines(faults: dict[str, Any]) -> Iterator[str]:
    if not faults["total"]:
        return
    yield ""
    yield f"Left out: {faults['total']} records and values, by field and reason"
    groups = faults["groups"][:SHOWN]
    for group in groups:
        field = _shown(group["field"]) or "the record"
        what = " (whole record)" if group["record_rejected"] else ""
        yield f"{group['count']:>9}  {field} {_shown(group['reason'])}{what}"
        yield (
            f"           as in {_shown(group['source'])}, {_shown(group['record'])}: "
            f"“{_shown(group['value'])}”"
        )
    if rest := faults["total"] - sum(group["count"] for group in groups):
        yield f"{rest:>9}  for other reasons"
    if faults["capped"]:
        yield "           more reasons than are counted apart"


def _gap_lines(report: dict[str, Any]) -> Iterator[str]:
    if report["gaps"]:
        yield ""
        yield "What is not known of works"
        yield from (f"{count:>9}  {gap}" for gap, count in report["gaps"].items())
    unidentified = report["unidentified_licenses"]
    if unidentified["works"]:
        yield ""
        yield f"Unidentified licenses: {unidentified['names']} names, the most common first"
        for one in unidentified["most_common"][:SHOWN]:
            yield f"{one['works']:>9}  {_shown(one['name']) or 'no name'}"


def _missing_lines(missing: dict[str, Any]) -> Iterator[str]:
    if not missing["works"]:
        return
    yield ""
    yield f"Works that others name and no source holds: {missing['works']}, the most named first"
    for one in missing["most_named"][:SHOWN]:
        yield f"{one['derivations']:>9}  {_shown(one['work'])}"


def _change_lines(changes: dict[str, Any]) -> Iterator[str]:
    if not changes["since"]:
        return
    yield ""
    yield f"Since snapshot {changes['since']}"
    found = [
        *((count, _CHANGES.get(kind, kind)) for kind, count in changes["by_kind"].items()),
        *((changes[key], text) for key, text in _NOT_COMPARED.items() if changes[key]),
    ]
    yield from (f"{count:>9}  {text}" for count, text in found or [(0, "changes")])
