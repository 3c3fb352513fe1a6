"""What a publisher should know of a repository beside duties and findings.

What would settle a question against the publisher, such as a sentence of the card that names
another license, leaves it open: nobody but a reader can tell what the sentence is about.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from licet_ingest.records import MISSING_WORK
from licet_ontology.names import license_named
from licet_ontology.terms import license_iri, term, work_iri
from licet_service.check_report import Note

if TYPE_CHECKING:
    from collections.abc import Iterator

    from licet_ingest.lineage_hints import Hint
    from licet_ingest.records import WorkRecord
    from licet_ingest.repository_contents import Contents
    from licet_reasoning.hypothesis import Ground, Judged
    from licet_reasoning.situation import Fact
    from licet_reasoning.spelling import Key
    from licet_service.check_report import CheckReport

_ORIGINAL = re.compile(
    r"^[\W_]*(?:trained|made) from scratch[\W_]*:\W*(?:yes|true)\W*$", re.IGNORECASE
)
"""What says more than yes may say that it was not quite so."""
_UNDER = re.compile(
    r"\b(?:this|the|our|these|all) (?:(?!base|original|parent|upstream|teacher)[\w-]+ ){0,3}?"
    r"(?:models?|checkpoints?|weights|adapters?|lora|repository|repo|work|merge|release|dataset)"
    r"(?! (?:code|card|data|architecture))\b[^.!?;]{0,60}?"
    r"\b(?:licen[sc]ed|released|distributed|available|published|provided|shared|governed)"
    r"(?: \w+){0,3}? (?:under|by|with) (?:the |an? |terms of )*"
    r"(?P<name>(?:[^.!?;,]|\.(?=\d)){2,80})",
    re.IGNORECASE,
)
_MISSING = (term("gap"), MISSING_WORK)
_MARKUP = re.compile(r"\[([^\]]*)\]\([^)]*\)|[*_`]+")
_FILE_OF = re.compile(
    r"https?://(?:www\.)?(?:huggingface|hf)\.co/(?P<dataset>datasets/)?(?P<work>[\w.-]+/[\w.-]+)"
    r"/(?:blob|resolve|raw)/",
    re.IGNORECASE,
)
_SYNTHETIC = frozenset({"synthetic", "machine-generated", "generated"})
MAX_NAME_WORDS = 7
DATASETS_FIELD = {"model": "datasets", "dataset": "source_datasets"}
"""Fields of cards that name the datasets which a work of a kind was made from."""


@dataclass(frozen=True)
class Seen:
    """A repository, and what was found of it.

    Attributes:
        ground: What its lineage stands on.
        record: The work that it holds.
        contents: What its files hold.
        judged: The work, judged.
        iri: Of the work.
        report: Its duties and findings.
    """

    ground: Ground
    record: WorkRecord
    contents: Contents
    judged: Judged
    iri: str
    report: CheckReport

    @property
    def card(self) -> str:
        """The name of the card, or nothing."""
        return self.contents.card.name if self.contents.card else ""

    def expected_licenses(self) -> set[str]:
        """Return the licenses, as IRIs, of the work and of all whose terms reach it."""
        found = {*self.record.licenses}
        for derivation in self.record.derivations:
            found.update(self.judged.stated(work_iri(*derivation.parent), term("license")))
        clauses = [duty.term.iri for duty in self.report.duties]
        clauses += [reason.term.iri for reason in self.report.terms]
        found |= {license_iri(iri.split("/clause/")[1].partition("/")[0]) for iri in clauses}
        return found


def notes_on(seen: Seen, *, name_is_given: bool) -> Iterator[Note]:
    """Yield what a publisher should know of a repository.

    Args:
        seen: The repository, and what was found of it.
        name_is_given: Whether somebody said under which name it is to be published.
    """
    contents, record = seen.contents, seen.record
    parents = seen.judged.parents(seen.iri)
    if contents.card is None:
        yield Note("no-card", "unknown", "there is no README.md", to_do="Write a model card.")
    elif not contents.card.is_whole:
        yield Note(
            "not-read",
            "unknown",
            "the card could not be read to its end",
            seen.card,
            to_do="Shorten it, or mend it so that it is text throughout.",
        )
    for file, reason in contents.faults:
        yield Note("not-read", "warning", f"{file} {reason}", file)
    yield from _unstated_bases(seen)
    if not parents:
        yield from _without_parents(seen)
    if not any(text.licenses for text in contents.texts):
        yield Note(
            "no-license-file",
            "warning",
            "no file holds the text of a license that is known",
            to_do="Add the text of the license as LICENSE.",
        )
    yield from _texts_of_others(seen)
    if parents and record.kind == "model" and not contents.by_role("lineage"):
        yield Note(
            "no-lineage-file",
            "note",
            "there is no MODEL_LINEAGE.md",
            to_do="licet check --fix writes one.",
        )
    yield from _blanks(contents)
    yield from _prose(seen)
    if not name_is_given:
        yield Note(
            "name-of-folder",
            "note",
            f"the work is taken to be called {record.id}, as its folder is",
            to_do="Give the name under which it is to be published by --id OWNER/NAME.",
        )


def spelled_note(
    written: Key, there: Key, record: WorkRecord | None = None, contents: Contents | None = None
) -> Note:
    """Return that a work is spelled otherwise than it was written, and where that was.

    Args:
        written: Kind and id as they were written.
        there: The work that is meant.
        record: What names it, as it was read; None where whoever asks names it.
        contents: The files that it was read from.
    """
    sources = {d.source for d in record.derivations if d.parent == written} if record else set()
    file, line = next((one for one in sorted(sources) if "." in one), ""), 0
    if contents and contents.card and sources & {"card", "hub", "tag"}:
        of_datasets = DATASETS_FIELD[record.kind if record else "model"]
        field = "base_model" if written[0] == "model" else of_datasets
        file, line = contents.card.name, contents.fields.get(field, 0)
    return Note(
        "spelled-otherwise",
        "note",
        f"{written[1]} is taken for {there[1]}, the only {there[0]} whose id differs in case alone",
        file,
        line,
        f"Write {there[1]}, as the Hub spells it." if sources else "",
    )


def _blanks(contents: Contents) -> Iterator[Note]:
    from licet_ingest.repository_contents import BLANK

    for text in contents.texts:
        for line in text.lines:
            if BLANK in line.text:
                yield Note(
                    "blank",
                    "unknown",
                    f"waits to be filled in: {line.text.strip()[:160]}",
                    text.name,
                    line.number,
                    "Replace the words in brackets by what only you know.",
                )


def _prose(seen: Seen) -> Iterator[Note]:
    """Yield what the card says of the license in words, and its license field does not."""
    to_do = "Let the license field say what the text says."
    for warning in seen.record.prose_warnings:
        found = re.match(r"(.+?) line (\d+): (.*)", warning)
        yield Note(
            "prose",
            "unknown",
            f"speaks against commercial use, which the stated license permits: "
            f"{found[3] if found else warning}",
            found[1] if found else seen.card,
            int(found[2]) if found else 0,
            to_do,
        )
    yield from _license_of_link(seen)
    yield from _asked_at_the_gate(seen)
    expected = seen.expected_licenses()
    for line in seen.contents.card.lines if seen.contents.card else ():
        text = _MARKUP.sub(lambda link: link[1] or "", line.text)
        named = next(
            (iri for found in _UNDER.finditer(text) if (iri := _license(found["name"]))), ""
        )
        if named and named not in expected:
            yield Note(
                "license-in-prose",
                "unknown",
                f"names {seen.ground.compiled.term(named).label}, which the license field does "
                f"not: {line.text.strip()[:160]}",
                seen.card,
                line.number,
                to_do,
            )


def _asked_at_the_gate(seen: Seen) -> Iterator[Note]:
    """Yield that who wants the work must agree to what its license does not ask."""
    from licet_ingest.license_names import permitting_commerce
    from licet_ingest.prose import against_commerce

    asked = seen.contents.data.get("extra_gated_prompt")
    said = against_commerce(asked) if isinstance(asked, str) else ()
    if said and permitting_commerce().intersection(seen.record.licenses):
        yield Note(
            "prose",
            "unknown",
            "asks for agreement against commercial use, which the stated license permits: "
            f"{said[0].excerpt}",
            seen.card,
            seen.contents.fields.get("extra_gated_prompt", 0),
            "Let the license field say what the prompt says.",
        )


def _license_of_link(seen: Seen) -> Iterator[Note]:
    """Yield that license_link leads to a file of a work that is under another license."""
    found = _FILE_OF.match(seen.record.license_link or "")
    if found is None:
        return
    stated = _stated(seen.ground, "dataset" if found["dataset"] else "model", found["work"])
    theirs = {o for p, o in stated if p == term("license")}
    if theirs and theirs.isdisjoint(seen.record.licenses):
        names = " and ".join(sorted(seen.ground.compiled.term(one).label for one in theirs))
        yield Note(
            "license-link",
            "unknown",
            f"license_link leads to a file of {found['work']}, which is under {names}",
            seen.card,
            seen.contents.fields.get("license_link", 0),
            "Let license, license_name and license_link name the same license.",
        )


def _license(words: str) -> str | None:
    """Return the license whose name some words begin with."""
    listed = re.sub(r"(?i)\blicen[sc]es?\b", " ", words).split()[:MAX_NAME_WORDS]
    for count in range(len(listed), 0, -1):
        if found := license_named(" ".join(listed[:count]).strip(" \"'()“”‘’:")):
            return found
    return None


def _texts_of_others(seen: Seen) -> Iterator[Note]:
    """Yield texts of licenses, or of their policies, that nothing known here is under."""
    compiled, expected = seen.ground.compiled, seen.expected_licenses()
    for text in seen.contents.texts:
        held = {license_iri(id_) for id_ in (*text.licenses, *text.incorporated)}
        if not held or held & expected:
            continue
        binds = any(
            compiled.kinds(clause) & {"FurtherRestriction", "ShareAlike"}
            for iri in held
            if (facts := compiled.license(iri))
            for clauses in facts.scopes.values()
            for clause in clauses
        )
        names = " or ".join(compiled.term(iri).label for iri in sorted(held))
        yield Note(
            "license-of-what",
            "unknown" if binds and text.role != "notice" else "note",
            f"holds words of {names}, and neither the work nor what it is known to be made from "
            "is under that",
            text.name,
            0,
            "Name in base_model what is under it, or say what the text is for and keep it in "
            "THIRD_PARTY_NOTICES.",
        )


################################################################ lineage


def _unstated_bases(seen: Seen) -> Iterator[Note]:
    """Yield models that recipes and adapters below the folder name, and the card does not."""
    record = seen.record
    stated = {derivation.parent[1].casefold() for derivation in record.derivations}
    for hint in seen.contents.hints:
        if hint.is_recipe and hint.work.casefold() not in stated | {record.id.casefold()}:
            yield Note(
                "unstated-base",
                "unknown",
                f"names {hint.work}, which nothing names that is read as lineage",
                hint.file,
                0,
                "Name it in base_model of the card if the work was made from it; else leave the "
                "file out.",
            )
    if record.kind == "model" and seen.judged.parents(seen.iri):
        yield from _named_elsewhere(seen)


def _named_elsewhere(seen: Seen) -> Iterator[Note]:
    """Yield models that the card names as what it was made from, or its configuration, alone.

    A name of two parts may be anything, such as input/output, unless it is known.
    """
    from licet_ingest.lineage_hints import Hint, works_of_origin

    drawn_on = {iri.casefold() for iri in (*seen.judged.upstream(seen.iri), seen.iri)}
    said = [
        Hint(seen.card, number, work, text.strip()[:160])
        for number, text in _card_lines(seen.contents)
        for work in works_of_origin(text)
    ]
    for hint in (*said, *(hint for hint in seen.contents.hints if not hint.is_recipe)):
        stated = _stated(seen.ground, "model", hint.work)
        is_drawn_on = work_iri("model", hint.work).casefold() in drawn_on
        if stated and _MISSING not in stated and not is_drawn_on:
            yield Note(
                "unstated-base",
                "unknown",
                f"names {hint.work}, which the lineage does not: {hint.excerpt}",
                hint.file,
                hint.line,
                "Name it in base_model of the card if the work was made from it; else put it in "
                "other words.",
            )


def _without_parents(seen: Seen) -> Iterator[Note]:
    """Yield whether the publisher says that a work was made from no other, and what denies it."""
    record, contents, card = seen.record, seen.contents, seen.card
    places = [
        (text.name, line.number)
        for text in contents.by_role("lineage", "card")
        for line in text.lines
        if _ORIGINAL.match(line.text)
    ]
    field = contents.fields.get("source_datasets", 0)
    if record.kind == "dataset" and contents.data.get("source_datasets") in (
        "original",
        ["original"],
    ):
        places.append((card, field))
    if places:
        said = "by the publisher's word it was made from no other work"
        yield Note("made-from-scratch", "note", said, *places[0])
        for hint in _against_it(seen):
            yield Note(
                "not-from-scratch",
                "unknown",
                f"speaks against that it was made from no other work: {hint.excerpt}",
                hint.file,
                hint.line,
                "Name the work in base_model of the card, or put it in other words.",
            )
    elif record.kind == "dataset":
        yield Note(
            "no-source",
            "unknown",
            "nothing that is read says what the dataset was made from or by",
            card,
            field,
            "If it was made from no other dataset and by no model, say so by “source_datasets: "
            "original” in the card. If not, check the terms of its sources by hand.",
        )
    else:
        yield Note(
            "no-base-model",
            "unknown",
            "nothing says what the model was made from",
            card,
            1 if card else 0,
            "Name its bases in base_model of the card. If it was made from none, say so in "
            "MODEL_LINEAGE.md by the line “- Trained from scratch: yes”.",
        )


def _against_it(seen: Seen) -> Iterator[Hint]:
    """Yield what speaks against the claim that a work was made from no other."""
    from licet_ingest.lineage_hints import Hint, sentences_on_data, sentences_on_origin

    contents, own = seen.contents, seen.record.id.casefold()
    if seen.record.kind == "dataset":
        for name in ("tags", "annotations_creators", "language_creators"):
            value = contents.data.get(name)
            for one in value if isinstance(value, list) else [value]:
                if isinstance(one, str) and one.casefold() in _SYNTHETIC:
                    excerpt = f"{name}: {one}, and no model is named"
                    yield Hint(seen.card, contents.fields.get(name, 0), "", excerpt)
        for hint in sentences_on_data(_card_lines(contents), seen.card):
            if not hint.work or _may_be_a_work(seen.ground, hint):
                yield hint
        return
    for hint in contents.hints:
        if not hint.is_recipe and hint.work.casefold() != own:
            yield hint
    for hint in sentences_on_origin(_card_lines(contents), seen.card):
        if not hint.work or _may_be_a_work(seen.ground, hint):
            yield hint


def _card_lines(contents: Contents) -> list[tuple[int, str]]:
    return [(line.number, line.text) for line in contents.card.lines] if contents.card else []


def _may_be_a_work(ground: Ground, hint: Hint) -> bool:
    """Tell whether a snapshot names a work so, in whatever case, or whether none can be asked.

    A name of two parts may be anything, such as input/output, unless it is known.
    """
    return (
        "huggingface.co/" in hint.excerpt
        or not ground.finds_any_case
        or any(_stated(ground, kind, hint.work) for kind in ("model", "dataset"))
    )


def _stated(ground: Ground, kind: str, name: str) -> frozenset[Fact]:
    """Return what is stated of the work that a name stands for."""
    return ground.stated_of(work_iri(*ground.meant((kind, name))))[0]
