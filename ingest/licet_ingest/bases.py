"""The bases of a model: what its card names, what the Hub resolved, and where they differ.

The Hub resolves the names of the card: it follows renames, and drops what is deleted or in
wrong case. Its answer is ``baseModels``; where a source lacks that, pairs of tags
(``base_model:X`` with ``base_model:relation:X``). Authors write tags of both forms too. A base
that is lost would make a work look free of terms that bind it, so each name that a record
holds becomes a derivation, or a fault with the gap ``UnnamedWork``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from licet_ingest.fields import MAX_VALUES, unfolded
from licet_ingest.identifiers import id_fault, named_work, named_works
from licet_ingest.records import (
    LINEAGE_MISMATCH,
    MODEL_RELATIONS,
    RENAMED,
    UNSTATED_RELATION,
    Derivation,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from licet_ingest.fields import RecordReading
    from licet_ingest.records import WorkRecord

_PREFIX = "base_model:"
_RESOLVED = "baseModels"
_LISTED = ("likes", "downloads", "createdAt", "lastModified", "sha", "_id")
"""Fields of which the Hub's lists have some, and cards none."""


@dataclass
class _Bases:
    """Bases of one model by what states them; keys of mappings are ids in lower case.

    Attributes:
        hub: Id and relations of each base that the Hub resolved.
        by_author: The same of each that only a tag of the author names.
        card: Id of each base that the card names.
        card_relation: What the card says was done to all of them.
    """

    hub: dict[str, tuple[str, list[str | None]]] = field(
        default_factory=dict[str, "tuple[str, list[str | None]]"]
    )
    by_author: dict[str, tuple[str, list[str | None]]] = field(
        default_factory=dict[str, "tuple[str, list[str | None]]"]
    )
    card: dict[str, str] = field(default_factory=dict[str, str])
    card_relation: str | None = None


def add_bases(
    reading: RecordReading,
    record: WorkRecord,
    item: dict[str, Any],
    tags: list[str],
    card: dict[str, Any],
) -> None:
    """Add to a record what it was made from; note what cannot be told as lost."""
    values = [tag[len(_PREFIX) :] for tag in tags if tag.startswith(_PREFIX)]
    if not values and "base_model" not in card and item.get(_RESOLVED) is None:
        return
    bases = _Bases()
    bases.card_relation = _card_relation(reading, card)
    stated = _read_card(reading, record, bases, card)
    from_hub = _read_resolved(reading, item)
    _read_tags(reading, bases, values, from_hub)
    _drop_itself(reading, record, bases)
    derivations, differ = _derivations(bases)
    renamed, dropped = _matched(bases, certain=from_hub is not None)
    relation = bases.card_relation
    if relation is None and len(bases.card) > 1 and {"merge", "mergekit"} & set(tags):
        relation = "mergedFrom"
    derivations += [(relation, base, RENAMED) for base in renamed]
    derivations += [(relation, base, "card") for base in dropped]
    if differ or (_is_listing(item) and (dropped or _unnamed_by_card(bases, len(renamed)))):
        record.circumstances = (*record.circumstances, LINEAGE_MISMATCH)
    unnamed_by_hub = {*renamed, *dropped}
    record.stated_bases = tuple(
        text for text, work_id in stated if work_id != text or work_id in unnamed_by_hub
    )
    _add(record, derivations)


def note_further_bases(record: WorkRecord, parents: Iterable[tuple[str, str]]) -> None:
    """Give a record the circumstance ``LineageMismatch`` where a further source differs.

    It does where it names a model, while the record has others and not that one.

    Args:
        record: With the bases that card and Hub name.
        parents: Kind and id of what the further source names, such as a merge recipe.
    """
    known = {d.parent[1].lower() for d in record.derivations if d.parent[0] == "model"}
    named = {work_id.lower() for kind, work_id in parents if kind == "model"}
    if known and named - known - {record.id.lower()}:
        told = (*record.circumstances, LINEAGE_MISMATCH)
        record.circumstances = tuple(dict.fromkeys(told))


