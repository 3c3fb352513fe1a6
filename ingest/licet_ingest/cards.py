"""Model and dataset cards: the front matter of a README and the text below it; pure.

The front matter is read as the Hub reads it: the first block between two lines of three
hyphens, if nothing but blank lines stands before it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from licet_ingest.decoding import decoded, is_binary
from licet_ingest.untrusted_yaml import MAX_YAML_CHARS, UnreadableYamlError, read_yaml

MAX_CARD_BYTES = 8 * 1024 * 1024
"""More of a card is not read; the longest real ones have some hundred kilobytes."""

HUB_FIELDS = frozenset(
    {
        *("base_model", "datasets", "language", "library_name"),
        *("license", "license_name", "pipeline_tag", "tags"),
    }
)
"""Fields by which a block between two lines of hyphens is known to be front matter."""

_BEGINNING = re.compile(r"\s*---[ \t]*\n")
_END = re.compile(r"^---[ \t]*$", re.MULTILINE)
_FIELD = re.compile(r"\s*([A-Za-z_]+):(?:\s|$)")
_LATER_BLOCK = re.compile(r"^---[ \t]*\n(?=([A-Za-z_]+):(?:\s|$))", re.MULTILINE)
_LOOKED_THROUGH_CHARS = 20_000
_HUB_TAGS = {"license:": "license", "dataset:": "datasets", "base_model:": "base_model"}
_TYPED_TAG = re.compile(r"(?:finetune|adapter|merge|quantized):(?=.)")


@dataclass(frozen=True)
class Card:
    """What a card says.

    Attributes:
        data: Its front matter, of the form of ``cardData`` on the Hub; numbers stay texts.
        body: The text below the front matter.
        body_line: Number of the first line of the body.
        faults: (field, value, reason) of what could not be taken over.
        is_lost: Whether there is front matter of which nothing could be read, so that the
            card may state a license and bases that are not known.
    """

    data: dict[str, Any] = field(default_factory=dict[str, Any])
    body: str = ""
    body_line: int = 1
    faults: tuple[tuple[str, str, str], ...] = ()
    is_lost: bool = False


def read_card(data: bytes, size_bytes: int | None = None) -> Card:
    """Return what a card says; no bytes are refused.

    Args:
        data: The file, or the first ``MAX_CARD_BYTES`` of it.
        size_bytes: Of the whole file, where ``data`` is its beginning.
    """
    size_bytes = size_bytes or len(data)
    is_whole = size_bytes <= min(MAX_CARD_BYTES, len(data))
    faults: list[tuple[str, str, str]] = []
    if is_binary(data):
        return Card(faults=(("card", repr(data[:20]), "is not text"),), is_lost=True)
    if not is_whole:
        reason = f"has {size_bytes} bytes; {MAX_CARD_BYTES} are read"
        faults.append(("card", "", reason))
    text, encoding_fault = decoded(data[:MAX_CARD_BYTES], is_whole=is_whole)
    if encoding_fault:
        faults.append(("card", "", encoding_fault))
    beginning = _BEGINNING.match(text)
    if not beginning:
        return _without_front_matter(text, faults)
    end = _END.search(text, beginning.end())
    if end is None:
        if not _FIELD.match(text, beginning.end()):
            return Card({}, text, 1, tuple(faults))  # a ruled line and prose
        faults.append(("front matter", _start(text), "has no end"))
        return Card({}, text, 1, tuple(faults), is_lost=True)
    block, body = text[beginning.end() : end.start()], text[end.end() + 1 :]
    found, is_lost = _front_matter(block, faults)
    _look_for_second(body, faults)
    body_line = text.count("\n", 0, end.end()) + 2
    return Card(found, body, body_line, tuple(faults), is_lost)


def _without_front_matter(text: str, faults: list[tuple[str, str, str]]) -> Card:
    later = _LATER_BLOCK.search(text, 0, _LOOKED_THROUGH_CHARS)
    is_lost = later is not None and later[1] in HUB_FIELDS
    if later is not None and is_lost:
        reason = "does not stand at the beginning, so that the Hub does not read it"
        faults.append(("front matter", _start(text[later.start() :]), reason))
    return Card({}, text, 1, tuple(faults), is_lost)


def _front_matter(block: str, faults: list[tuple[str, str, str]]) -> tuple[dict[str, Any], bool]:
    """Return the fields of a block, and whether it has some that could not be read."""
    try:
        read = read_yaml(block)
    except UnreadableYamlError as error:
        faults.append(("front matter", _start(block), str(error)))
        return {}, True
    faults += [("front matter", "", reason) for reason in read.faults]
    fields = read.documents[0] if read.documents else None
    if fields is None or isinstance(fields, dict):
        return fields or {}, False
    reason = f"is {type(fields).__name__}, not a mapping"
    faults.append(("front matter", _start(block), reason))
    return {}, True


def _look_for_second(body: str, faults: list[tuple[str, str, str]]) -> None:
    beginning = _BEGINNING.match(body)
    end = _END.search(body, beginning.end()) if beginning else None
    if beginning is None or end is None or end.start() - beginning.end() > MAX_YAML_CHARS:
        return
    block = body[beginning.end() : end.start()]
    try:
        documents = read_yaml(block).documents
    except UnreadableYamlError:
        return  # two ruled lines with prose between them
    if documents and isinstance(documents[0], dict) and HUB_FIELDS & documents[0].keys():
        faults.append(("front matter", _start(block), "is a second one; the Hub reads the first"))


def _start(text: str) -> str:
    return text.strip()[:200]


def hub_item(work_id: str, card: Card) -> tuple[dict[str, Any], tuple[tuple[str, str, str], ...]]:
    """Return a card as the Hub would list its work, and the tags that imitate the Hub's.

    The Hub adds tags of the form ``base_model:…`` for what it resolved. Nobody has resolved
    what a file says, so an author's tags of that form are no facts; where a field of the card
    names the same, nothing is lost with them.
    """
    kept: list[object] = []
    imitations: list[tuple[str, str, str]] = []
    said = {
        prefix: {
            value.casefold() for value in _listed(card.data.get(name)) if isinstance(value, str)
        }
        for prefix, name in _HUB_TAGS.items()
    }
    for tag in _listed(card.data.get("tags")):
        prefix = next((p for p in said if isinstance(tag, str) and tag.startswith(p)), None)
        if prefix is None or not isinstance(tag, str):
            kept.append(tag)
            continue
        named = _TYPED_TAG.sub("", tag.removeprefix(prefix), count=1)
        if named.casefold() not in said[prefix]:
            reason = "imitates a tag of the Hub, and no field of the card says the same"
            imitations.append((f"tags {prefix.removesuffix(':')}", tag, reason))
    item: dict[str, Any] = {"id": work_id, "cardData": card.data, "tags": kept}
    for name in ("pipeline_tag", "library_name"):
        if name in card.data:
            item[name] = card.data[name]
    return item, tuple(imitations)


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else [] if value is None else [value]
