"""From bytes that claim to be text to text; what they were is said, never guessed."""

from __future__ import annotations

import codecs
import json
from contextlib import suppress
from typing import Any

import orjson

_BYTE_ORDER_MARKS = (
    # UTF-32 little-endian begins like UTF-16 little-endian, so it is asked for first.
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SNIFFED_BYTES = 8192
_LOST_IF_REPEATED = ('"base_model"', '"license"', '"cardData"', '"baseModels"')
_LOST_IF_REPEATED_BYTES = tuple(name.encode() for name in _LOST_IF_REPEATED)


def is_binary(data: bytes) -> bool:
    """Tell whether bytes are no text: text without a byte-order mark holds no zero bytes."""
    has_mark = any(data.startswith(mark) for mark, _ in _BYTE_ORDER_MARKS)
    return not has_mark and b"\0" in data[:_SNIFFED_BYTES]


def decoded(data: bytes, *, is_whole: bool = True) -> tuple[str, str | None]:
    r"""Return bytes as text with ``\n`` line ends, and what is wrong with their encoding.

    Args:
        data: UTF-8, or whatever their byte-order mark says.
        is_whole: False where they were cut, so that a character may be cut as well.
    """
    encoding = next((e for mark, e in _BYTE_ORDER_MARKS if data.startswith(mark)), "utf-8")
    fault = None
    try:
        text = codecs.getincrementaldecoder(encoding)().decode(data, final=is_whole)
    except UnicodeDecodeError:
        text = data.decode(encoding, errors="replace")
        fault = f"is not {encoding.removesuffix('-sig').upper()} throughout"
    return text.replace("\r\n", "\n").replace("\r", "\n"), fault


def parsed_json(text: str | bytes) -> object:
    """Return the value of a JSON text.

    Python writes, and so do others, what is no JSON for those who keep to the letter: ``NaN``,
    and halves of surrogate pairs. Of a record they spoil one value and not the others. A field of
    lineage or license that stands twice gets the values of both, as a list.

    Raises:
        ValueError: It is no JSON, or none that can be read.
    """
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        try:
            return json.loads(text, object_pairs_hook=_with_both)
        except (ValueError, RecursionError):
            raise ValueError(str(error)) from error
    fields = _LOST_IF_REPEATED_BYTES if isinstance(text, bytes) else _LOST_IF_REPEATED
    if any(text.count(name) > 1 for name in fields):  # type: ignore[arg-type]
        with suppress(ValueError, RecursionError):
            value = json.loads(text, object_pairs_hook=_with_both)
    return value


def _with_both(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object of which no value is lost because another has the same name."""
    found: dict[str, Any] = {}
    repeated: set[str] = set()
    for name, value in pairs:
        if name not in found:
            found[name] = value
            continue
        if name not in repeated:
            repeated.add(name)
            found[name] = [*_listed(found[name])]
        found[name] += _listed(value)
    return found


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
