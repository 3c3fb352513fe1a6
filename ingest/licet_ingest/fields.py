"""Fields of JSON from strangers: each value is taken over whole, or left out with a reason."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from licet_ingest.decoding import parsed_json
from licet_ingest.records import Fault

MAX_VALUE_CHARS = 500
"""A value of a card is kept up to this length; ids and names are far shorter."""
MAX_VALUES = 10_000
"""Values of one list field that are looked at; real lists have up to 65 bases, 2,074 tags."""
_TELLING_TAGS = ("license:", "dataset:", "source_datasets:", "base_model:", "merge", " ")
"""How tags begin that are read; one that begins with a space may be one of them."""
_SEVERAL_TAGS = re.compile(r"[\s,;|\"'\[{]")
"""In a text that stands for a list of tags, and not for one tag."""
_ALTERED = "was cut, or held characters that do not print"

_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|\+00:00)\Z", re.ASCII)
# Control characters and those that reorder or hide text have no place in a name.
_UNPRINTABLE = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\u061c\u180e\ufeff\ufff9-\ufffb\ud800-\udfff]"
)


def bounded(value: object) -> str:
    """Return a value as text that is safe to keep: printable and of bounded length."""
    text = value if isinstance(value, str) else _shown(value)
    if _is_plain(text):
        return text.strip()  # as nearly all are, and four times as fast
    return _UNPRINTABLE.sub("", text[:MAX_VALUE_CHARS]).strip()


def _shown(value: object) -> str:
    try:
        return repr(value)
    except RecursionError:  # JSON may be nested deeper than Python writes
        return f"a deeply nested {type(value).__name__}"


def _is_plain(text: str) -> bool:
    return len(text) <= MAX_VALUE_CHARS and text.isascii() and text.isprintable()


class RecordReading:
    """One record being read: what was taken from it, and what could not be.

    Attributes:
        record_id: Of the work.
        faults: Values that were left out.
        upstream_lost: Whether one of them may have named a work upstream.
        license_lost: Whether one of them may have named a license.
    """

    def __init__(self, record_id: str) -> None:
        self.record_id = record_id
        self.faults: list[Fault] = []
        self.upstream_lost = False
        self.license_lost = False

    def fault(self, field: str, value: object, reason: str) -> None:
        """Note that a value was left out."""
        self.faults.append(Fault(self.record_id, field, bounded(value), reason, False))

    def lost(self, field: str, value: object, reason: str) -> None:
        """Note a fault that leaves a work upstream unknown."""
        self.fault(field, value, reason)
        self.upstream_lost = True

    def text(self, source: dict[str, Any], field: str) -> str | None:
        """Return a field that holds one text, made safe to keep."""
        value = source.get(field)
        if value is None:
            return None
        if not isinstance(value, str):
            self.fault(field, value, f"is {type(value).__name__}, not text")
            return None
        if _is_plain(value):
            return value.strip() or None
        kept = bounded(value)
        if kept != value.strip():
            self.fault(field, value, _ALTERED)
        return kept or None

    def count(self, source: dict[str, Any], field: str) -> int | None:
        """Return a field that holds a number of things."""
        value = source.get(field)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**63:
            self.fault(field, value, "is not a count")
            return None
        return value

    def flag(self, source: dict[str, Any], field: str) -> bool:
        """Return whether a field says true."""
        value = source.get(field)
        if value is not None and not isinstance(value, bool):
            self.fault(field, value, "is neither true nor false")
        return value is True

    def date(self, source: dict[str, Any], field: str) -> str | None:
        """Return a field that holds date and time in UTC."""
        value = source.get(field)
        if value is None:
            return None
        if not isinstance(value, str) or not _DATE.match(value) or not _on_calendar(value):
            self.fault(field, value, "is not a date and time in UTC")
            return None
        return value.replace("+00:00", "Z")

    def tags(self, source: dict[str, Any]) -> list[str]:
        """Return the tags that can say something here; most of a work's tags cannot."""
        value = source.get("tags")
        if isinstance(value, str) and value.lstrip().startswith("["):
            value = unfolded(value)
            source = {"tags": value}
        if value is None:
            return []
        if not isinstance(value, list) or len(value) > MAX_VALUES:
            # One text may be one tag; whatever else there is may hold any.
            if not isinstance(value, str) or _SEVERAL_TAGS.search(value):
                self.upstream_lost = self.license_lost = True
            if isinstance(value, str) and _SEVERAL_TAGS.search(value):
                self.fault("tags", value, "is one text, not a list")
                return []
            return self.texts(source, "tags")
        try:
            together = " ".join(value)
        except TypeError:  # one of them is no text
            together = "\n"
            if not all(tag is None or isinstance(tag, str) for tag in value):
                self.upstream_lost = self.license_lost = True
        if (
            together.isascii()
            and together.isprintable()
            and max(map(len, value), default=0) <= MAX_VALUE_CHARS
        ):
            telling = [tag.strip() for tag in value if tag.startswith(_TELLING_TAGS)]
            return list(dict.fromkeys(telling))
        telling = [
            tag
            for tag in value
            if not isinstance(tag, str)
            or tag.startswith(_TELLING_TAGS)
            # What hides something is looked at closely, whatever it seems to begin with.
            or not _is_plain(tag)
        ]
        return self.texts({"tags": telling}, "tags")

    def texts(self, source: dict[str, Any], field: str) -> list[str]:
        """Return a field that may be one text or a list of texts."""
        value = source.get(field)
        if value is None:
            return []
        values = value if isinstance(value, list) else [value]
        if len(values) > MAX_VALUES:
            self.fault(
                field, values[MAX_VALUES], f"has {len(values)} values; {MAX_VALUES} are read"
            )
        found: list[str] = []
        for item in values[:MAX_VALUES]:
            if not isinstance(item, str):
                self.fault(field, item, f"is {type(item).__name__}, not text")
            elif kept := bounded(item):
                found.append(self._whole(field, item, kept))
            elif item.strip():
                self.fault(field, item, _ALTERED)
        return list(dict.fromkeys(found))

    def _whole(self, field: str, item: str, kept: str) -> str:
        """Return a text that is safe to keep; one that lost something names nothing any more."""
        if kept == item.strip():
            return kept
        self.fault(field, item, _ALTERED)
        return f"{kept}\N{REPLACEMENT CHARACTER}"


def unfolded(text: str) -> object:
    """Return the value that a text holds as JSON, as in dumps whose columns are flat, or it."""
    try:
        return parsed_json(text)
    except ValueError:
        return text


def _on_calendar(text: str) -> bool:
    try:
        datetime.fromisoformat(text[:19])
    except ValueError:
        return False
    return True
