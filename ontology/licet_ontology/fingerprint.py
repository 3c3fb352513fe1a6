"""Fingerprints of license texts: enough to prove a quote, too little to read the text.

A fingerprint holds the SHA-256 of the normalized text and, for each run of
``SHINGLE_WORDS`` words in the order of the text, a 32-bit hash. A quote occurs
in the text if the hashes of its runs stand there next to each other.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import html
import json
import re
import sys
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from licet_ontology.holders import is_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SHINGLE_WORDS = 4
"""Words in a run; a quote shorter than this cannot be proved."""

# A Han, Kana or Hangul character is a word of its own: those scripts have no spaces. So is what
# changes an amount, takes text away where it is rendered (a comment, what is struck through), or
# turns its order (bidirectional embeddings).
_UNSPACED = r"\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
_WORD = re.compile(
    rf"[{_UNSPACED}]|[^\W_{_UNSPACED}]+|[$€£¥₹₩](?= ?\d)|(?<=\d) ?[%‰]"
    r"|<!--|(?<!~)~~(?!~)|[\u0334-\u0338\u202a-\u202e\u2066-\u2069]"
)
# Marks that nobody sees: soft hyphen, zero-width space, word joiner, byte order mark.
_INVISIBLE = re.compile("[\u00ad\u200b\u2060\ufeff]")
# Who holds the copyright of a work is filled in by each user of a license. Such a line stands
# apart: a wrapped line of a sentence goes on in the next, or ends a quotation.
_COPYRIGHT_LINE = re.compile(
    r"^[^\w\n(]*((?:(?:\(c\)|©)?[ \t]*copyright[ \t:]*(?:\(c\)|©|[<\[{]|\d{4}|the\b|by\b)"
    r"|(?:\(c\)|©)[ \t]*(?:copyright|\d{4}|[<\[{])|©|all rights reserved)"
    r"[^\n]{0,160}(?<![\"”'’]))[ \t]*(?=\n[^\w\n]*(?:\n|\(c\)|©|copyright|all rights)|\n?\Z)",
    re.IGNORECASE | re.MULTILINE,
)
# "1.", "(a)" or "iv)" before an item of a list, where a sentence or paragraph has just ended:
# copies of one text number their lists in different ways, or mark them with bullets. Not after
# a comma, a number or a lone letter, where it may be a reference to another paragraph.
_NUMBER = r"(?:\((?:[a-z]|[ivx]{1,5}|\d{1,2})\)|(?:[a-z]|[ivx]{1,5}|\d{1,2})\\?[.)])"
_ENUMERATOR = re.compile(
    rf"(\A\s*|[.;:](?<!\W\w.)(?<!\W\d\d.)(?<=[\w)\]\"”’'*_>].)[\"”’)*_]{{0,8}}"
    rf"(?:\s{{1,3}}(?:and|or))?\s{{1,3}}|\n[^\w\n]*\n)([^\w\n(]{{0,40}})"
    rf"{_NUMBER}(?:\s{{1,3}}{_NUMBER})*(?=\s)",
    re.IGNORECASE,
)
# Long runs of spaces and of empty lines cost time, and mean no more than short ones.
_SPACES = re.compile(r"[^\S\n]+")
_EMPTY_LINES = re.compile(r"\n(?: ?\n){2,}")
# A page number that stands alone between two paragraphs.
_PAGE_NUMBER = re.compile(r"(\n[ \t]*\n)[ \t]*\d{1,3}[ \t]*(?=\n[ \t]*\n)")
# Markup with words in it: tags of HTML, and the address of a link that repeats its text. An
# attribute with other words, or one that hides what it stands at, is kept as words.
_ATTRIBUTES = (
    r"(?:\s+(?:(?:class|id|name|lang|dir|align|rel|target)="
    r"""["']?[\w-]{1,40}(?: [\w-]{1,40}){0,2}["']?"""
    r"|style=[\"'](?:text-align|text-decoration|font-weight):\s?"
    r"(?:left|center|justify|underline|bold);?[\"']))*\s*/?>"
)
_BLOCK = re.compile(
    r"</?(?:article|blockquote|body|br|center|div|h[1-6]|hr|html|li|main|ol|p|pre|section|ul)"
    rf"{_ATTRIBUTES}|<!doctype html>",
    re.IGNORECASE,
)
_INLINE = re.compile(rf"</?(?:a|b|code|em|i|span|strong|su[bp]|u){_ATTRIBUTES}", re.IGNORECASE)
_REPEATED_ADDRESS = re.compile(r"(\[([^\[\]\n]{1,500})\])\((?:mailto:)?\2\)", re.IGNORECASE)
_LINK = re.compile(
    r"""<a href=["'](?:mailto:)?([^<>"'\s]{1,500})["']>\s*(?=\1\s*</a>)""", re.IGNORECASE
)
_WHOLE_COMMENT = re.compile(r"\A\s*<!--(.*)-->\s*\Z", re.DOTALL)
_FILL_INS = (
    (["neither", "the", "name", "of"], ["nor", "the", "names"]),
    (["neither", "the", "names", "of"], ["nor", "the", "names"]),
    (["software", "is", "provided", "by"], ["as", "is"]),
    (["in", "no", "event", "shall"], ["be", "liable"]),
)
"""The words around what each user of a license fills in: who holds the copyright."""
_HOLDERS = "holder holders owner author authors contributors organization"
_FILLED_IN = frozenset(_HOLDERS.split())
"""Words of which a published text has one where each user fills in a name."""
MAX_FILL_IN_WORDS = 8
_END = ["end", "of", "terms", "and", "conditions"]
_APPENDIX = ["how", "to", "apply"]
_MIXERS = np.array([1, 0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9], np.uint64)


