"""What a repository holds that the duties of a license ask for: texts by role, and weights.

Its works and licenses are read by `licet_ingest.sources.repository`; this is about evidence.
Weights are never opened: their format is told by the names of their files.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from licet_ingest.cards import MAX_CARD_BYTES, read_card
from licet_ingest.decoding import decoded, is_binary, parsed_json
from licet_ingest.fences import lines_of
from licet_ingest.lineage_files import LINEAGE_FILE
from licet_ingest.lineage_hints import lineage_hints
from licet_ingest.repository_files import (
    MAX_CONFIG_BYTES,
    MAX_LICENSE_BYTES,
    UnreadableFileError,
    UnreadableFolderError,
    entries,
    license_files,
    read_inside,
)
from licet_ingest.repository_layout import card_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from licet_ingest.lineage_hints import Hint
    from licet_ingest.repository_files import Folder

MAX_TEXTS = 60
MAX_TEXTS_BELOW = 20
"""License files in folders below that are read; the license of a part is one."""
MAX_LISTED = 20_000
MAX_DEPTH = 3
MAX_CARD_CHARS = 1_000_000
"""More of a card's body is not searched for evidence."""
MAX_LINE_CHARS = 4_000
MAX_PARAGRAPH_LINES = 200

BLANK = "[FILL IN"
"""Begins a place that only the publisher can fill; a text with one is evidence of nothing."""

_NOTICE = re.compile(r"notice", re.IGNORECASE)
_POLICY = re.compile(r"use[_ -]?policy|policy", re.IGNORECASE)
_ROLES = (
    (
        re.compile(r"(?:attribution|credits?|acknowledge?ments?)(?:\.\w+)?\Z", re.IGNORECASE),
        "attribution",
    ),
    (re.compile(r"(?:changes|changelog|modifications)(?:\.\w+)?\Z", re.IGNORECASE), "changes"),
)
_LICENSE_FOLDER = re.compile(r"licen[sc]es?|third[_ -]?party.*|notices?", re.IGNORECASE)
_NO_TEXT = re.compile(
    r"\.(?:py|json|jsonl|ya?ml|csv|pdf|png|jpe?g|svg|html?|docx?|zip|gz|safetensors|bin|gguf)\Z",
    re.IGNORECASE,
)
_ADAPTABLE = re.compile(
    r"\.(?:safetensors|pt|pth|ckpt|h5|keras|msgpack|nemo)\Z"
    r"|(?:\A|/)(?:pytorch|adapter|diffusion_pytorch)?_?model[\w.-]*\.bin\Z",
    re.IGNORECASE,
)
_COMPILED = re.compile(
    r"\.(?:gguf|ggml|onnx|ort|tflite|mlmodel|engine|plan|trt|pte|nnef|mnn|rknn|dlc|llamafile)\Z"
    r"|(?:\A|/)(?:ggml[\w.-]*|openvino[\w.-]*)\.bin\Z|\.mlpackage/",
    re.IGNORECASE,
)
_QUANTIZED_NAME = re.compile(r"\b(?:gptq|awq|exl[23]|bnb|marlin|aqlm|hqq)\b", re.IGNORECASE)
_FIELD = re.compile(r"([A-Za-z_][\w-]*)[ \t]*:")
_TAG = re.compile(r"<([a-z][a-z0-9]{0,20})\b([^<>]{0,300})>", re.IGNORECASE)
_HIDES = re.compile(
    r"\bhidden\b|(?:display\s*:\s*none|font-size\s*:\s*0|opacity\s*:\s*0)(?![\w.])", re.IGNORECASE
)
_NOT_SAID = frozenset({"del", "s", "script", "strike", "style", "template"})
"""Elements of HTML whose text is not shown, or is struck through."""
_STRUCK = re.compile(r"(?<!~)~~(?!~)[^\n]{1,500}?~~")
_DEFINITION = re.compile(r"^ {0,3}\[(?!\^)[^\]\n]{1,300}\]:[^\n]*", re.MULTILINE)
"""Where a link leads, which Markdown does not show; many use it as a comment."""
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_OVER_LINES = re.compile(
    r"<[a-z](?:(?!\n[ \t]*\n)[^<>]){0,2000}>|!\[(?:(?!\n[ \t]*\n)[^\[\]]){0,2000}\]",
    re.IGNORECASE,
)
"""A tag of HTML, or the words for a picture, which may go on in the next line."""
_OF_LICENSES = re.compile(r"copyright|garant|liab|permission|permitted|warrant", re.IGNORECASE)
"""A word of each license text in the catalogue, one or another; to look for them costs more."""
_DOCUMENT = re.compile(r"\.(?:md|markdown)\Z", re.IGNORECASE)

