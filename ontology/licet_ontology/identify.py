"""Which license a text is, by the fingerprints of the catalogue; never by likeness alone.

A text is *identified* if it consists of the whole text of one license or several, word for
word; a title and lines that say whose copyright it is do not count. It is *extended* if it
holds other words beside, which may be a condition. Otherwise it has a *nearest* license,
from which nothing follows, or is *unknown*.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files
from typing import TYPE_CHECKING

import numpy as np

from licet_ontology.fingerprint import (
    SHINGLE_WORDS,
    load,
    normalized,
    occurrences,
    shingle_hashes,
    word_spans,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from licet_ontology.fingerprint import Fingerprint

NEAREST_SIMILARITY = 0.5
"""Below this share of common runs of words no license is called near."""
MAX_TITLE_WORDS = 16
MAX_PASSAGES = 20
MAX_TEXT_CHARS = 2_000_000
"""More of a text is not read; the longest license in the catalogue has a tenth of that."""

_TITLES = """
the a of and for license licence licensed agreement terms use version v under is this see file
full text legal code standard mit apache bsd gnu general affero lesser public clause simplified
new revised creative commons attribution noncommercial sharealike noderivatives international
unported community open rail m model 0 1 2 3 4 5
"""
_TITLE_WORDS = frozenset(_TITLES.split())


@dataclass(frozen=True)
class Identification:
    """What a text was found to be.

    Attributes:
        status: ``identified``, ``extended``, ``nearest`` or ``unknown``.
        licenses: Ids of the licenses whose whole text it holds, in order of their place.
        nearest: Id of the most alike license where none is held whole, or empty.
        similarity: The share of runs of words that both have, of those that either has.
        passages: Words of the text that are not of those licenses.
        missing_words: About how many words of the nearest license the text lacks.
    """

    status: str
    licenses: tuple[str, ...] = ()
    nearest: str = ""
    similarity: float = 0.0
    passages: tuple[str, ...] = ()
    missing_words: int = 0


class Identifier:
    """Identifies texts by the fingerprints of licenses."""

    def __init__(self, fingerprints: Mapping[str, Sequence[Fingerprint]]) -> None:
        """Take the fingerprints of each license's own text: the first of each."""
        self._ids = sorted(fingerprints)
        self._prints = [fingerprints[id_][0] for id_ in self._ids]
        uniques = [np.unique(fingerprint.shingles) for fingerprint in self._prints]
        self._sizes = np.array([len(unique) for unique in uniques])
        keys = np.concatenate([*uniques, np.empty(0, np.uint32)])
        owners = np.repeat(np.arange(len(uniques)), self._sizes)
        order = np.argsort(keys, kind="stable")
        self._keys, self._owners = keys[order], owners[order]

    def identify(self, text: str) -> Identification:
        """Return what a text is."""
        kept = normalized(text[:MAX_TEXT_CHARS])
        spans = word_spans(kept)
        tokens = [kept[start:end].casefold() for start, end in spans]
        shingles = shingle_hashes(tokens)
        if not len(shingles):
            return Identification("unknown")
        unique = np.unique(shingles)
        common = self._common(unique)
        held = self._held(shingles, common)
        if held:
            covered = np.zeros(len(tokens), dtype=bool)
            for start, length, _ in held:
                covered[start : start + length] = True
            passages = _passages(~covered, tokens, kept, spans)
            return Identification(
                "extended" if passages else "identified",
                tuple(dict.fromkeys(self._ids[owner] for _, _, owner in sorted(held))),
                similarity=1.0,
                passages=passages,
            )
        alike = common / (len(unique) + self._sizes - common)
        best = int(np.argmax(alike))
        if alike[best] < NEAREST_SIMILARITY:
            return Identification("unknown")
        theirs = self._prints[best].shingles
        strange = _not_covered(np.isin(shingles, theirs), len(tokens))
        return Identification(
            "nearest",
            nearest=self._ids[best],
            similarity=round(float(alike[best]), 4),
            passages=_passages(strange, tokens, kept, spans, titles=False),
            missing_words=int(
                _not_covered(np.isin(theirs, shingles), len(theirs) + SHINGLE_WORDS - 1).sum()
            ),
        )

    def _common(self, unique: np.ndarray) -> np.ndarray:
        """Return how many runs of words each license shares with a text."""
        first = np.searchsorted(self._keys, unique, side="left")
        last = np.searchsorted(self._keys, unique, side="right")
        found = np.concatenate(
            [self._owners[a:b] for a, b in zip(first, last, strict=True) if b > a]
            or [np.empty(0, np.int64)]
        )
        return np.bincount(found, minlength=len(self._ids))

    def _held(self, shingles: np.ndarray, common: np.ndarray) -> list[tuple[int, int, int]]:
        """Return what a text holds whole, longest first, as (first word, words, license)."""
        candidates = [
            (length, owner)
            for owner in np.flatnonzero(2 * common > self._sizes).tolist()
            for length in (self._prints[owner].word_count, *self._prints[owner].ends)
        ]
        free = np.ones(len(shingles), dtype=bool)
        held: list[tuple[int, int, int]] = []
        for length, owner in sorted(candidates, reverse=True):
            runs = length - SHINGLE_WORDS + 1
            if not 0 < runs <= len(shingles):
                continue
            for start in occurrences(self._prints[owner].shingles[:runs], shingles).tolist():
                if free[start : start + runs].all():
                    free[start : start + runs] = False
                    held.append((start, length, owner))
        return held


def _not_covered(shared: np.ndarray, word_count: int) -> np.ndarray:
    """Return which words stand in no shared run, shape (word_count,)."""
    covered = np.zeros(word_count, dtype=bool)
    for place in range(SHINGLE_WORDS):
        covered[place : place + len(shared)] |= shared
    return ~covered


def _passages(
    strange: np.ndarray,
    tokens: list[str],
    kept: str,
    spans: list[tuple[int, int]],
    *,
    titles: bool = True,
) -> tuple[str, ...]:
    """Return the runs of strange words as they are written, without titles."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], strange, [False]))))
    passages: list[str] = []
    for start, end in edges.reshape(-1, 2).tolist():
        found = tokens[start:end]
        is_title = len(found) <= MAX_TITLE_WORDS and _TITLE_WORDS.issuperset(found)
        if not (titles and is_title):
            passages.append(" ".join(kept[spans[start][0] : spans[end - 1][1]].split()))
    return tuple(passages[:MAX_PASSAGES])


@cache
def shipped_identifier() -> Identifier:
    """Return the identifier of the shipped catalogue."""
    with as_file(files("licet_ontology").joinpath("fingerprints")) as folder:
        return Identifier({path.stem: load(path) for path in sorted(folder.glob("*.json"))})
