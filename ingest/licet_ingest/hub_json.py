"""From the Hub's JSON of a model or dataset to a record; pure, no input or output."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Any

from licet_ingest.bases import add_bases
from licet_ingest.fields import MAX_VALUE_CHARS, MAX_VALUES, RecordReading, bounded, unfolded
from licet_ingest.identifiers import id_fault, named_work, named_works
from licet_ingest.license_names import UNIDENTIFIED, resolve
from licet_ingest.records import (
    LICENSE_MISMATCH,
    UNNAMED_WORK,
    Derivation,
    Fault,
    LicenseStatement,
    WorkRecord,
)

MAX_FIELD_CHARS = 60
MAX_LICENSES = 100
"""Values of a license field that are looked at; real ones have up to three."""

_MEANT = {
    **dict.fromkeys(("licence", "licenses", "licences", "lisence", "liscense"), "license"),
    **dict.fromkeys(("base_models", "basemodel", "basemodels", "base_model_id"), "base_model"),
    **dict.fromkeys(("base_model_name", "base_model_name_or_path"), "base_model"),
    **dict.fromkeys(("parent_model", "parent_models", "finetuned_from"), "base_model"),
    "dataset": "datasets",
}
"""What authors write in place of the Hub's fields, which the Hub does not read."""
_LOOK_ALIKE = str.maketrans("\u0430\u0441\u0435\u0456\u043e\u0455\u0501\u217c\u04cf", "aceiosdll")
"""Letters of Cyrillic that nobody can tell from Latin ones in the name of a field."""
_READ = frozenset({"license", "licenses", "base_model", "datasets"})

__all__ = ["MAX_VALUES", "MAX_VALUE_CHARS", "bounded", "meant_field", "work_record"]


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
    reading = RecordReading(work_id)
    card = _card(reading, item)
    misspelt = [field for field in card if meant_field(field)]
    if kind == "dataset":  # it is trained on nothing
        misspelt = [field for field in misspelt if meant_field(field) != "datasets"]
    if misspelt:
        _leave_misspelt(reading, card, sorted(misspelt))
    tags = reading.tags(item)
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
        private=reading.flag(item, "private"),
        disabled=reading.flag(item, "disabled"),
        new_version=_new_version(reading, card),
        pipeline_tag=reading.text(item, "pipeline_tag"),
        library_name=reading.text(item, "library_name"),
        license_name=reading.text(card, "license_name"),
        license_link=reading.text(card, "license_link"),
    )
    _add_licenses(reading, record, tags, card)
    add_bases(reading, record, item, tags, card)
    _add_datasets(reading, record, tags, card)
    if reading.upstream_lost:
        record.gaps = (*record.gaps, UNNAMED_WORK)
    return record, reading.faults


def _card(reading: RecordReading, item: dict[str, Any]) -> dict[str, Any]:
    """Return the metadata of the card; if they cannot be read, anything may stand in them."""
    card = item.get("cardData")
    if isinstance(card, str):
        card = unfolded(card)
    if isinstance(card, dict):
        return card
    if card is not None:
        reading.lost("cardData", card, f"is {type(card).__name__}, not an object")
        reading.license_lost = True
    return {}


@lru_cache(maxsize=4096)
def meant_field(name: object) -> str:
    """Return the field of the Hub that the misspelt name of another means, or nothing."""
    if name in _READ or not isinstance(name, str) or len(name) > MAX_FIELD_CHARS:
        return ""
    plain = unicodedata.normalize("NFKC", name).casefold().translate(_LOOK_ALIKE).strip()
    right = re.sub(r"[\s-]+", "_", plain)
    return _MEANT.get(right, "") or (right if right in _READ else "")


def _leave_misspelt(reading: RecordReading, card: dict[str, Any], fields: list[str]) -> None:
    """Note what stands in fields that the Hub does not have, unless the right one says it, too."""
    for field in fields:
        right = meant_field(field)
        value, stated = card[field], card.get(right)
        if value in (None, "", [], stated) or (isinstance(stated, list) and value in stated):
            continue
        reading.fault(f"cardData.{field}", value, f"is no field of the Hub; it is called {right}")
        if right == "license":
            reading.license_lost = True
        else:
            reading.upstream_lost = True


def _gated(reading: RecordReading, item: dict[str, Any]) -> str | None:
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


def _new_version(reading: RecordReading, card: dict[str, Any]) -> str | None:
    stated = reading.text(card, "new_version")
    if stated is None:
        return None
    work_id, reason = named_work(stated)
    if work_id is None:
        reading.fault("cardData.new_version", stated, reason)
    return work_id


