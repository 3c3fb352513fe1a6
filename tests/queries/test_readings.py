"""What turns on each reading: small worlds in which it differs from the next."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from tests.queries.test_findings import judged

from licet_ingest.sources import Source
from licet_ontology import modules


class Turn(NamedTuple):
    """A world, and what a rule says of the work ``x/it`` in it under each reading.

    Attributes:
        sentence: What the world shows.
        code: Of the rule.
        world: One work a line, as in the fixture ``read_world``.
        verdict: Under the readings that are not named below; empty where the rule is silent.
        others: The verdict under the readings that differ.
    """

    sentence: str
    code: str
    world: str
    verdict: str
    others: dict[str, str]


ACCEPTED = "acceptance-required"
DISTILLED = "distillation-free"
WEIGHTS = "weights-not-copyrightable"

TURNS = [
    # ------------------------------------------------------------------ training data
    Turn(
        "whether share-alike data bind the model trained on them is open, save by the text",
        "share-alike",
        """
        dataset data: cc-by-sa-4.0
        x/it: apache-2.0, trainedOn dataset data
        """,
        "unknown",
        {"text": ""},
    ),
    Turn(
        "a model that carries the license of its data keeps it, should it bind",
        "share-alike",
        """
        dataset data: cc-by-sa-4.0
        x/it: cc-by-sa-4.0, trainedOn dataset data
        """,
        "met",
        {"text": ""},
    ),
    Turn(
        "a license that sets results free leaves nothing open",
        "pass-through",
        """
        dataset data: cdla-permissive-2.0
        x/it: apache-2.0, trainedOn dataset data
        """,
        "",
        {},
    ),
    # Sections 3.5 and 1.11: results, as long as they hold no more than a portion of the data.
    Turn(
        "a license that sets results free under a condition leaves that open",
        "share-alike",
        """
        dataset data: cdla-sharing-1.0
        x/it: apache-2.0, trainedOn dataset data
        """,
        "unknown",
        {"text": ""},
    ),
    # Sections 2.2 and 5.5.
    Turn(
        "so does one that says the same of models",
        "pass-through",
        """
        dataset data: c-uda
        x/it: apache-2.0, trainedOn dataset data
        """,
        "unknown",
        {"text": ""},
    ),
    Turn(
        "non-commercial data leave a question open at any depth",
        "non-commercial",
        """
        dataset raw: cc-by-nc-4.0
        dataset clean: mit, adaptedFrom dataset raw
        base: mit, trainedOn dataset clean
        x/it: mit, quantizedFrom base
        """,
        "unknown",
        {"text": ""},
    ),
    Turn(
        "non-commercial data leave a question open for a service on the model",
        "non-commercial",
        """
        dataset data: cc-by-nc-4.0
        base: mit, trainedOn dataset data
        service x/it: mit, combines base
        """,
        "unknown",
        {"text": ""},
    ),
    Turn(
        "what the weights of a base bind is no less bound for open training data",
        "share-alike",
        """
        dataset data: cc-by-sa-4.0
        base: gpl-3.0
        x/it: mit, finetunedFrom base, trainedOn dataset data
        """,
        "violated unknown",
        {"text": "violated"},
    ),
    Turn(
        "the data of a teacher leave a question open where a student derives from it",
        "non-commercial",
        """
        dataset data: cc-by-nc-4.0
        teacher: mit, trainedOn dataset data
        x/it: mit, distilledFrom teacher
        """,
        "unknown",
        {"text": "", DISTILLED: ""},
    ),
    # ------------------------------------------------------------------ weights
    Turn(
        "a bare permission has no force on weights that nobody owns",
        "share-alike",
        """
        base: mpl-2.0
        x/it: mit, finetunedFrom base
        """,
        "violated",
        {WEIGHTS: ""},
    ),
    Turn(
        "data keep their copyright, whoever owns weights",
        "share-alike",
        """
        dataset base: mpl-2.0
        model: mit, trainedOn dataset base
        dataset x/it: mit, adaptedFrom dataset base
        """,
        "violated",
        {},
    ),
    Turn(
        "a license whose text rests on agreement binds as contract",
        "share-alike",
        """
        base: gpl-3.0
        x/it: mit, finetunedFrom base
        """,
        "violated",
        {},
    ),
    Turn(
        "use restrictions without words of agreement may bind as contract or not at all",
        "pass-through",
        """
        base: creativeml-openrail-m
        x/it: mit, finetunedFrom base
        """,
        "violated",
        {WEIGHTS: "unknown"},
    ),
    Turn(
        "whether a copy may change the terms of a bare permission matters if there is copyright",
        "relicensing",
        """
        base: isc
        x/it: mit, copyOf base
        """,
        "unknown",
        {WEIGHTS: ""},
    ),
    # ------------------------------------------------------------------ acceptance
    Turn(
        "who took output from a model behind a gate is bound by its terms on output",
        "output-improvement-ban",
        """
        base: llama3, gated manual
        x/it: mit, distilledFrom base
        """,
        "violated",
        {},
    ),
    Turn(
        "without a gate nobody has agreed to terms on output",
        "output-improvement-ban",
        """
        base: llama3, gated no
        x/it: mit, distilledFrom base
        """,
        "violated",
        {ACCEPTED: ""},
    ),
    Turn(
        "where nobody knows of a gate it is open whether terms on output bind",
        "output-improvement-ban",
        """
        base: llama3
        x/it: mit, distilledFrom base
        """,
        "violated",
        {ACCEPTED: "unknown"},
    ),
    Turn(
        "copying needs a permission, agreed to or not",
        "share-alike",
        """
        base: gpl-3.0, gated no
        x/it: mit, finetunedFrom base
        """,
        "violated",
        {},
    ),
    Turn(
        "a service is bound by terms on services where its provider agreed to them",
        "non-commercial",
        """
        base: cc-by-nc-4.0, gated no
        service x/it: mit, combines base
        """,
        "violated",
        {ACCEPTED: ""},
    ),
    # ------------------------------------------------------------------ distillation
    Turn(
        "a license that is silent on output reaches a student only as a derivative",
        "non-commercial",
        """
        base: cc-by-nc-4.0
        x/it: mit, distilledFrom base
        """,
        "violated",
        {"text": "", DISTILLED: ""},
    ),
    Turn(
        "from model to dataset to model, a promise not to use output still binds",
        "output-improvement-ban",
        """
        base: llama3, gated manual
        dataset output: mit, generatedBy base
        x/it: mit, trainedOn dataset output
        """,
        "violated",
        {},
    ),
    Turn(
        "from model to dataset to model, a silent license reaches nobody but who sees a derivative",
        "non-commercial",
        """
        base: cc-by-nc-4.0
        dataset output: mit, generatedBy base
        x/it: mit, trainedOn dataset output
        """,
        "violated",
        {"text": "", DISTILLED: ""},
    ),
    Turn(
        "a license that covers output under a condition leaves open whether a student is bound",
        "share-alike",
        """
        base: gpl-3.0
        x/it: apache-2.0, distilledFrom base
        """,
        "unknown",
        {"text": "", DISTILLED: ""},
    ),
    Turn(
        "from model to dataset to model, such a license stays open",
        "share-alike",
        """
        base: agpl-3.0
        dataset output: mit, generatedBy base
        x/it: mit, trainedOn dataset output
        """,
        "unknown",
        {"text": "", DISTILLED: ""},
    ),
    Turn(
        "a license that leaves output out says nothing of models made from it",
        "share-alike",
        """
        base: faipl-1.0
        x/it: mit, distilledFrom base
        """,
        "unknown",
        {"text": "", DISTILLED: ""},
    ),
    Turn(
        "words that limit what output is covered bind it no more than silence",
        "share-alike",
        """
        base: gpl-3.0
        dataset x/it: mit, generatedBy base
        """,
        "",
        {},
    ),
    Turn(
        "a student under such a license itself keeps share-alike, should it be bound",
        "share-alike",
        """
        base: gpl-3.0
        x/it: gpl-3.0, distilledFrom base
        """,
        "met",
        {"text": "", DISTILLED: ""},
    ),
    Turn(
        "whether such a student must come with source is open",
        "source-disclosure",
        """
        base: agpl-3.0, gated no
        x/it: apache-2.0, distilledFrom base
        """,
        "unknown",
        {"text": "", DISTILLED: ""},
    ),
    Turn(
        "whether terms of such a student restrict what that license frees is open",
        "gnu-freedom",
        """
        base: gpl-3.0
        x/it: cc-by-nc-4.0, distilledFrom base
        """,
        "unknown",
        {"text": "", DISTILLED: ""},
    ),
    Turn(
        "whether such a license contradicts one that binds for certain is open",
        "incompatible-terms",
        """
        one: gpl-3.0
        two: cc-by-nc-sa-4.0
        x/it: cc-by-nc-sa-4.0, distilledFrom one, finetunedFrom two
        """,
        "unknown",
        {"text": "met", DISTILLED: "met"},
    ),
    Turn(
        "whether a non-commercial license that leaves output out binds a student is open",
        "non-commercial",
        """
        base: mistral-non-production-license-0.1
        x/it: mit, distilledFrom base
        """,
        "unknown",
        {"text": "", DISTILLED: ""},
    ),
    Turn(
        "who also fine-tunes a model is bound for certain, whatever of its output is covered",
        "share-alike",
        """
        base: gpl-3.0
        x/it: apache-2.0, distilledFrom base, finetunedFrom base
        """,
        "violated",
        {},
    ),
    Turn(
        "a license without words of agreement that names output may have made a promise or not",
        "pass-through",
        """
        base: creativeml-openrail-m, gated manual
        x/it: mit, distilledFrom base
        """,
        "violated",
        {WEIGHTS: "unknown", DISTILLED: "unknown"},
    ),
]


def _name(value: Any) -> str | None:
    return f"{value.code}: {value.sentence}" if isinstance(value, Turn) else None


@pytest.mark.parametrize("reading", modules.readings())
@pytest.mark.parametrize("turn", TURNS, ids=_name)
def test_the_reading_says_of_the_work(
    turn: Turn, reading: str, read_world: Callable[[str], Source]
) -> None:
    verdicts, _ = judged(read_world(turn.world), reading, turn.code, "x/it")
    assert verdicts == set(turn.others.get(reading, turn.verdict).split())


@pytest.mark.parametrize("reading", [r for r in modules.readings() if r != "cautious"])
def test_each_reading_differs_from_the_cautious_in_some_world(reading: str) -> None:
    assert any(reading in turn.others for turn in TURNS)
