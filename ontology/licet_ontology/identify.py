"""Which license a text is, by the fingerprints of the catalogue; never by likeness alone.

A text is *identified* if it consists of the whole text of one license or several, word for
word; its title, numbers of list items, and who holds the copyright do not count. So is a text
that a license incorporates, such as a use policy, alone or beside that license. It is *extended*
if it holds other words beside, which may be a condition. Otherwise it has a *nearest* license,
from which nothing follows, or is *unknown*.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files
from typing import TYPE_CHECKING

import numpy as np

from licet_ontology.fingerprint import (
    MAX_FILL_IN_WORDS,
    SHINGLE_WORDS,
    load,
    normalized,
    occurrences,
    shingle_hashes,
    word_spans,
)
from licet_ontology.holders import is_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from licet_ontology.fingerprint import Fingerprint

NEAREST_SIMILARITY = 0.5
"""Below this share of common runs of words no license is called near."""
MAX_TITLE_WORDS = 16
MAX_PASSAGES = 20
MAX_UNREAD_CHARS = 200
MAX_TEXT_CHARS = 2_000_000
"""More of a text is not read; the longest license in the catalogue has a tenth of that."""

_TITLES = "the a of and license licence agreement terms version v full text standard"
_TITLE_WORDS = frozenset(_TITLES.split())
_IN_NAMES = {
    "agpl": "gnu affero general public",
    "gpl": "gnu general public",
    "lgpl": "gnu lesser general public",
    "bsd": "clause simplified new revised modified",
    "mit": "expat",
    "cc": "creative commons international unported legal code",
    "by": "attribution",
    "nc": "noncommercial",
    "sa": "sharealike",
    "nd": "noderivatives noderivs",
}
"""Words that stand in the title of a license for a part of its id."""


@dataclass(frozen=True)
class Identification:
    """What a text was found to be.

    Attributes:
        status: ``identified``, ``extended``, ``nearest`` or ``unknown``.
        licenses: Ids of the licenses whose whole text it holds, in order of their place.
        part_of: Ids of the licenses that incorporate a text which it holds whole.
        nearest: Id of the most alike license where none is held whole, or empty.
        similarity: The share of runs of words that both have, of those that either has.
        passages: Words of the text that are not of those licenses.
        missing_words: About how many words of the nearest license the text lacks.
    """

    status: str
    licenses: tuple[str, ...] = ()
    part_of: tuple[str, ...] = ()
    nearest: str = ""
    similarity: float = 0.0
    passages: tuple[str, ...] = ()
    missing_words: int = 0


class Identifier:
    """Identifies texts by the fingerprints of licenses."""

    def __init__(self, fingerprints: Mapping[str, Sequence[Fingerprint]]) -> None:
        """Take the fingerprints of each license and of the texts it incorporates."""
        texts = [(id_, text) for id_ in sorted(fingerprints) for text in fingerprints[id_]]
        self._ids = [id_ for id_, _ in texts]
        self._prints = [text for _, text in texts]
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
        held = sorted(self._held(shingles, common, kept, spans))
        more = text[MAX_TEXT_CHARS:].strip()
        if held:
            own = [(*place, o) for *place, o in held if not self._prints[o].incorporated]
            ids = list(dict.fromkeys(self._ids[owner] for _, _, owner in own))
            places = {(start, end) for start, end, _ in own}
            parts = [o for start, end, o in held if (start, end) not in places]
            covered = np.zeros(len(tokens), dtype=bool)
            for start, end, owner in held:
                # What another license incorporates adds conditions to a license.
                covered[start:end] |= not ids or self._ids[owner] in ids
            passages = _passages(~covered, tokens, kept, spans, _title_words(ids))
            if more:
                passages = (*passages, more[:MAX_UNREAD_CHARS])
            return Identification(
                "extended" if passages else "identified",
                tuple(ids),
                tuple(dict.fromkeys(self._ids[owner] for owner in parts)),
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
            passages=_passages(strange, tokens, kept, spans),
            missing_words=int(
                _not_covered(np.isin(theirs, shingles), len(theirs) + SHINGLE_WORDS - 1).sum()
            ),
        )

    def _common(self, unique: np.ndarray) -> np.ndarray:
        """Return how many runs of words each license shares with a text."""
        first = np.searchsorted(self._keys, unique, side="left")
        last = np.searchsorted(self._keys, unique, side="right")
        counts = last - first
        places = np.arange(counts.sum()) + np.repeat(first - np.cumsum(counts) + counts, counts)
        found = self._owners[places]
        return np.bincount(found, minlength=len(self._ids))

    def _held(
        self,
        shingles: np.ndarray,
        common: np.ndarray,
        kept: str,
        spans: list[tuple[int, int]],
    ) -> list[tuple[int, int, int]]:
        """Return what a text holds whole as (first word, word after the last, text).

        The longest come first; a word is of one only, but for a text that several licenses
        incorporate.
        """
        candidates = [
            (length, owner)
            for owner in np.flatnonzero(2 * common > self._sizes).tolist()
            for length in (self._prints[owner].word_count, *self._prints[owner].ends)
        ]
        taken = np.zeros(len(spans), dtype=bool)
        held: dict[tuple[int, int], list[int]] = {}
        for length, owner in sorted(candidates, reverse=True):
            for start, end in _whole(self._prints[owner], length, shingles, kept, spans):
                if not taken[start:end].any():
                    taken[start:end] = True
                    held[start, end] = [owner]
                elif owner not in held.get((start, end), [owner]):
                    held[start, end].append(owner)
        return [(start, end, owner) for (start, end), owners in held.items() for owner in owners]


def _whole(
    fingerprint: Fingerprint,
    length: int,
    shingles: np.ndarray,
    kept: str,
    spans: list[tuple[int, int]],
) -> Iterator[tuple[int, int]]:
    """Yield where the first words of a license stand in a text, whole but for what is filled in.

    Args:
        fingerprint: Of the license.
        length: Number of words.
        shingles: Hashes of the runs of words of the text, shape (runs,).
        kept: The normalized text.
        spans: Where each of its words begins and ends.
    """
    inside = [(first, after) for first, after in fingerprint.fill_ins if after < length]
    edges = [0, *(edge for fill_in in inside for edge in fill_in), length]
    runs = fingerprint.shingles
    parts = [
        runs[first : after - SHINGLE_WORDS + 1]
        for first, after in zip(edges[::2], edges[1::2], strict=True)
    ]
    if not all(len(part) for part in parts):
        return

    def is_filled_in(end: int, place: int, first: int, after: int) -> bool:
        before = slice(end - SHINGLE_WORDS + 1, place)
        unchanged = runs[first - SHINGLE_WORDS + 1 : after]
        return np.array_equal(shingles[before], unchanged) or is_name(
            kept[spans[end][0] : spans[place - 1][1]]
        )

    for start in occurrences(parts[0], shingles).tolist():
        end = start + len(parts[0]) + SHINGLE_WORDS - 1
        for part, (first, after) in zip(parts[1:], inside, strict=True):
            follow = next(
                (
                    place
                    for place in range(end + 1, end + MAX_FILL_IN_WORDS + 1)
                    if np.array_equal(shingles[place : place + len(part)], part)
                    and is_filled_in(end, place, first, after)
                ),
                None,
            )
            if follow is None:
                break
            end = follow + len(part) + SHINGLE_WORDS - 1
        else:
            yield start, end


def _title_words(ids: Sequence[str]) -> frozenset[str]:
    """Return the words that may stand in a title of licenses: no other word of a name is one."""
    parts = {part for id_ in ids for part in re.split(r"[^a-z0-9]+", id_) if part}
    named = {word for part in parts for word in _IN_NAMES.get(part, "").split()}
    return _TITLE_WORDS | parts | named | {f"v{part}" for part in parts}


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
    title_words: frozenset[str] = frozenset(),
) -> tuple[str, ...]:
    """Return the runs of strange words as they are written, without titles."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], strange, [False]))))
    passages: list[str] = []
    for start, end in edges.reshape(-1, 2).tolist():
        found = tokens[start:end]
        if len(found) > MAX_TITLE_WORDS or not title_words.issuperset(found):
            passages.append(" ".join(kept[spans[start][0] : spans[end - 1][1]].split()))
    return tuple(passages[:MAX_PASSAGES])


@cache
def shipped_identifier() -> Identifier:
    """Return the identifier of the shipped catalogue."""
    with as_file(files("licet_ontology").joinpath("fingerprints")) as folder:
        return Identifier({path.stem: load(path) for path in sorted(folder.glob("*.json"))})