def _card_relation(reading: RecordReading, card: dict[str, Any]) -> str | None:
    value = card.get("base_model_relation")
    if value is None:
        return None
    relation = MODEL_RELATIONS.get(value) if isinstance(value, str) else None
    if relation is None:
        reading.fault("cardData.base_model_relation", value, "is no relation of the Hub")
    return relation


def _is_listing(item: dict[str, Any]) -> bool:
    """Tell whether the Hub had its say, as it has not in a card that is read as if listed."""
    return _RESOLVED in item or ("tags" in item and any(name in item for name in _LISTED))


def _read_card(
    reading: RecordReading, record: WorkRecord, bases: _Bases, card: dict[str, Any]
) -> list[tuple[str, str | None]]:
    """Note the bases of the card; return each as written, with the id that it names if any."""
    stated: list[tuple[str, str | None]] = []
    faults = len(reading.faults)
    values = reading.texts(card, "base_model")
    reading.upstream_lost |= len(reading.faults) > faults
    for value in values:
        for text, work_id, reason in named_works(value):
            stated.append((text, work_id))
            if work_id is None:
                reading.lost("cardData.base_model", text, reason)
            else:
                bases.card.setdefault(work_id.lower(), work_id)
    return stated


def _read_resolved(
    reading: RecordReading, item: dict[str, Any]
) -> dict[str, tuple[str, str | None]] | None:
    """Return the Hub's own answer: bases by id in lower case, with their one relation.

    None where the source does not have it, or has it empty, which some do for all models.
    """
    value = item.get(_RESOLVED)
    if isinstance(value, str):
        value = unfolded(value)
    if value is None:
        return None
    if isinstance(value, list):
        value = {"models": value, "relation": None}
    # An object without a list of models may name them in some other way.
    named = value.get("models", value or None) if isinstance(value, dict) else value
    if not isinstance(value, dict) or not isinstance(named, list | None):
        reading.lost(_RESOLVED, value, "is not an object with a list of models")
        return None
    word, models = value.get("relation"), value.get("models") or []
    relation = MODEL_RELATIONS.get(word) if isinstance(word, str) else None
    if word is not None and relation is None:
        reading.fault(f"{_RESOLVED}.relation", word, "is no relation of the Hub")
    if len(models) > MAX_VALUES:
        reason = f"has {len(models)} values; {MAX_VALUES} are read"
        reading.lost(_RESOLVED, models[MAX_VALUES], reason)
    found: dict[str, tuple[str, str | None]] = {}
    for model in models[:MAX_VALUES]:
        base = model.get("id") if isinstance(model, dict) else model
        if why := id_fault(base):
            reading.lost(_RESOLVED, base, why)
        elif isinstance(base, str):
            found.setdefault(base.lower(), (base, relation))
    return found or None


def _read_tags(
    reading: RecordReading,
    bases: _Bases,
    values: list[str],
    from_hub: dict[str, tuple[str, str | None]] | None,
) -> None:
    """Sort the bases into those that the Hub resolved and those that a tag claims it did."""
    plain: dict[str, str] = {}
    typed: dict[str, list[str | None]] = {}
    written: list[tuple[str, str]] = []
    for value in values:
        relation, _, base = value.partition(":")
        if base and relation in MODEL_RELATIONS:
            written.append((value, base))
            relations = typed.setdefault(base.lower(), [])
            if MODEL_RELATIONS[relation] not in relations:
                relations.append(MODEL_RELATIONS[relation])
        else:
            named, why = named_work(value)
            if named is None:
                reading.lost("tags base_model", value, why)
            else:
                plain.setdefault(named.lower(), named)
    for value, base in written:
        if base.lower() in plain or base.lower() in (from_hub or ()):
            continue
        reason = id_fault(base) or "was not resolved by the Hub"
        reading.fault("tags base_model", value, reason)
        # The card names the same base, so that it is not lost.
        reading.upstream_lost |= base.lower() not in bases.card
    for key, base in plain.items():
        if from_hub is not None:
            trusted = key in from_hub
        else:
            # The Hub's own come in pairs; before it had the pairs, they were as in the card.
            trusted = key in typed or not bases.card or key in bases.card
        if not (trusted and from_hub):
            into = bases.hub if trusted else bases.by_author
            into[key] = base, typed.get(key) or [bases.card_relation]
    for key, (base, stated) in (from_hub or {}).items():
        if stated is None:
            bases.hub[key] = base, typed.get(key) or [bases.card_relation]
            continue
        bases.hub[key] = base, [stated]
        if claimed := [r for r in typed.get(key, ()) if r != stated]:
            bases.by_author[key] = base, claimed


