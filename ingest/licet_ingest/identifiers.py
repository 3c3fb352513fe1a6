"""Which strings can name a work on the Hub, and why others cannot."""

from __future__ import annotations

import re

MAX_ID_CHARS = 193
"""Two parts of at most 96 characters and a slash, as on the Hub."""

_PART = r"[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,94}[A-Za-z0-9_.-])?"
_ID = re.compile(rf"(?:{_PART}/)?{_PART}\Z", re.ASCII)


def id_fault(text: object) -> str | None:
    """Return why a value cannot be the id of a repository, or None where it can."""
    if not isinstance(text, str):
        return f"is {type(text).__name__}, not text"
    if not text:
        return "is empty"
    if len(text) > MAX_ID_CHARS:
        return f"has {len(text)} characters, more than {MAX_ID_CHARS}"
    if re.match(r"[A-Za-z]:[\\/]|[\\/.~]", text):
        return "is a path on somebody's machine"
    if "://" in text:
        return "is an address, not an id"
    if not _ID.match(text) or "--" in text or ".." in text or text.endswith(".git"):
        return "is not of the form owner/name"
    return None
