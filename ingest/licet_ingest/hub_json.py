"""From the Hub's JSON of a model or dataset to a record; pure, no input or output."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any

import orjson

from licet_ingest.identifiers import id_fault
from licet_ingest.license_names import resolve
from licet_ingest.records import (
    MODEL_RELATIONS,
    UNNAMED_WORK,
    UNSTATED_RELATION,
    Derivation,
    Fault,
    WorkRecord,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_VALUE_CHARS = 500
"""A value of a card is kept up to this length; ids and names are far shorter."""
MAX_VALUES = 10_000
"""Values of one list field that are looked at; real lists have up to 65 bases, 2,074 tags."""

_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|\+00:00)\Z", re.ASCII)
# Control characters and those that reorder or hide text have no place in a name.
_UNPRINTABLE = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\u061c\u180e\ufeff\ufff9-\ufffb\ud800-\udfff]"
)


def _parsed(text: str) -> object:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return text


class _Reading:
    """One record being read: what was taken from it, and what could not be."""

    def __init__(self, record_id: str) -> None:
        self.record_id = record_id
        self.faults: list[Fault] = []
        self.upstream_lost = False

    def fault(self, field: str, value: object, reason: str) -> None:
        self.faults.append(Fault(self.record_id, field, bounded(value), reason, False))

    def lost(self, field: str, value: object, reason: str) -> None:
        """Note a fault that leaves a work upstream unknown."""
        self.fault(field, value, reason)
        self.upstream_lost = True

    def text(self, source: dict[str, Any], field: str) -> str | None:
        value = source.get(field)
        if value is None:
            return None
        if not isinstance(value, str):
            self.fault(field, value, f"is {type(value).__name__}, not text")
            return None
        return bounded(value) or None

    def count(self, source: dict[str, Any], field: str) -> int | None:
        value = source.get(field)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**63:
            self.fault(field, value, "is not a count")
            return None
        return value

    def date(self, source: dict[str, Any], field: str) -> str | None:
        value = source.get(field)
        if value is None:
            return None
        if not isinstance(value, str) or not _DATE.match(value) or not _on_calendar(value):
            self.fault(field, value, "is not a date and time in UTC")
            return None
        return value.replace("+00:00", "Z")

    def _whole(self, field: str, item: str) -> str:
        """Return a text that is safe to keep; one that lost something names nothing any more."""
        kept = bounded(item)
        if kept == item.strip():
            return kept
        self.fault(field, item, "was cut, or held characters that do not print")
        return f"{kept}\N{REPLACEMENT CHARACTER}"

    def texts(self, source: dict[str, Any], field: str) -> list[str]:
        """Return a field that may be one text or a list of texts."""
        value = source.get(field)
        values = value if isinstance(value, list) else [] if value is None else [value]
        if len(values) > MAX_VALUES:
            self.fault(
                field, values[MAX_VALUES], f"has {len(values)} values; {MAX_VALUES} are read"
            )
        found: list[str] = []
        for item in values[:MAX_VALUES]:
            if not isinstance(item, str):
                self.fault(field, item, f"is {type(item).__name__}, not text")
            elif bounded(item):
                found.append(self._whole(field, item))
        return list(dict.fromkeys(found))


def _on_calendar(text: str) -> bool:
    try:
        datetime.fromisoformat(text[:19])
    except ValueError:
        return False
    return True


def bounded(value: object) -> str:
    """Return a value as text that is safe to keep: printable and of bounded length."""
    text = value if isinstance(value, str) else repr(value)
    return _UNPRINTABLE.sub("", text[:MAX_VALUE_CHARS]).strip()


def work_record(item: object, kind: str, place: str) -> tuple[WorkRecord | None, list[Fault]]:
    """Return the record of one JSON object of the Hub, and what could not be taken over.

    Args:
        item: The parsed JSON value.
        kind: ``model`` or ``dataset``.
        place: Where the object stands in its source, for faults without an id.

    Returns:
        The record, or None if the object as a whole is rejected; and the faults.
    """
    if not isinstance(item, dict):
        return None, [Fault(place, "", bounded(item), "is not an object", True)]
    work_id = item.get("id", item.get("modelId"))
    if reason := id_fault(work_id):
        return None, [Fault(place, "id", bounded(work_id), reason, True)]
    assert isinstance(work_id, str)  # noqa: S101 - id_fault has just said so
    reading = _Reading(work_id)
    card = item.get("cardData")
    if isinstance(card, str):  # as in dumps whose columns are flat
        card = _parsed(card)
    if card is not None and not isinstance(card, dict):
        reading.fault("cardData", card, f"is {type(card).__name__}, not an object")
    card = card if isinstance(card, dict) else {}
    tags = reading.texts(item, "tags")
    stated = _stated_licenses(reading, tags, card)
    license_name = reading.text(card, "license_name")
    resolved = resolve(stated, license_name)
    record = WorkRecord(
        kind=kind,
        id=work_id,
        author=reading.text(item, "author") or (work_id.split("/")[0] if "/" in work_id else None),
        created=reading.date(item, "createdAt"),
        modified=reading.date(item, "lastModified"),
        downloads=reading.count(item, "downloads"),
        likes=reading.count(item, "likes"),
        gated=_gated(reading, item),
        removed=item.get("removed") is True,
        removed_at=reading.date(item, "removedAt"),
        pipeline_tag=reading.text(item, "pipeline_tag"),
        library_name=reading.text(item, "library_name"),
        stated_licenses=tuple(stated),
        license_name=license_name,
        license_link=reading.text(card, "license_link"),
        licenses=resolved.licenses,
        families=resolved.families,
        gaps=(resolved.gap,) if resolved.gap else (),
    )
    _add_bases(reading, record, tags, card)
    _add_datasets(reading, record, tags, card)
    if reading.upstream_lost:
        record.gaps = (*record.gaps, UNNAMED_WORK)
    return record, reading.faults


def _gated(reading: _Reading, item: dict[str, Any]) -> str | None:
    match item.get("gated"):
        case None:
            return None
        case False:
            return "no"
        case True:
            return "yes"
        case "auto" | "manual" as how:
            return str(how)
        case other:
            reading.fault("gated", other, "is not false, true, auto or manual")
            return None


def _tagged(tags: Iterable[str], prefix: str) -> list[str]:
    return [tag.removeprefix(prefix) for tag in tags if tag.startswith(prefix)]


def _stated_licenses(reading: _Reading, tags: list[str], card: dict[str, Any]) -> list[str]:
    """Return what is stated as license: the Hub's tags, and the card where it says otherwise."""
    from_tags = _tagged(tags, "license:")
    from_card = reading.texts(card, "license")
    known = {value.casefold() for value in from_tags}
    return from_tags + [value for value in from_card if value.casefold() not in known]


