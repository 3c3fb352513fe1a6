"""Licet from Python: the functions that the command line and the service use themselves.

    >>> from licet_service.api import plan, suggest
    >>> report = plan({"publish": {"work": "meta-llama/Llama-3.1-8B", "how": "sell"}})
    >>> report["verdict"]
    >>> suggest("meta-llama/Llama-3.1-8B", "google/gemma-2-9b", do="merge")["may"]

Each takes the data folder that ``licet build`` fills, and returns JSON values: what
``licet … --json`` prints. See docs/adr/0014-questions-before-publication.md.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from licet_ontology.terms import DEFAULT_READING
from licet_service import planning
from licet_service.dataset import Dataset
from licet_service.plan_files import plan_file

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT_DATA = Path("licet-data")

__all__ = ["plan", "suggest"]


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
    return planning.plan(Dataset(data).latest(), value, reading)


def suggest(
    *works: str,
    do: str = "",
    how: str = "share",
    form: str = "",
    purpose: str = "",
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
        data: The data folder.
        reading: The reading of contested law.

    Raises:
        UsageError: Something of it is not as it must be.
        NoSnapshotError: The data folder holds no snapshot.
    """
    opened = Dataset(data).latest()
    return planning.suggest(opened, list(works), do, how, form, purpose, reading)
