"""Changes to the front matter of a card that leave every other character as it is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from licet_ingest.cards import read_card

if TYPE_CHECKING:
    from collections.abc import Sequence

_BEGINNING = re.compile(r"\s*---[ \t]*\n")
_END = re.compile(r"^---[ \t]*$", re.MULTILINE)
_PLAIN = re.compile(r"[A-Za-z0-9][\w./-]*")


def with_listed(text: str, name: str, values: Sequence[str]) -> str | None:
    """Return a card whose field has further values at its end, or None if it cannot be changed.

    Args:
        text: The card, its lines ended by line feeds.
        name: Of the field, such as ``base_model``.
        values: What is added; ids of works.
    """
    if not all(_PLAIN.fullmatch(value) for value in values):
        return None
    before = read_card(text.encode())
    if before.is_lost:
        return None
    stated = before.data.get(name)
    known = stated if isinstance(stated, list) else [] if stated is None else [stated]
    changed = _changed(text, name, values, stated)
    return _verified(text, changed, name, [*known, *values]) if changed is not None else None


def with_field(text: str, name: str, value: str) -> str | None:
    """Return a card with one more field, or None if it cannot be changed."""
    before = read_card(text.encode())
    if before.is_lost or name in before.data:
        return None
    return _verified(text, _with_line(text, f"{name}: {value}"), name, value)


def with_comment(text: str, comment: str) -> str:
    """Return a card with a comment at the end of its front matter."""
    return text if comment in text else _with_line(text, f"# {comment}")


def _with_line(text: str, line: str) -> str:
    block = _block(text)
    if block is None:
        return f"---\n{line}\n---\n{text}"
    return f"{text[: block[1]]}{line}\n{text[block[1] :]}"


def _block(text: str) -> tuple[int, int] | None:
    """Return where the front matter begins and ends."""
    beginning = _BEGINNING.match(text)
    end = _END.search(text, beginning.end()) if beginning else None
    return (beginning.end(), end.start()) if beginning and end else None


def _changed(text: str, name: str, values: Sequence[str], stated: object) -> str | None:
    items = "".join(f"- {value}\n" for value in values)
    block = _block(text)
    key = re.compile(rf"^{re.escape(name)}[ \t]*:[ \t]*(.*)$", re.MULTILINE)
    found = key.search(text, *block) if block else None
    if found is None:
        return None if stated is not None else _with_line(text, f"{name}:\n{items}".rstrip("\n"))
    value = re.sub(r"(?:\A|\s)#.*", "", found[1]).strip()
    line_end = found.end() + 1
    if not value:
        end, indent = _end_of_list(text, line_end, block[1] if block else len(text))
        return text[:end] + "".join(f"{indent}- {v}\n" for v in values) + text[end:]
    if value.startswith("[") and found[1].rstrip().endswith("]"):
        at = found.start(1) + found[1].rindex("]")
        inside = text[found.start(1) + 1 : at].strip()
        comma = ", " if inside and not inside.endswith(",") else " " if inside else ""
        return f"{text[:at].rstrip()}{comma}{', '.join(values)}{text[at:]}"
    if isinstance(stated, str):
        # One value becomes the first of a list, quoted as it was.
        return f"{text[: found.start(1)].rstrip()}\n- {found[1]}\n{items}{text[line_end:]}"
    return None


def _end_of_list(text: str, start: int, limit: int) -> tuple[int, str]:
    """Return where the items of a list that begins at a line end, and their indentation."""
    end, place, indent = start, start, ""
    while place < limit:
        after = text.find("\n", place) + 1 or limit
        line = text[place:after]
        item = re.match(r"([ \t]*)- ", line)
        if item:
            end, indent = after, item[1]
        elif line.strip() and not line[0].isspace() and not line.startswith("#"):
            break
        place = after
    return end, indent


def _verified(text: str, changed: str, name: str, value: object) -> str | None:
    """Return the changed card if it says what it said, and the field what it should."""
    before, after = read_card(text.encode()), read_card(changed.encode())
    expected = {**before.data, name: value}
    same_faults = len(after.faults) <= len(before.faults)
    if after.is_lost or after.data != expected or after.body != before.body or not same_faults:
        return None
    return changed
