"""Fingerprints of license texts: enough to prove a quote, too little to read the text.

A fingerprint holds the SHA-256 of the normalized text and, for each run of
``SHINGLE_WORDS`` words in the order of the text, a 32-bit hash. A quote occurs
in the text if the hashes of its runs stand there next to each other.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import sys
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

SHINGLE_WORDS = 4
"""Words in a run; a quote shorter than this cannot be proved."""

# A Han, Kana or Hangul character is a word of its own: those scripts have no spaces.
_UNSPACED = r"\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
_WORD = re.compile(rf"[{_UNSPACED}]|[^\W_{_UNSPACED}]+")
# Who holds the copyright of a work is filled in by each user of a license. Such a line stands
# apart: a wrapped line of a sentence goes on in the next, or ends a quotation.
_COPYRIGHT_LINE = re.compile(
    r"^[^\w\n(]*(?:(?:\(c\)[ \t]*)?copyright[ \t]*(?:\(c\)|©|[<\[{]|\d{4})"
    r"|(?:\(c\)|©)[ \t]*(?:copyright|\d{4}|[<\[{])|all rights reserved)"
    r"[^\n]{0,160}(?<![\"”'’])[ \t]*(?=\n[^\w\n]*(?:\n|\(c\)|©|copyright|all rights)|\n?\Z)",
    re.IGNORECASE | re.MULTILINE,
)
_END = ["end", "of", "terms", "and", "conditions"]
_MIXERS = np.array([1, 0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9], np.uint64)


def normalized(text: str) -> str:
    """Return a text in one form of its characters, without lines that only say whose it is."""
    return unicodedata.normalize("NFKC", _COPYRIGHT_LINE.sub("", text))


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
    """

    source: str
    sha256: str
    word_count: int
    shingles: np.ndarray
    ends: tuple[int, ...] = ()

    @classmethod
    def of_text(cls, text: str, source: str) -> Fingerprint:
        """Return the fingerprint of a text."""
        tokens = words(text)
        ends = tuple(
            place + len(_END)
            for place in range(len(tokens) - len(_END))
            if tokens[place : place + len(_END)] == _END
        )
        return cls(source, normalized_sha256(tokens), len(tokens), shingle_hashes(tokens), ends)

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
        )
        for entry in json.loads(path.read_text(encoding="utf-8"))
    ]


def main(arguments: list[str]) -> None:
    """Write the fingerprint file of a license: ``ID TEXT=LABEL [TEXT=LABEL ...]``.

    The first text is the license; more are texts that it incorporates by reference.
    """
    license_id, *texts = arguments
    made = []
    for argument in texts:
        file, _, label = argument.partition("=")
        made.append(Fingerprint.of_text(Path(file).read_text(encoding="utf-8"), label or file))
    target = Path(__file__).parent / "fingerprints" / f"{license_id}.json"
    target.write_text(dump(made), encoding="utf-8")
    print(f"{target}: textSha256 is {made[0].sha256}")


if __name__ == "__main__":
    main(sys.argv[1:])