_Identified = tuple[tuple[str, ...], tuple[str, ...]]
"""Ids of the licenses whose whole text another text holds, and of those that incorporate it."""


@dataclass(frozen=True)
class Line:
    """One line that a reader of a text sees.

    Attributes:
        number: In its file.
        text: As it stands there.
    """

    number: int
    text: str


@dataclass(frozen=True)
class HeldText:
    """A text of the repository.

    Attributes:
        name: Its path in the repository, with slashes.
        role: ``card``, ``license``, ``notice``, ``policy``, ``attribution``, ``lineage``,
            ``changes``, or ``document`` for another that holds the whole text of a license.
        lines: What a reader sees: of Markdown, neither code nor comments.
        is_whole: Whether it was read to its end and is clean text.
        licenses: Ids of the licenses whose whole text it holds, where readers of it see that.
        incorporated: Ids of the licenses of which it holds a text that they incorporate.
    """

    name: str
    role: str
    lines: tuple[Line, ...]
    is_whole: bool = True
    licenses: tuple[str, ...] = ()
    incorporated: tuple[str, ...] = ()


@dataclass(frozen=True)
class WeightsFile:
    """A file of weights.

    Attributes:
        name: Its path in the repository.
        form: ``adaptable`` (can be trained further), ``quantized`` or ``compiled``.
    """

    name: str
    form: str


@dataclass(frozen=True)
class Contents:
    """What a repository holds.

    Attributes:
        texts: Its texts, the card first.
        weights: Its weights.
        fields: Line of each field of the card's front matter.
        data: The front matter.
        faults: (file, reason) of what could not be read.
        hints: What shows from which works it may have been made, and is not read as lineage.
    """

    texts: tuple[HeldText, ...] = ()
    weights: tuple[WeightsFile, ...] = ()
    fields: dict[str, int] = field(default_factory=dict[str, int])
    data: dict[str, Any] = field(default_factory=dict[str, Any])
    faults: tuple[tuple[str, str], ...] = ()
    hints: tuple[Hint, ...] = ()

    @property
    def card(self) -> HeldText | None:
        """The card."""
        return next((text for text in self.texts if text.role == "card"), None)

    def by_role(self, *roles: str) -> list[HeldText]:
        """Return the texts of some roles."""
        return [text for text in self.texts if text.role in roles]


def read_contents(folder: Folder) -> Contents:
    """Return what a repository's folder holds; of what cannot be read, a fault."""
    root = folder.resolve()
    names, faults = _listed(root)
    at_root = [name for name in names if "/" not in name]
    texts: list[HeldText] = []
    fields: dict[str, int] = {}
    data: dict[str, Any] = {}
    if (card := card_of(root, at_root)) is not None:
        text, fields, data, fault = _card(root, card.name)
        texts.append(text)
        faults += fault
    wanted = _text_files(names, data.get("license_link"))
    other = _documents(at_root, {*wanted, *(text.name for text in texts)})
    for name in wanted[MAX_TEXTS:]:
        faults.append((name, f"is beyond the first {MAX_TEXTS} texts"))
    for name in [*wanted[:MAX_TEXTS], *other[:MAX_TEXTS]]:
        role = "document" if name in other else _role(name)
        try:
            text = _text(root, name, role)
        except UnreadableFileError as error:
            faults.append((name, str(error)))
            text = HeldText(name, role, (), is_whole=False)
        if role != "document" or text.licenses or not text.is_whole:
            texts.append(text)
    weights = _weights(root, names)
    hints = lineage_hints(root, names)
    return Contents(tuple(texts), weights, fields, data, tuple(faults), hints)