def normalized(text: str) -> str:
    """Return a text in one form of its characters.

    Lines that only say whose it is, numbers of list items and of pages are left out.
    """
    plain = html.unescape(text.replace("\r\n", "\n").replace("\r", "\n"))
    if not plain.isascii():
        plain = unicodedata.normalize("NFKC", _INVISIBLE.sub("", plain))
    plain = _EMPTY_LINES.sub("\n\n", _SPACES.sub(" ", plain))
    if "<" in plain:
        plain = _LINK.sub(" ", _WHOLE_COMMENT.sub(r"\1", plain))
        plain = _INLINE.sub(" ", _BLOCK.sub("\n\n", plain))
    plain = _REPEATED_ADDRESS.sub(r"\1", plain)
    kept = _COPYRIGHT_LINE.sub(lambda line: "" if is_name(line[1]) else line[0], plain)
    return _ENUMERATOR.sub(r"\1\2", _PAGE_NUMBER.sub(r"\1", kept))


def words(text: str) -> list[str]:
    """Return the words of a text, without case, punctuation, markup and spacing."""
    return [word.casefold() for word in _WORD.findall(normalized(text))]


def word_spans(normalized_text: str) -> list[tuple[int, int]]:
    """Return where each word of a normalized text begins and ends."""
    return [match.span() for match in _WORD.finditer(normalized_text)]


def normalized_sha256(tokens: list[str]) -> str:
    """Return the SHA-256, in hexadecimal digits, of words joined by spaces."""
    return hashlib.sha256(" ".join(tokens).encode()).hexdigest()


@lru_cache(maxsize=65_536)
def _word_hash(word: str) -> int:
    return int.from_bytes(hashlib.blake2b(word.encode(), digest_size=8).digest(), "big")


def shingle_hashes(tokens: list[str]) -> np.ndarray:
    """Return one 32-bit hash per run of words, shape (number of runs,), uint32."""
    hashes = np.fromiter(map(_word_hash, tokens), dtype=np.uint64, count=len(tokens))
    runs = len(tokens) - SHINGLE_WORDS + 1
    if runs < 1:
        return np.empty(0, dtype=np.uint32)
    mixed = np.zeros(runs, dtype=np.uint64)
    for place, mixer in enumerate(_MIXERS):
        mixed = (mixed ^ (hashes[place : place + runs] * mixer)) * _MIXERS[1]
    shifted: np.ndarray = (mixed >> np.uint64(32)).astype(np.uint32)
    return shifted


@dataclass(frozen=True)
class Fingerprint:
    """What is kept of one license text.

    Attributes:
        source: Which text it was: publisher and file, or package and file.
        sha256: Of the normalized text.
        word_count: Of the normalized text.
        shingles: One 32-bit hash per run of words, in text order, shape (runs,).
        ends: Numbers of words after which copies of the text may end: before an appendix
            that says how to apply the license.
        fill_ins: What each user of the license fills in, as (first word, word after the last).
        incorporated: Whether it is a text that the license incorporates, such as a use policy,
            and not the license itself in one of its forms.
    """

    source: str
    sha256: str
    word_count: int
    shingles: np.ndarray
    ends: tuple[int, ...] = ()
    fill_ins: tuple[tuple[int, int], ...] = ()
    incorporated: bool = False

    @classmethod
    def of_text(cls, text: str, source: str, *, incorporated: bool = False) -> Fingerprint:
        """Return the fingerprint of a text."""
        tokens = words(text)
        ends = tuple(
            place + len(_END)
            for place in range(len(tokens) - len(_END))
            if tokens[place : place + len(_END)] == _END
            and _contains(tokens[place + len(_END) :][: len(_APPENDIX) + 1], _APPENDIX)
        )
        return cls(
            source,
            normalized_sha256(tokens),
            len(tokens),
            shingle_hashes(tokens),
            ends,
            tuple(_fill_ins(tokens)),
            incorporated,
        )

    def contains(self, quote: str) -> bool:
        """Tell whether the words of the quote stand in the text in this order, unbroken.

        An ellipsis (``…`` or ``[...]``) separates parts that are proved one by one.

        Raises:
            ValueError: A part has fewer than ``SHINGLE_WORDS`` words.
        """
        return all(self._contains_run(part) for part in re.split(r"\[?(?:…|\.\.\.)\]?", quote))

    def _contains_run(self, part: str) -> bool:
        wanted = shingle_hashes(words(part))
        if not len(wanted):
            raise ValueError(f"{part!r} has fewer than {SHINGLE_WORDS} words to prove it by")
        return bool(len(occurrences(wanted, self.shingles)))


