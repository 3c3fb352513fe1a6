"""From bytes that claim to be text to text; what they were is said, never guessed."""

from __future__ import annotations

import codecs

_BYTE_ORDER_MARKS = (
    # UTF-32 little-endian begins like UTF-16 little-endian, so it is asked for first.
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SNIFFED_BYTES = 8192


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