def _drop_itself(reading: RecordReading, record: WorkRecord, bases: _Bases) -> None:
    itself = record.id.lower()
    named = [
        found
        for found in (
            bases.hub.pop(itself, (None,))[0],
            bases.by_author.pop(itself, (None,))[0],
            bases.card.pop(itself, None),
        )
        if found is not None
    ]
    if named:
        reading.lost("base_model", named[0], "names the model itself")


def _derivations(bases: _Bases) -> tuple[list[tuple[str | None, str, str]], bool]:
    """Return relation, base and source of what Hub and tags say, and whether they differ."""
    found = [(r, base, "hub") for base, relations in _sorted(bases.hub) for r in relations]
    found += [(r, base, "tag") for base, relations in _sorted(bases.by_author) for r in relations]
    differ = bool(bases.by_author) or any(len(set(r)) > 1 for _, r in bases.hub.values())
    if bases.card_relation is not None and bases.card:
        contradicted = [b for b, r in _sorted(bases.hub) if bases.card_relation not in r]
        found += [(bases.card_relation, base, "card") for base in contradicted]
        differ |= bool(contradicted)
    return found, differ


def _sorted(
    bases: dict[str, tuple[str, list[str | None]]],
) -> Iterable[tuple[str, list[str | None]]]:
    return sorted(bases.values(), key=lambda entry: entry[0])


def _matched(bases: _Bases, *, certain: bool) -> tuple[list[str], list[str]]:
    """Return the bases that the Hub resolved under another name, and those it did not resolve.

    Each base that the Hub names and the card does not is what the Hub made of one that the
    card names and it does not. A new owner keeps the model's name. What is left over is told
    apart only if both sides have equally many; and where the Hub's answer is read off tags,
    only if they have the same owners.
    """
    extra = {key: None for key in bases.hub if key not in bases.card}
    by_name: dict[str, list[str]] = {}
    for key in extra:
        by_name.setdefault(key.rpartition("/")[2], []).append(key)
    renamed: list[str] = []
    left: list[str] = []
    for key, base in bases.card.items():
        if key in bases.hub or key in bases.by_author:
            continue
        if same := by_name.get(key.rpartition("/")[2]):
            del extra[same.pop()]
            renamed.append(base)
        else:
            left.append(base)
    if len(left) == len(extra) and (certain or _owners(left) == _owners(extra)):
        return renamed + left, []
    return renamed, left


def _owners(bases: Iterable[str]) -> list[str]:
    return sorted(base.partition("/")[0].lower() for base in bases)


def _unnamed_by_card(bases: _Bases, renamed: int) -> bool:
    """Tell whether the Hub names a base that is nothing the card names."""
    extra = sum(key not in bases.card for key in bases.hub)
    return bool(bases.card) and extra > renamed


def _add(record: WorkRecord, derivations: list[tuple[str | None, str, str]]) -> None:
    for relation, base, source in derivations:
        # Where it turns out that no derivation of this kind is left, the gap goes as well.
        if relation is None and UNSTATED_RELATION not in record.gaps:
            record.gaps = (*record.gaps, UNSTATED_RELATION)
        derivation = Derivation(record.key, relation or "basedOn", ("model", base), source)
        record.derivations.append(derivation)