def _tagged(tags: list[str], prefix: str) -> list[str]:
    return [tag[len(prefix) :] for tag in tags if tag.startswith(prefix)]


def _add_licenses(
    reading: RecordReading, record: WorkRecord, tags: list[str], card: dict[str, Any]
) -> None:
    """Add what is stated as license: by the Hub's tag, and by the card where it says otherwise."""
    faults = len(reading.faults)
    from_tags = _tagged(tags, "license:")
    from_card = reading.texts(card, "license")
    if "licenses" in card:  # no field of the Hub, but many authors think so
        from_card = list(dict.fromkeys([*from_card, *reading.texts(card, "licenses")]))
    for values in (from_tags, from_card):
        if len(values) > MAX_LICENSES:
            reason = f"has {len(values)} values; {MAX_LICENSES} are read"
            reading.fault("license", values[MAX_LICENSES], reason)
            del values[MAX_LICENSES:]
    reading.license_lost |= len(reading.faults) > faults
    known = {value.casefold() for value in from_tags}
    more = [value for value in from_card if value.casefold() not in known]
    record.stated_licenses = (*from_tags, *more)
    name = record.license_name
    if name and any(f.field == "license_name" for f in reading.faults):
        name += "\N{REPLACEMENT CHARACTER}"  # What was altered names nothing any more.
    resolved = resolve(record.stated_licenses, name, record.license_link)
    record.licenses = record.declared_licenses = resolved.licenses
    record.families = resolved.families
    gap = UNIDENTIFIED if reading.license_lost else resolved.gap
    record.gaps = (gap,) if gap else ()
    apart = bool(more and from_tags) and _name_others(from_tags, from_card, name)
    if resolved.mismatch or apart:
        record.circumstances = (LICENSE_MISMATCH,)
        record.license_statements = tuple(_statements(record, from_tags, from_card))


def _name_others(from_tags: list[str], from_card: list[str], name: str | None) -> bool:
    """Tell whether the Hub's tags and the card name licenses that have none in common."""
    hub, card = set(resolve(from_tags, name).licenses), set(resolve(from_card, name).licenses)
    return bool(hub and card) and hub.isdisjoint(card)


def _statements(
    record: WorkRecord, from_tags: list[str], from_card: list[str]
) -> list[LicenseStatement]:
    """Return what each source says of the license."""
    name, link = record.license_name, record.license_link
    said = (
        ("hub", bounded(", ".join(from_tags)), resolve(from_tags, None)),
        ("card", bounded(", ".join(from_card)), resolve(from_card, None)),
        ("card license_name", name, resolve((), name)),
        ("card license_link", link, resolve((), None, link)),
    )
    return [LicenseStatement(source, value, it.licenses) for source, value, it in said if value]


def _add_datasets(
    reading: RecordReading, record: WorkRecord, tags: list[str], card: dict[str, Any]
) -> None:
    if record.kind != "model":
        _add_source_datasets(reading, record, tags, card)
        return
    named = [(dataset, "hub") for dataset in _tagged(tags, "dataset:")]
    if "datasets" in card:
        faults = len(reading.faults)
        named += [(dataset, "card") for dataset in reading.texts(card, "datasets")]
        reading.upstream_lost |= len(reading.faults) > faults
    known: set[str] = set()
    for value, source in named:
        for text, dataset, reason in named_works(value, "dataset"):
            if dataset is None:
                reading.lost("datasets", text, reason)
            elif dataset.lower() not in known:
                known.add(dataset.lower())
                parent = "dataset", dataset
                record.derivations.append(Derivation(record.key, "trainedOn", parent, source))


def _add_source_datasets(
    reading: RecordReading, record: WorkRecord, tags: list[str], card: dict[str, Any]
) -> None:
    """Add the datasets that a dataset extends: ``extended|NAME``, beside ``original``."""
    faults = len(reading.faults)
    from_card = reading.texts(card, "source_datasets")
    reading.upstream_lost |= len(reading.faults) > faults
    from_tags = _tagged(tags, "source_datasets:")
    for value in dict.fromkeys([*from_card, *from_tags]):
        if value == "original":
            continue
        name = value.removeprefix("extended|")
        named, reason = named_work(name, "dataset")
        if name in {"extended", "other"} or name.startswith("other-"):
            named, reason = None, "is not on the Hub, or is not said to be"  # the Hub's own words
        elif named is not None and named.lower() == record.id.lower():
            named, reason = None, "names the dataset itself"
        if named is None:
            reading.lost("source_datasets", value, reason)
            continue
        source = "card" if value in from_card else "hub"
        derivation = Derivation(record.key, "adaptedFrom", ("dataset", named), source)
        if derivation not in record.derivations:
            record.derivations.append(derivation)
