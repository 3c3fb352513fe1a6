"""Measure how fast and how right license texts are identified, beside scancode-toolkit.

``python -m bench.identification [--scancode PYTHON]``: an interpreter in whose environment
scancode-toolkit is installed. Real license texts are read where they stand beside the checkout;
otherwise the license of this project and generated texts, which are like no license, are taken.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import statistics
import subprocess
import sys
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from licet_ontology.fingerprint import load, words
from licet_ontology.identify import shipped_identifier

HERE = Path(__file__).parent
TEXTS = HERE.parent.parent / "shared" / "data" / "license-texts"
OWN_LICENSE = HERE.parent / "LICENSE"
GENERATED_TEXTS = 60
ALTERATIONS = 3
"""Of each kind, of each text."""
ADDED = (
    "You may not use the work to compete with the licensor.",
    "Commercial use needs a separate agreement.",
    "This license ends on 31 December of the year in which it was granted.",
)


@dataclass(frozen=True)
class Case:
    """A text, and the license that it is, where that is known.

    Attributes:
        name: Of the file.
        text: What it holds, altered or not.
        license_id: Of the license that the unaltered text is, or empty.
        altered: Whether a clause was removed, changed or added.
    """

    name: str
    text: str
    license_id: str = ""
    altered: bool = False


def main() -> None:
    """Run the measurement and print it as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scancode", type=Path, metavar="PYTHON")
    options = parser.parse_args()
    print("| what | figure |\n|---|---|")
    for what, figure in measure_identification():
        print(f"| {what} | {figure} |", flush=True)
    if options.scancode:
        print()
        for line in _beside_scancode(options.scancode):
            print(line, flush=True)


def measure_identification() -> list[tuple[str, str]]:
    """Identify real texts and altered ones in a process of its own; return rows of figures."""
    cases = _cases()
    found = _run([sys.executable, str(HERE / "identify_licet.py")], cases)
    known, right = _right(cases, found["answers"])
    altered, false = _false(cases, found["answers"])
    text_ms = _unaltered_ms(cases, found["text_s"])
    median, p99 = statistics.median(text_ms), statistics.quantiles(text_ms, n=100)[98]
    return [
        (
            "licet identify: imports and fingerprints to the first answer",
            f"{found['start_s']:.2f} s",
        ),
        ("its peak memory", f"{found['peak_mb']:.0f} MB"),
        (
            f"one of {len(text_ms)} texts, processor time",
            f"median {median:.1f} ms, p99 {p99:.1f} ms",
        ),
        ("texts of a known license that are identified as it", f"{right} of {known}"),
        ("altered texts that are identified, falsely", f"{false} of {altered}"),
    ]


