"""What ``licet export WORK`` does, and the task of the service for it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from licet_ontology.errors import UsageError
from licet_ontology.terms import DEFAULT_READING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from licet_service.dataset import OpenSnapshot

BOM_FORMATS = ("spdx3", "cyclonedx")


def bom_text(opened: OpenSnapshot, work: str, formats: Sequence[str] | None = None) -> str:
    """Return the bill of materials of a work as JSON.

    Raises:
        UsageError: There is no such format, or more than one was asked for.
        UnknownWorkError: The work is not in the snapshot.
    """
    if formats and len(formats) > 1:
        raise UsageError("one bill has one format")
    [format_] = formats or [BOM_FORMATS[0]]
    return json.dumps(bill_of_materials(opened, work, format_), indent=2, ensure_ascii=False)


def bill_of_materials(opened: OpenSnapshot, work: str, format: str = "spdx3") -> dict[str, Any]:
    """Return the bill of materials of a work.

    Args:
        opened: The snapshot.
        work: ``owner/name``, ``datasets/owner/name`` or ``services/name``.
        format: One of ``BOM_FORMATS``.

    Raises:
        UsageError: There is no such format.
        UnknownWorkError: The work is not in the snapshot.
    """
    from licet_service.bom import bill_of
    from licet_service.bom_cyclonedx import cyclonedx
    from licet_service.bom_spdx import spdx3

    if format not in BOM_FORMATS:
        raise UsageError(f"no format {format!r} of bills: choose one of {', '.join(BOM_FORMATS)}")
    ground = opened.ground(DEFAULT_READING)
    created = str(opened.snapshot.manifest["finished"])
    bill = bill_of(ground, work, snapshot=opened.snapshot.id, created=f"{created[:19]}Z")
    return spdx3(bill) if format == "spdx3" else cyclonedx(bill)
