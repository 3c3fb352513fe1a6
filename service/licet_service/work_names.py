"""How people name a work: ``owner/name``, ``datasets/owner/name`` or ``services/app``."""

from __future__ import annotations

from typing import Final

from licet_ingest.identifiers import MAX_ID_CHARS, id_fault
from licet_ontology.errors import UsageError

_KINDS: Final = {"datasets": "dataset", "services": "service"}


def kind_and_id(work: str) -> tuple[str, str]:
    """Return kind and id of a work by its name.

    Raises:
        UsageError: It can be the name of none.
    """
    kind, work_id = key_of(work)
    reason = id_fault(work_id)
    if kind == "service" and 0 < len(work_id) <= MAX_ID_CHARS and work_id.isprintable():
        reason = None  # apps are not named by the Hub's rules
    if reason:
        raise UsageError(f"{work!r} {reason}")
    return kind, work_id


def key_of(work: str) -> tuple[str, str]:
    """Return kind and id that a name stands for, whether or not there can be such a work."""
    folder, _, rest = work.partition("/")
    kind = _KINDS.get(folder, "model")
    return kind, work if kind == "model" else rest


def name_of(kind: str, work_id: str) -> str:
    """Return the name of a work."""
    return work_id if kind == "model" else f"{kind}s/{work_id}"