def _beside_scancode(python: Path) -> list[str]:
    """Return the same figures of scancode-toolkit, and what it names wrongly, as lines.

    Which of its license keys is which license is told by its own texts of them.
    """
    cases = _cases()
    found = _run([str(python), str(HERE / "identify_scancode.py")], cases)
    keys: dict[str, set[str]] = {}
    for path in sorted(Path(found["licenses"]).glob("*.LICENSE")):
        text = re.sub(r"\A---\n.*?\n---\n", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        for id_ in shipped_identifier().identify(text).licenses:
            keys.setdefault(id_, set()).add(path.stem)
    exact, kept, altered = 0, 0, 0
    others = []
    for case, answer in zip(cases, found["answers"], strict=True):
        ours = keys.get(case.license_id, set())
        is_exact = answer["whole"] and bool(ours) and set(answer["names"]) <= ours
        if case.altered:
            altered += bool(ours)
            kept += is_exact
        elif is_exact:
            exact += 1
        elif case.license_id:
            score = "at score 100" if answer["whole"] else "below score 100"
            names = ", ".join(answer["names"]) or "nothing"
            own = f"{case.license_id} ({', '.join(sorted(ours)) or 'no text of it'})"
            others.append(f"- {case.name} is {own}: {names}, {score}")
    text_ms = _unaltered_ms(cases, found["text_s"])
    median, p99 = statistics.median(text_ms), statistics.quantiles(text_ms, n=100)[98]
    one = f"one of {len(text_ms)} texts, processor time"
    known = sum(bool(case.license_id) and not case.altered for case in cases)
    return [
        "| scancode-toolkit | figure |",
        "|---|---|",
        f"| imports and index to the first answer | {found['start_s']:.1f} s |",
        f"| its peak memory | {found['peak_mb']:.0f} MB |",
        f"| {one} | median {median:.0f} ms, p99 {p99:.0f} ms |",
        f"| named alone and rightly, its text at score 100 | {exact} of {known} |",
        f"| altered texts with the same answer | {kept} of {altered} |",
        "",
        *others,
    ]


def _run(command: list[str], cases: list[Case]) -> dict[str, Any]:
    """Return what a script answers about the texts."""
    ended = subprocess.run(
        command,
        input=json.dumps([case.text for case in cases]),
        capture_output=True,
        text=True,
        check=True,
    )
    answered: dict[str, Any] = json.loads(ended.stdout)
    return answered


def _right(cases: list[Case], answers: list[dict[str, Any]]) -> tuple[int, int]:
    """Return how many texts are of a known license and how many were identified as it alone."""
    known = [
        (case, answer)
        for case, answer in zip(cases, answers, strict=True)
        if case.license_id and not case.altered
    ]
    right = [a for case, a in known if a["whole"] and case.license_id in a["names"]]
    return len(known), len(right)


def _false(cases: list[Case], answers: list[dict[str, Any]]) -> tuple[int, int]:
    """Return how many texts were altered and how many of them were identified."""
    altered = [a for case, a in zip(cases, answers, strict=True) if case.altered]
    return len(altered), sum(a["whole"] for a in altered)


def _unaltered_ms(cases: list[Case], text_s: list[float]) -> list[float]:
    return [1_000 * s for case, s in zip(cases, text_s, strict=True) if not case.altered]


def _cases() -> list[Case]:
    """Return the texts, unaltered and altered."""
    sources = _sources()
    cases = [Case("LICENSE", OWN_LICENSE.read_text(encoding="utf-8"), "apache-2.0")]
    if TEXTS.is_dir():
        cases = [
            Case(path.name, path.read_text(encoding="utf-8"), sources.get(path.name, ""))
            for path in sorted(TEXTS.iterdir())
        ]
    else:
        cases += [Case(f"generated {n}", _generated(n)) for n in range(GENERATED_TEXTS)]
    altered = [
        Case(case.name, text, case.license_id, altered=True)
        for case in cases
        if case.license_id
        for text in alterations(case.text, random.Random(case.name))
    ]
    return cases + altered


def _sources() -> dict[str, str]:
    """Return the license of each file that a fingerprint names as its source."""
    with as_file(files("licet_ontology").joinpath("fingerprints")) as folder:
        return {
            source.source.replace(" ", "__", 1).replace("/", "_"): path.stem
            for path in sorted(folder.glob("*.json"))
            for source in load(path)
        }


def alterations(text: str, rng: random.Random) -> list[str]:
    """Return a text with one of its clauses removed, one changed, and one added, several times."""
    clauses = [
        match.span() for match in re.finditer(r"\w[^.;]+[.;]", text) if len(words(match[0])) >= 5
    ]
    altered = []
    for added in ADDED[:ALTERATIONS]:
        start, end = rng.choice(clauses)
        altered.append(text[:start] + text[end:])
        start, end = rng.choice(clauses)
        altered.append(text[:start] + _changed(text[start:end], rng) + text[end:])
        start, _ = rng.choice(clauses)
        altered.append(f"{text[:start]}{added} {text[start:]}")
    return altered


def _changed(clause: str, rng: random.Random) -> str:
    """Return a clause with one of its words negated or replaced by a negation."""
    word = rng.choice(list(re.finditer(r"(?!not\b)\b\w{2,}", clause)))
    return clause[: word.start()] + rng.choice(["not", f"{word[0]} not"]) + clause[word.end() :]


def _generated(seed: int) -> str:
    """Return a text of the length of a license that is like none."""
    rng = random.Random(seed)
    return "\n\n".join(
        " ".join(f"w{rng.randrange(2_000)}" for _ in range(rng.randint(8, 80))) + "."
        for _ in range(rng.randint(5, 80))
    )


if __name__ == "__main__":
    main()
