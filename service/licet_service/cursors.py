"""Where a page ended, as text that clients give back unread."""

from __future__ import annotations

import base64
import binascii
import json

from licet_ontology.errors import UsageError

MAX_CHARS = 1000


def cursor_of(*place: int | str) -> str:
    """Return a cursor for a place in an order, given by its keys."""
    text = json.dumps(place, ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def place_of(cursor: str, *types: type[int] | type[str]) -> tuple[int | str, ...]:
    """Return the keys in a cursor.

    Raises:
        UsageError: It was not made by this service for such a list.
    """
    try:
        padded = cursor[:MAX_CHARS] + "=" * (-len(cursor) % 4)
        place = json.loads(base64.urlsafe_b64decode(padded))
    except (binascii.Error, ValueError, RecursionError):
        place = None
    # A bool is an int to isinstance, and no key.
    if not isinstance(place, list) or [type(key) for key in place] != list(types):
        raise UsageError("the cursor is none of this list; take it from the answer before")
    return tuple(place)
