"""Texts from anywhere, written so that no terminal takes them for a command."""

from __future__ import annotations


def printable(text: str, max_chars: int | None = None) -> str:
    r"""Return a text as one line of characters that can be seen.

    Control characters, line ends, and characters that hide or reorder others are written as
    escapes, as in ``\x1b`` and ``\u202e``.

    Args:
        text: From a source, a file name, an error.
        max_chars: Where it is cut, if it is longer.
    """
    if max_chars is not None and len(text) > max_chars:
        text = f"{text[: max_chars - 1]}…"
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