def _listed(root: Folder) -> tuple[list[str], list[tuple[str, str]]]:
    """Return the paths of the files of a repository, and faults."""
    names: list[str] = []
    faults: list[tuple[str, str]] = []
    todo: list[tuple[Folder, str, int]] = [(root, "", 0)]
    while todo:
        folder, prefix, depth = todo.pop(0)
        try:
            files, folders = entries(folder)
        except UnreadableFolderError as error:
            faults.append((prefix or ".", str(error)))
            continue
        names += [prefix + name for name in files]
        if len(names) > MAX_LISTED:
            faults.append((prefix or ".", f"only {MAX_LISTED} files are looked at"))
            return names[:MAX_LISTED], faults
        if depth < MAX_DEPTH:
            todo += [(folder / name, f"{prefix}{name}/", depth + 1) for name in folders]
    return names, faults


def _text_files(names: list[str], linked: object) -> list[str]:
    """Return the files that may hold evidence, besides the card."""
    at_root = [name for name in names if "/" not in name]
    found = license_files(at_root, linked if isinstance(linked, str) else None)
    found += [name for name in at_root if name == LINEAGE_FILE or _role_by_name(name)]
    for name in names:
        folder, _, base = name.rpartition("/")
        if folder and _LICENSE_FOLDER.fullmatch(folder.rpartition("/")[2]) and "." not in base[:1]:
            found.append(name)
    below = [name for name in names if "/" in name and license_files([name.rpartition("/")[2]])]
    found += below[:MAX_TEXTS_BELOW]
    return list(dict.fromkeys(name for name in found if not _NO_TEXT.search(name)))


def _documents(at_root: list[str], others: set[str]) -> list[str]:
    """Return the further documents, of which only whole texts of licenses are evidence."""
    return [name for name in at_root if _DOCUMENT.search(name) and name not in others]


def _role_by_name(name: str) -> str:
    return next((role for pattern, role in _ROLES if pattern.match(name)), "")


def _role(name: str) -> str:
    base = name.rpartition("/")[2]
    if base == LINEAGE_FILE:
        return "lineage"
    if _NOTICE.search(base):
        return "notice"
    if _POLICY.search(base):
        return "policy"
    return _role_by_name(base) or "license"


def _card(
    root: Folder, name: str
) -> tuple[HeldText, dict[str, int], dict[str, Any], list[tuple[str, str]]]:
    try:
        read = read_inside(root / name, root, MAX_CARD_BYTES)
    except UnreadableFileError as error:
        return HeldText(name, "card", (), is_whole=False), {}, {}, [(name, str(error))]
    card = read_card(read.data, read.size_bytes)
    lines = visible_lines(card.body[:MAX_CARD_CHARS], card.body_line)
    is_whole = not card.is_lost and len(card.body) <= MAX_CARD_CHARS
    fields: dict[str, int] = {}
    if card.data:
        text, _ = decoded(read.data, is_whole=True)
        for number, line in enumerate(text.split("\n")[: card.body_line - 1], 1):
            if match := _FIELD.match(line):
                fields.setdefault(match[1], number)
    shown = _shown_with_code(card.body) if _OF_LICENSES.search(card.body) else ""
    found = _identified(shown) if shown else ((), ())
    return HeldText(name, "card", tuple(lines), is_whole, *found), fields, card.data, []


def _text(root: Folder, name: str, role: str) -> HeldText:
    read = read_inside(root / name, root, MAX_LICENSE_BYTES)
    if is_binary(read.data):
        raise UnreadableFileError("is not text")
    text, fault = decoded(read.data, is_whole=len(read.data) == read.size_bytes)
    is_whole = not fault and len(read.data) == read.size_bytes
    is_markdown = _DOCUMENT.search(name) is not None
    lines = (
        visible_lines(text)
        if is_markdown
        else [
            Line(number, line[:MAX_LINE_CHARS]) for number, line in enumerate(text.split("\n"), 1)
        ]
    )
    found: _Identified = ((), ())
    if not is_whole:
        pass  # What was not read may take back what was.
    elif role in {"license", "policy", "notice"}:
        # The whole text of a license is a copy of it, whatever stands beside it.
        found = _identified(text)
    elif _OF_LICENSES.search(text):
        found = _identified(_shown_with_code(text) if is_markdown else text)
    return HeldText(name, role, tuple(lines), is_whole, *found)


