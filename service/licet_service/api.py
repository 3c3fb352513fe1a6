"""Licet from Python: the functions that the command line and the service use themselves.

    >>> from licet_service.api import check, plan, suggest
    >>> check(Path("my-model"), id="me/Llama-mine")["verdict"]
    >>> report = plan({"publish": {"work": "meta-llama/Llama-3.1-8B", "how": "sell"}})
    >>> report["verdict"]
    >>> suggest("meta-llama/Llama-3.1-8B", "google/gemma-2-9b", do="merge")["may"]

Each takes the data folder that ``licet build`` fills, and returns JSON values: what
``licet … --json`` prints. See docs/adr/0011-questions-before-publication.md.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from licet_ontology.errors import UsageError
from licet_ontology.terms import DEFAULT_READING
from licet_service import planning
from licet_service.check import check_folder, check_work
from licet_service.dataset import Dataset
from licet_service.plain import plain
from licet_service.plan_files import plan_file

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT_DATA = Path("licet-data")

__all__ = ["check", "plan", "suggest"]


def check(
    work: str | Path,
    *,
    id: str | None = None,
    data: Path = DEFAULT_DATA,
    reading: str = DEFAULT_READING,
) -> dict[str, Any]:
    """Return what a repository shows of the duties on it, before or after it is published.

    Args:
        work: The folder that holds it, or the id of a work of the snapshot.
        id: Of a folder, ``owner/name`` under which it is to be published.
        data: The data folder.
        reading: The reading of contested law.

    Raises:
        UnknownWorkError: The work is not in the snapshot.
        UsageError: The folder cannot be read, or there is no such reading.
        NoSnapshotError: The data folder holds no snapshot.
    """
    opened = Dataset(data).latest()
    ground, snapshot = opened.ground(reading), opened.snapshot.id
    if isinstance(work, Path):
        if not work.is_dir():
            raise UsageError(f"{work} is no folder")
        found = check_folder(ground, work, work_id=id, reading=reading, snapshot=snapshot).report
    else:
        found = check_work(ground, work, reading=reading, snapshot=snapshot)
    return found.as_json()


def plan(
    plan: Mapping[str, Any] | Path,
    *,
    data: Path = DEFAULT_DATA,
    reading: str = DEFAULT_READING,
) -> dict[str, Any]:
    """Return what a plan amounts to.

    Args:
        plan: The plan, or the file that holds it; docs/plans.md says how plans are written.
        data: The data folder.
        reading: The reading of contested law.

    Raises:
        UsageError: It is no plan, names works that are not there, or there is no such reading.
        NoSnapshotError: The data folder holds no snapshot.
    """
    value = plan_file(plan) if isinstance(plan, Path) else dict(plan)
    found: dict[str, Any] = plain(planning.plan(Dataset(data).latest(), value, reading))
    return found


def suggest(
    *works: str,
    do: str = "",
    how: str = "share",
    form: str = "",
    purpose: str = "",
    licensee: Mapping[str, Any] | None = None,
    data: Path = DEFAULT_DATA,
    reading: str = DEFAULT_READING,
) -> dict[str, Any]:
    """Return under which licenses what is made from works may be published.

    Args:
        works: Ids on the Hub, or ``license:`` and the name of a license.
        do: What is done to them, as in a plan; without it, merge if they are several, else
            fine-tune.
        how: ``share``, ``sell`` or ``internal``.
        form: As what; without it, as what such a work usually is.
        purpose: ``commercial`` or ``non-commercial``, if it is known.
        licensee: What is known of who wants to, as in a plan.
        data: The data folder.
        reading: The reading of contested law.

    Raises:
        UsageError: Something of it is not as it must be.
        NoSnapshotError: The data folder holds no snapshot.
    """
    opened = Dataset(data).latest()
    return planning.suggest(opened, list(works), do, how, form, purpose, reading, licensee)
