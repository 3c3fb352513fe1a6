"""What the prose of a card says against commercial use: a hint for people, never a fact."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from licet_ingest.fences import lines_of

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_STATEMENTS = 10
MAX_EXCERPT_CHARS = 160
_MAX_BODY_CHARS = 1_000_000
_MAX_SENTENCE_CHARS = 1_000

_NON_COMMERCIAL = r"\bnon[\s\u2010\u2011-]?commercial(?:ly)?\b"
_AGAINST = re.compile(
    "|".join(
        (
            # "for research purposes only", "non-commercial use only"
            rf"(?:{_NON_COMMERCIAL}|\b(?:research|academic|educational))"
            r"(?: (?:and|or|&) \w+)?(?: (?:use|usage|purposes?))? only\b",
            # "only for non-commercial use", "limited to research purposes"
            r"\b(?:only|solely|exclusively|strictly|limited to|restricted to)\b[^.]{0,40}"
            rf"(?:{_NON_COMMERCIAL}|\b(?:research|academic)) (?:\w+ )?(?:use|usage|purposes?)\b",
            # "may not be used commercially", "no commercial use"
            r"\b(?:no|not|cannot|never|prohibit\w*|forbid\w*)\b[^.,;]{0,40}"
            r"\b(?:commercially|for commercial|commercial (?:use|usage|purposes?|exploitation))\b",
            r"\bcommercial (?:use|usage|purposes?|applications?)\b[^.,;]{0,30}"
            r"\b(?:prohibited|forbidden|disallowed|not (?:allowed|permitted))",
            # "under a non-commercial license"
            rf"{_NON_COMMERCIAL} (?:\w+ )?(?:licen[sc]e|use|usage|purposes?)\b",
            r"\bcc[\s-]by[\s-]nc\b",
            "非商业|非商用|禁止商|不得[^。]{0,6}商|仅供(?:学术|研究|科研|学习)",
            r"nicht[\s-]?kommerziell|kommerziell\w* (?:nutzung|zwecke?|verwendung)[^.]{0,30}"
            r"(?:untersagt|verboten|nicht)|keine kommerzielle",
            r"(?:usage|utilisation|fins?) (?:non[\s-]commercial|commerciale?[^.]{0,30}interdit)",
            r"\b(?:uso|fin(?:es|s)) n[oã]o?[\s-]comercia",
            r"uso comercial[^.]{0,30}(?:prohibid|proibid)",
            "некоммерч|商用利用(?:は|を)?(?:不可|禁止)|商用(?:不可|禁止)|비상업|상업적[^.]{0,12}금지",
        )
    ),
    re.IGNORECASE,
)
_HINT = re.compile(
    "com+erc|kommerz|коммерч|research|academic|educational|by.nc|商|仅供|상업", re.IGNORECASE
)
"""In each sentence that is against commercial use; to look for it is far less work."""
_FOR = re.compile(
    r"\b(?:both|not limited to|(?:no|without(?: any)?) (?:restrictions?|limits?|limitations?))\b"
    rf"|\bcommercial(?:ly)?,? (?:and|or|as well as|&|/) {_NON_COMMERCIAL}"
    rf"|{_NON_COMMERCIAL},? (?:and|or|as well as|&|/) commercial",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"(?<=[.!?;。！？])\s+|(?<=[。！？])")  # noqa: RUF001 - Chinese marks
_EMPHASIS = re.compile(r"[*`]+|(?<![A-Za-z0-9])_+|_+(?![A-Za-z0-9])")


@dataclass(frozen=True)
class Statement:
    """A sentence of a card that speaks against commercial use.

    Attributes:
        line: Its number in the card.
        excerpt: The sentence, cut to ``MAX_EXCERPT_CHARS``.
    """

    line: int
    excerpt: str


def against_commerce(body: str, first_line: int = 1) -> tuple[Statement, ...]:
    """Return the sentences of a card's body that speak against commercial use.

    Code is left out. A sentence that also speaks of commercial use as allowed, such as "for
    commercial and non-commercial use", is none. What the sentence is about (this model, its
    data, another) is for a reader to see.
    """
    found: list[Statement] = []
    for lines in _paragraphs(body[:_MAX_BODY_CHARS], first_line):
        text = " ".join(words for _, words in lines)
        if not _HINT.search(text):
            continue
        place = 0
        for sentence in _SENTENCE_END.split(text):
            start = text.index(sentence, place)
            place = start + len(sentence)
            cut = sentence[:_MAX_SENTENCE_CHARS]
            if (match := _AGAINST.search(cut)) and not _FOR.search(cut):
                first = max(0, min(match.start() - 40, len(cut) - MAX_EXCERPT_CHARS))
                excerpt = cut[first : first + MAX_EXCERPT_CHARS].strip()
                found.append(Statement(_line_at(lines, start + match.start()), excerpt))
                if len(found) == MAX_STATEMENTS:
                    return tuple(found)
    return tuple(found)


def _paragraphs(body: str, first_line: int) -> Iterator[list[tuple[int, str]]]:
    """Yield the (number, words) of the lines of each paragraph that is not code."""
    lines: list[tuple[int, str]] = []
    for number, line, block, _ in lines_of(body, first_line):
        words = "" if block else " ".join(_EMPHASIS.sub("", line).split())
        if words:
            lines.append((number, words))
        elif lines:
            yield lines
            lines = []
    if lines:
        yield lines


def _line_at(lines: list[tuple[int, str]], place: int) -> int:
    """Return the number of the line that holds a place of the joined words."""
    end = 0
    for number, words in lines:
        end += len(words) + 1
        if place < end:
            return number
    return lines[-1][0]