def _identified(text: str) -> _Identified:
    # With it comes numpy, which a repository without a license text need not wait for.
    from licet_ontology.identify import shipped_identifier

    found = shipped_identifier().identify(text)
    return found.licenses, found.part_of


def visible_lines(body: str, first_line: int = 1) -> list[Line]:
    """Return the lines of Markdown that a reader sees as text.

    Neither code nor comments, nor what is hidden or struck through.
    """
    prose = [(n, "" if block else line) for n, line, block, _ in lines_of(body, first_line)]
    shown = _DEFINITION.sub("", _shown("\n".join(line for _, line in prose)))
    return [
        Line(number, text[:MAX_LINE_CHARS])
        for (number, _), text in zip(prose, shown.split("\n"), strict=True)
    ]


def _shown_with_code(body: str) -> str:
    """Return what a reader of Markdown sees: many set the text of a license as code."""
    return _shown("\n".join(line for _, line, _, _ in lines_of(body)))


def _shown(text: str) -> str:
    """Return a text of Markdown without what is not shown, in as many lines."""
    text = _OVER_LINES.sub(_on_one_line, _COMMENT.sub(_line_breaks, text))
    return _STRUCK.sub("", _without_hidden(text))


def _on_one_line(found: re.Match[str]) -> str:
    return found[0].replace("\n", " ") + _line_breaks(found)


def _line_breaks(found: re.Match[str]) -> str:
    return "\n" * found[0].count("\n")


def _without_hidden(text: str) -> str:
    """Return a text of Markdown without the elements of HTML that a reader does not see."""
    kept: list[str] = []
    place = 0
    for tag in _TAG.finditer(text):
        if tag.start() < place or not (_HIDES.search(tag[2]) or tag[1].lower() in _NOT_SAID):
            continue
        end = re.compile(rf"</{tag[1]}\s*>", re.IGNORECASE).search(text, tag.end())
        after = end.end() if end else len(text)
        kept += [text[place : tag.start()], "\n" * text.count("\n", tag.start(), after)]
        place = after
    return "".join([*kept, text[place:]])


def _weights(root: Folder, names: list[str]) -> tuple[WeightsFile, ...]:
    found = [
        WeightsFile(name, "compiled" if _COMPILED.search(name) else "adaptable")
        for name in names
        if _COMPILED.search(name) or _ADAPTABLE.search(name)
    ]
    if not any(one.form == "adaptable" for one in found):
        return tuple(found)
    if _is_quantized(root, names):
        found = [
            WeightsFile(one.name, "quantized") if one.form == "adaptable" else one for one in found
        ]
    return tuple(_form_by_name(one) for one in found)


def _form_by_name(one: WeightsFile) -> WeightsFile:
    if one.form == "adaptable" and _QUANTIZED_NAME.search(one.name):
        return WeightsFile(one.name, "quantized")
    return one


def _is_quantized(root: Folder, names: list[str]) -> bool:
    """Tell whether a configuration says that the weights are quantized."""
    if {"quantize_config.json", "quantization_config.json", "quant_config.json"} & set(names):
        return True
    if "config.json" not in names:
        return False
    try:
        config = parsed_json(read_inside(root / "config.json", root, MAX_CONFIG_BYTES).data)
    except (UnreadableFileError, ValueError):
        return False
    return isinstance(config, dict) and bool(config.get("quantization_config"))


def paragraphs(lines: tuple[Line, ...]) -> Iterator[list[Line]]:
    """Yield the lines of each paragraph, heading, list item and row of a table."""
    block: list[Line] = []
    for line in lines:
        text = line.text.strip()
        begins = re.match(r"(?:[-*+] |\d{1,3}[.)] |#{1,6} |\||>)", text)
        if (not text or begins or len(block) == MAX_PARAGRAPH_LINES) and block:
            yield block
            block = []
        if text:
            block.append(line)
            if text.startswith("#"):
                yield block
                block = []
    if block:
        yield block
