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
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

SHINGLE_WORDS = 4
"""Words in a run; a quote shorter than this cannot be proved."""

# A Han, Kana or Hangul character is a word of its own: those scripts have no spaces.
_WORD = re.compile(
    r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[^\W_\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+"
)


def words(text: str) -> list[str]:
    """Return the words of a text, without case, punctuation, markup and spacing."""
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold())


def normalized_sha256(text: str) -> str:
    """Return the SHA-256, in hexadecimal digits, of the text's words joined by spaces."""
    return hashlib.sha256(" ".join(words(text)).encode()).hexdigest()


def _shingles(tokens: list[str]) -> np.ndarray:
    """Return one 32-bit hash per run of words, shape (number of runs,)."""
    runs = (
        " ".join(tokens[start : start + SHINGLE_WORDS])
        for start in range(len(tokens) - SHINGLE_WORDS + 1)
    )
    return np.fromiter(
        (int.from_bytes(hashlib.sha256(run.encode()).digest()[:4], "big") for run in runs),
        dtype=np.uint32,
    )


@dataclass(frozen=True)
class Fingerprint:
    """What is kept of one license text.

    Attributes:
        source: Which text it was: publisher and file, or package and file.
        sha256: Of the normalized text.
        word_count: Of the normalized text.
        shingles: One 32-bit hash per run of words, in text order, shape (runs,).
    """

    source: str
    sha256: str
    word_count: int
    shingles: np.ndarray

    @classmethod
    def of_text(cls, text: str, source: str) -> Fingerprint:
        """Return the fingerprint of a text."""
        tokens = words(text)
        return cls(source, normalized_sha256(text), len(tokens), _shingles(tokens))

    def contains(self, quote: str) -> bool:
        """Tell whether the words of the quote stand in the text in this order, unbroken.

        An ellipsis (``…`` or ``[...]``) separates parts that are proved one by one.

        Raises:
            ValueError: A part has fewer than ``SHINGLE_WORDS`` words.
        """
        return all(self._contains_run(part) for part in re.split(r"\[?(?:…|\.\.\.)\]?", quote))

    def _contains_run(self, part: str) -> bool:
        wanted = _shingles(words(part))
        if not len(wanted):
            raise ValueError(f"{part!r} has fewer than {SHINGLE_WORDS} words to prove it by")
        starts = np.flatnonzero(self.shingles == wanted[0])
        starts = starts[starts + len(wanted) <= len(self.shingles)]
        return any(np.array_equal(self.shingles[s : s + len(wanted)], wanted) for s in starts)


def dump(fingerprints: Iterable[Fingerprint]) -> str:
    """Return fingerprints as JSON text, for one license's fingerprint file."""
    return (
        json.dumps(
            [
                {
                    "source": f.source,
                    "sha256": f.sha256,
                    "words": f.word_count,
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