def _fill_ins(tokens: list[str]) -> Iterator[tuple[int, int]]:
    """Yield what stands between the words of ``_FILL_INS``, in text order."""
    for place in range(len(tokens)):
        for before, after in _FILL_INS:
            start = place + len(before)
            if tokens[place:start] == before:
                for end in range(start + 1, start + MAX_FILL_IN_WORDS + 1):
                    if tokens[end : end + len(after)] == after:
                        if not _FILLED_IN.isdisjoint(tokens[start:end]):
                            yield start, end
                        break


def _contains(tokens: list[str], wanted: list[str]) -> bool:
    """Tell whether words stand in a text in their order, unbroken."""
    return any(tokens[at : at + len(wanted)] == wanted for at in range(len(tokens)))


def occurrences(wanted: np.ndarray, within: np.ndarray) -> np.ndarray:
    """Return the positions at which one sequence of hashes begins, whole, in another."""
    starts = np.flatnonzero(within == wanted[0])
    starts = starts[starts + len(wanted) <= len(within)]
    last = len(wanted) - 1
    starts = starts[within[starts + last] == wanted[last]]
    whole = [np.array_equal(within[s : s + len(wanted)], wanted) for s in starts]
    found: np.ndarray = starts[np.array(whole, dtype=bool)]
    return found


def dump(fingerprints: Iterable[Fingerprint]) -> str:
    """Return fingerprints as JSON text, for one license's fingerprint file."""
    return (
        json.dumps(
            [
                {
                    "source": f.source,
                    "sha256": f.sha256,
                    "words": f.word_count,
                    "ends": f.ends,
                    "fill_ins": f.fill_ins,
                    "incorporated": f.incorporated,
                    "shingles": base64.b64encode(f.shingles.astype(">u4").tobytes()).decode(),
                }
                for f in fingerprints
            ],
            indent=1,
        )
        + "\n"
    )


def load(path: Path) -> list[Fingerprint]:
    """Return the fingerprints of one license's fingerprint file."""
    return [
        Fingerprint(
            entry["source"],
            entry["sha256"],
            entry["words"],
            np.frombuffer(base64.b64decode(entry["shingles"]), dtype=">u4").astype(np.uint32),
            tuple(entry["ends"]),
            tuple((first, after) for first, after in entry["fill_ins"]),
            entry["incorporated"],
        )
        for entry in json.loads(path.read_text(encoding="utf-8"))
    ]


def main(arguments: list[str]) -> None:
    """Write the fingerprint file of a license.

    Each TEXT is the license in one of the forms in which it is published; the first gives the
    license its hash. A text that the license incorporates, such as a use policy, follows
    ``--incorporates``.
    """
    parser = argparse.ArgumentParser(
        prog="python -m licet_ontology.fingerprint", description=main.__doc__
    )
    parser.add_argument("license", metavar="ID")
    parser.add_argument("texts", metavar="TEXT=SOURCE", nargs="+")
    parser.add_argument("--incorporates", metavar="TEXT=SOURCE", nargs="+", default=[])
    given = parser.parse_args(arguments)
    made = []
    for argument in (*given.texts, *given.incorporates):
        file, _, source = argument.partition("=")
        text = Path(file).read_text(encoding="utf-8")
        incorporated = argument in given.incorporates
        made.append(Fingerprint.of_text(text, source or file, incorporated=incorporated))
    target = Path(__file__).parent / "fingerprints" / f"{given.license}.json"
    target.write_text(dump(made), encoding="utf-8")
    print(f"{target}: textSha256 is {made[0].sha256}")


if __name__ == "__main__":
    main(sys.argv[1:])