def _add_bases(
    reading: _Reading, record: WorkRecord, tags: list[str], card: dict[str, Any]
) -> None:
    relations: dict[str, list[str | None]] = {}
    plain: set[str] = set()
    typed: list[tuple[str, str]] = []
    for value in _tagged(tags, "base_model:"):
        relation, _, base = value.partition(":")
        if base and relation in MODEL_RELATIONS:
            typed.append((relation, base))
        elif reason := id_fault(value):
            reading.lost("tags base_model", value, reason)
        else:
            plain.add(value)
    for relation, base in typed:
        # Authors write tags of this form too; the Hub's own come with a plain twin.
        if base in plain:
            relations.setdefault(base, []).append(MODEL_RELATIONS[relation])
        elif reason := id_fault(base):
            reading.lost("tags base_model", f"{relation}:{base}", reason)
        else:
            reading.lost("tags base_model", f"{relation}:{base}", "was not resolved by the Hub")
    otherwise = MODEL_RELATIONS.get(str(card.get("base_model_relation")))
    stated = [(base, r) for base in sorted(plain) for r in relations.get(base, [otherwise])]
    _add_parents(reading, record, stated, "hub")
    _add_card_bases(reading, record, plain, tags, card)


def _add_card_bases(
    reading: _Reading, record: WorkRecord, resolved: set[str], tags: list[str], card: dict[str, Any]
) -> None:
    """Add the bases that the card names and the Hub did not resolve."""
    known = {base.casefold() for base in resolved}
    stated: list[str] = []
    for base in reading.texts(card, "base_model"):
        if reason := id_fault(base):
            reading.lost("cardData.base_model", base, reason)
        else:
            stated.append(base)
    left = [base for base in stated if base.casefold() not in known]
    if not left:
        return
    record.stated_bases = tuple(left)
    renamed = len(resolved) - (len(stated) - len(left))
    if len(left) <= renamed:
        return  # The Hub knows each of them under another name, which is in its tags.
    relation = MODEL_RELATIONS.get(str(card.get("base_model_relation")))
    if relation is None and len(stated) > 1 and {"merge", "mergekit"} & set(tags):
        relation = "mergedFrom"
    _add_parents(reading, record, [(base, relation) for base in left], "card")


def _add_parents(
    reading: _Reading, record: WorkRecord, bases: Iterable[tuple[str, str | None]], source: str
) -> None:
    for base, relation in bases:
        if base.casefold() == record.id.casefold():
            reading.lost("base_model", base, "names the model itself")
            continue
        if relation is None and UNSTATED_RELATION not in record.gaps:
            record.gaps = (*record.gaps, UNSTATED_RELATION)
        record.derivations.append(
            Derivation(record.key, relation or "basedOn", ("model", base), source)
        )


def _add_datasets(
    reading: _Reading, record: WorkRecord, tags: list[str], card: dict[str, Any]
) -> None:
    if record.kind != "model":
        return
    tagged = _tagged(tags, "dataset:")
    known = {dataset.casefold() for dataset in tagged}
    named = [(d, "hub") for d in tagged] + [
        (d, "card") for d in reading.texts(card, "datasets") if d.casefold() not in known
    ]
    for dataset, source in named:
        if reason := id_fault(dataset):
            reading.lost("datasets", dataset, reason)
        else:
            record.derivations.append(
                Derivation(record.key, "trainedOn", ("dataset", dataset), source)
            )
