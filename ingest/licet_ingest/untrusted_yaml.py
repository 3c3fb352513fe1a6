"""YAML from strangers: bounded in length, depth and nodes, with no tag and no type trusted.

The values are built from the parser's events, so no constructor of PyYAML runs. Scalars are
texts as they are written, but for null, true and false: ``no`` is the code of Norwegian and
``1.10`` is a version, which YAML 1.1 reads as false and 1.1.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import yaml

from licet_ontology.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_YAML_CHARS = 4_000_000
"""Front matter with thousands of benchmark results has some hundred thousand."""
MAX_DEPTH = 50
MAX_NODES = 500_000
"""Counted as if every alias were written out."""

# The portable wheels of PyYAML hold libyaml, which is some ten times as fast.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_CORE_TAGS = frozenset(
    {"!", *(f"tag:yaml.org,2002:{t}" for t in ("str", "int", "float", "bool", "null", "timestamp"))}
    | {f"tag:yaml.org,2002:{t}" for t in ("map", "seq")}
)
_CONSTANTS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufeff\ufffe\uffff]"
)


class UnreadableYamlError(SourceError):
    """A text is no YAML, or more of it than is read."""


@dataclass(frozen=True)
class YamlText:
    """A text as YAML.

    Attributes:
        documents: Its documents, made of dict, list, str, bool and None.
        faults: What in it is not as YAML demands, or was read in a way of ours.
    """

    documents: tuple[Any, ...]
    faults: tuple[str, ...]


def read_yaml(text: str) -> YamlText:
    """Return the documents of a YAML text.

    A key that stands twice gets the values of both, as a list. Characters that YAML forbids
    become U+FFFD, so that what held one names nothing any more.

    Raises:
        UnreadableYamlError: It is no YAML, has a tag outside the core of YAML, or exceeds a
            bound of length, depth or number of nodes.
    """
    if len(text) > MAX_YAML_CHARS:
        raise UnreadableYamlError(f"is longer than {MAX_YAML_CHARS} characters")
    faults: list[str] = []
    kept = _FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", text)
    if kept != text:
        faults.append("holds characters that YAML forbids")
    try:
        documents, found = _documents(kept)
    except yaml.YAMLError as error:
        if "\t" not in kept:
            raise UnreadableYamlError(f"is not YAML: {_problem(error)}") from error
        try:
            documents, found = _documents(kept.replace("\t", "  "))
        except yaml.YAMLError:
            raise UnreadableYamlError(f"is not YAML: {_problem(error)}") from error
        faults.append("holds tabs where YAML allows none; they are read as two spaces")
    return YamlText(tuple(documents), (*faults, *dict.fromkeys(found)))


def _problem(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    where = f" in line {mark.line + 1}" if mark else ""
    return f"{getattr(error, 'problem', None) or getattr(error, 'reason', error)}{where}"


@dataclass
class _Open:
    """A list or mapping whose end has not been read."""

    value: dict[str, Any] | list[Any]
    anchor: str | None
    nodes_before: int
    height: int = 1
    key: str | None = None
    has_key: bool = False
    repeated: set[str] = field(default_factory=set[str])


@dataclass
class _Reader:
    """What has been read of one document."""

    faults: list[str]
    nodes: int = 0
    open: list[_Open] = field(default_factory=list[_Open])
    anchors: dict[str, tuple[Any, int, int]] = field(
        default_factory=dict[str, "tuple[Any, int, int]"]
    )
    root: Any = None

    def count(self, nodes: int, height: int) -> None:
        self.nodes += nodes
        if self.nodes > MAX_NODES:
            raise UnreadableYamlError(f"has more than {MAX_NODES} nodes, aliases written out")
        if len(self.open) + height > MAX_DEPTH:
            raise UnreadableYamlError(f"is nested more than {MAX_DEPTH} deep")

    def scalar(self, event: yaml.ScalarEvent) -> None:
        _check_tag(event.tag)
        self.count(1, 0)
        is_plain = not event.style and event.tag is None
        value: Any = event.value
        if self._wants_key():
            self._key(value)
        else:
            value = _CONSTANTS.get(value, value) if is_plain else value
            self._place(value)
        self._remember(event.anchor, value, 1, 0)

    def alias(self, name: str) -> None:
        if name not in self.anchors:
            raise UnreadableYamlError("has an alias of what is not there, or of what holds it")
        value, nodes, height = self.anchors[name]
        self.count(nodes, height)
        if self.open:
            self.open[-1].height = max(self.open[-1].height, height + 1)
        if self._wants_key():
            self._key(value)
        else:
            self._place(value)

    def start(self, value: dict[str, Any] | list[Any], event: yaml.CollectionStartEvent) -> None:
        _check_tag(event.tag)
        self.count(1, 1)
        if event.anchor:
            # Until its end is read, an alias of it would make a value that holds itself.
            self.anchors.pop(event.anchor, None)
        self.open.append(_Open(value, event.anchor, self.nodes - 1))

    def end(self) -> None:
        done = self.open.pop()
        if self.open:
            self.open[-1].height = max(self.open[-1].height, done.height + 1)
        self._remember(done.anchor, done.value, self.nodes - done.nodes_before, done.height)
        if self._wants_key():
            self._key(done.value)
        else:
            self._place(done.value)

    def _remember(self, anchor: str | None, value: Any, nodes: int, height: int) -> None:
        if anchor:
            self.anchors[anchor] = (value, nodes, height)

    def _wants_key(self) -> bool:
        return (
            bool(self.open) and isinstance(self.open[-1].value, dict) and not self.open[-1].has_key
        )

    def _key(self, value: Any) -> None:
        frame = self.open[-1]
        frame.has_key = True
        frame.key = value if isinstance(value, str) else None
        if frame.key is None:
            self.faults.append("has a key that is not text, which was left out")

    def _place(self, value: Any) -> None:
        if not self.open:
            self.root = value
            return
        frame = self.open[-1]
        if isinstance(frame.value, list):
            frame.value.append(value)
            return
        frame.has_key = False
        if frame.key is None:
            return
        if frame.key == "<<" and (merged := _mappings(value)):
            for mapping in merged:
                for key, inherited in mapping.items():
                    frame.value.setdefault(key, inherited)
        elif frame.key in frame.value:
            self.faults.append(f"has the key {frame.key[:60]!r} twice; both values are kept")
            if frame.key not in frame.repeated:  # a new list, which no alias shares
                frame.repeated.add(frame.key)
                frame.value[frame.key] = [*_listed(frame.value[frame.key])]
            frame.value[frame.key] += _listed(value)
        else:
            frame.value[frame.key] = value


def _mappings(value: Any) -> list[dict[str, Any]]:
    values = _listed(value)
    return values if all(isinstance(one, dict) for one in values) else []


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _check_tag(tag: str | None) -> None:
    if tag is not None and tag not in _CORE_TAGS:
        raise UnreadableYamlError(f"has the tag {tag[:80]!r}")


def _documents(text: str) -> tuple[list[Any], list[str]]:
    faults: list[str] = []
    documents: list[Any] = []
    reader = _Reader(faults)
    nodes = 0
    for event in _events(text):
        match event:
            case yaml.DocumentStartEvent():
                reader = _Reader(faults, nodes)
            case yaml.DocumentEndEvent():
                documents.append(reader.root)
                nodes = reader.nodes
            case yaml.ScalarEvent():
                reader.scalar(event)
            case yaml.AliasEvent():
                reader.alias(event.anchor or "")
            case yaml.MappingStartEvent():
                reader.start({}, event)
            case yaml.SequenceStartEvent():
                reader.start([], event)
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                reader.end()
            case _:
                pass
    return documents, faults


def _events(text: str) -> Iterator[yaml.Event]:
    yield from yaml.parse(text, Loader=_LOADER)
