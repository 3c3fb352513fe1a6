"""Which strings can name a work on the Hub, and why others cannot."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

MAX_ID_CHARS = 193
"""Two parts of at most 96 characters and a slash, as on the Hub."""

_PART = r"[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,94}[A-Za-z0-9_.-])?"
_ID = re.compile(rf"(?:{_PART}/)?{_PART}\Z", re.ASCII)

_HOSTS = ("huggingface.co", "www.huggingface.co", "hf.co")
_VIEWS = frozenset(
    {"tree", "blob", "resolve", "raw", "commit", "commits", "discussions", "edit", "viewer"}
)
"""What follows the id in the address of a page of a repository."""
_PAGES = frozenset(
    {
        "api",
        "blog",
        "chat",
        "collections",
        "docs",
        "inference",
        "join",
        "kernels",
        "learn",
        "login",
        "models",
        "new",
        "organizations",
        "papers",
        "posts",
        "pricing",
        "settings",
        "spaces",
        "tasks",
    }
)
"""First parts of addresses on the Hub that name neither a model nor a dataset."""
_NOTHING = frozenset({"none", "null", "nan", "nil", "n/a", "na", "unknown", "tbd"})
"""What people and programs write in place of an id that they do not have."""


def id_fault(text: object) -> str | None:
    """Return why a value cannot be the id of a repository, or None where it can."""
    if not isinstance(text, str):
        return f"is {type(text).__name__}, not text"
    if _ID.match(text) and not ("--" in text or ".." in text or text.endswith(".git")):
        return None
    if not text:
        return "is empty"
    if len(text) > MAX_ID_CHARS:
        return f"has {len(text)} characters, more than {MAX_ID_CHARS}"
    if re.match(r"[A-Za-z]:[\\/]|[\\/.~]|file:", text) or ("\\" in text and "://" not in text):
        return "is a path on somebody's machine"
    if "://" in text:
        return "is an address, not an id"
    return "is not of the form owner/name"


def named_work(text: str, kind: str = "model") -> tuple[str | None, str]:
    """Return the id by which a text names a work, or None, and why it names none.

    Read are ids, ids with a revision (``owner/name@rev``) or a page (``owner/name/tree/rev``),
    and addresses on the Hub. Whether such a work exists is not asked.

    Args:
        text: As its author wrote it.
        kind: What it must name: ``model`` or ``dataset``.
    """
    reason = id_fault(text)
    lower = text.lower()
    if reason is None and not lower.startswith(_HOSTS):
        return (None, "names no work") if lower in _NOTHING else (text, "")
    scheme, separator, rest = text.partition("://")
    host, _, path = (rest if separator else text).partition("/")
    if separator and scheme.lower() == "hf":
        path = rest
    elif host.lower() not in _HOSTS or (separator and scheme.lower() not in ("http", "https")):
        if reason is None:
            return text, ""  # An owner's name may begin like the Hub's.
        return (None, reason) if separator else _without_host(text, kind, reason)
    return _at_hub(re.split(r"[?#]", path, maxsplit=1)[0], kind)


def _without_host(text: str, kind: str, reason: str) -> tuple[str | None, str]:
    """Return the id in ``owner/name@rev``, ``owner/name/tree/rev`` or ``owner/name/``."""
    if reason != "is not of the form owner/name":
        return None, reason
    work_id = _id_of(text, kind)
    return (None, reason) if work_id is None else (work_id, "")


def _at_hub(path: str, kind: str) -> tuple[str | None, str]:
    """Return the id in the path of an address on the Hub."""
    first = path.strip("/").partition("/")[0]
    named = "dataset" if first == "datasets" else "model"
    if first in _PAGES:
        return None, "is the address of a page that is no repository"
    if named != kind:
        return None, f"is the address of a {named}, not of a {kind}"
    # Ollama and llama.cpp name a file of a repository by ``hf.co/owner/name:quantization``.
    work_id = _id_of(path.partition(":")[0], kind)
    return (None, "is an address without an id") if work_id is None else (work_id, "")


def _id_of(path: str, kind: str) -> str | None:
    parts = path.partition("@")[0].strip("/").split("/")
    if kind == "dataset" and parts[0] == "datasets":
        parts = parts[1:]
    for length in (1, 2):
        if len(parts) == length or (len(parts) > length and parts[length] in _VIEWS and parts[0]):
            if length == 1 and len(parts) == 2:
                continue  # A repository may be called owner/tree.
            candidate = "/".join(parts[:length])
            return candidate if id_fault(candidate) is None else None
    return None


def named_works(text: str, kind: str = "model") -> list[tuple[str, str | None, str]]:
    """Return for each work that a text names its words, the id or None, and why it has none.

    Names may be joined by commas. In prose nothing is taken for a name but what has an owner.
    """
    work_id, reason = named_work(text, kind)
    if work_id is not None or "," not in text:
        return [(text, work_id, reason)]
    found = [(part, *named_work(part, kind)) for part in map(str.strip, text.split(",")) if part]
    if all(id_ is not None for _, id_, _ in found):
        return found
    if not any(id_ and "/" in id_ for _, id_, _ in found):
        return [(text, None, reason)]
    return [
        (part, id_, why) if id_ is None or "/" in id_ else (part, None, "may be a word of prose")
        for part, id_, why in found
    ]


def canonical_ids(named: Iterable[str], present: Collection[str]) -> dict[str, str]:
    """Return the id of the work that a name means, for names that differ from it in case alone.

    A name that is there as it stands, or that differs in case from several, stands for itself.
    For a whole Hub there is `licet_ingest.resolution.places_meant`.

    Args:
        named: Ids of works of one kind as others name them.
        present: Ids of the works of that kind that were read.
    """
    here = present if isinstance(present, (set, frozenset, dict)) else frozenset(present)
    absent = {name for name in named if name not in here}
    lower = {name.lower() for name in absent}
    found: dict[str, str | None] = {}
    for work_id in here:
        if (key := work_id.lower()) in lower:
            found[key] = None if key in found else work_id
    return {name: there for name in sorted(absent) if (there := found.get(name.lower()))}
