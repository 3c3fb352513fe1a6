"""What several sources say of the license of one work, and what follows when they differ.

The precedence, which ``docs/adr/0006-declared-and-detected.md`` gives reasons for: a license
text settles what card and Hub leave open, and never overrules a license that they name. Where
two sources name different licenses all of them bind, and the work's terms count as ambiguous.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from licet_ingest.fields import bounded
from licet_ingest.license_names import (
    AMBIGUOUS,
    NO_LICENSE,
    UNIDENTIFIED,
    families_of,
    permitting_commerce,
    resolve,
)
from licet_ingest.records import LICENSE_MISMATCH, UNREAD_TEXT, LicenseStatement

if TYPE_CHECKING:
    from collections.abc import Sequence

    from licet_ingest.records import DetectedText, WorkRecord

_AGAINST_COMMERCE = re.compile(
    r"non.?commerc|commons.?clause|research|academic|(?<![a-z])(?:nc|no|only)(?![a-z])",
    re.IGNORECASE,
)
_OPEN = frozenset({NO_LICENSE, UNIDENTIFIED, AMBIGUOUS})


def with_detected(
    record: WorkRecord, texts: Sequence[DetectedText], unread: Sequence[str] = ()
) -> WorkRecord:
    """Return the record of a work with the license texts that were found among its files.

    Args:
        record: As card and Hub give it, without detected licenses.
        texts: One per file that holds a license text, whatever it was found to be.
        unread: What stands in license fields and was not taken over.
    """
    if not texts:
        return record
    detected = {iri for text in texts for iri in text.licenses}
    declared = set(record.declared_licenses)
    gaps = [gap for gap in record.gaps if gap not in _OPEN]
    open_ = _open_after(record, declared, detected)
    if detected and (_says_more(unread, detected) or _denies(record, detected)):
        open_.add(UNIDENTIFIED)
    circumstances = list(record.circumstances)
    if _contradicts(record, declared, detected):
        circumstances.append(LICENSE_MISMATCH)
        open_.add(AMBIGUOUS)
    if any(text.status != "identified" for text in texts):
        open_.discard(NO_LICENSE)
        open_.add(UNIDENTIFIED)
        if declared:
            circumstances.append(UNREAD_TEXT)
    gaps += [gap for gap in (NO_LICENSE, UNIDENTIFIED, AMBIGUOUS) if gap in open_]
    statements = [*(record.license_statements or _declared(record))]
    statements += [
        LicenseStatement(f"file {text.file}", text.status, text.licenses) for text in texts
    ]
    return replace(
        record,
        licenses=tuple(sorted(declared | detected)),
        detected_licenses=tuple(texts),
        license_statements=tuple(statements),
        gaps=tuple(gaps),
        circumstances=tuple(dict.fromkeys(circumstances)),
    )


def _open_after(record: WorkRecord, declared: set[str], detected: set[str]) -> set[str]:
    """Return the gaps in what card and Hub state that the detected texts do not close."""
    open_ = _OPEN.intersection(record.gaps)
    if not detected:
        return set(open_)
    if declared:
        # What else they state may be the text or may be nothing of the kind.
        return set(open_) | ({AMBIGUOUS} if detected - declared else set[str]())
    several = {AMBIGUOUS} if len(detected) > 1 else set[str]()
    if AMBIGUOUS in open_ and not _of_families(record, detected):
        return {AMBIGUOUS}
    return several


def _says_more(unread: Sequence[str], detected: set[str]) -> bool:
    """Tell whether what was not taken over may be another license than those that were found."""
    found = [set(resolve([value], None).licenses) for value in unread]
    return not all(licenses and licenses <= detected for licenses in found)


def _denies(record: WorkRecord, detected: set[str]) -> bool:
    """Tell whether a name that nobody knows speaks against the commerce that a text permits."""
    if UNIDENTIFIED not in record.gaps or not detected & permitting_commerce():
        return False
    names = (*record.stated_licenses, record.license_name or "")
    return any(_AGAINST_COMMERCE.search(name) for name in names)


def _contradicts(record: WorkRecord, declared: set[str], detected: set[str]) -> bool:
    """Tell whether a text is of a license that nothing stated by card and Hub can mean."""
    if not detected - declared or UNIDENTIFIED in record.gaps:
        return False
    if record.families:
        return not _of_families(record, detected - declared)
    return bool(declared)


def _of_families(record: WorkRecord, licenses: set[str]) -> bool:
    families = set(record.families)
    return all(families & families_of(license_) for license_ in licenses)


def _declared(record: WorkRecord) -> list[LicenseStatement]:
    if not record.stated_licenses:
        return []
    value = bounded(", ".join(record.stated_licenses))
    return [LicenseStatement("card", value, record.declared_licenses)]
