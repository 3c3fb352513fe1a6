"""What a name shows of a naming clause, and which works it tells apart."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from licet_ontology.terms import RDF, license_iri, term
from licet_reasoning.beginnings import FULFILS, IN_DOUBT, LACKS, prescribed_beginnings
from licet_reasoning.names import beginning_of_names, tell_apart_by_name
from licet_reasoning.situation import Situation
from licet_reasoning.situations import Situations

MODEL = (RDF + "type", term("Model"))


@pytest.mark.parametrize(
    ("words", "name", "shown"),
    [
        ("Llama 3", "o/Llama-3-8B", FULFILS),
        ("Llama 3", "o/llama3.1-8b", FULFILS),
        ("Llama 3", "LLAMA_3", FULFILS),
        ("Llama 3", "o/Llama-30b", IN_DOUBT),
        ("Llama 3", "o/Meta-Llama-3-8B", IN_DOUBT),
        ("Llama 3", "o/Llama-2-7b", LACKS),
        ("Llama 3", "llama-3/tuned", LACKS),
        ("Llama", "o/LlamaThink-8B", FULFILS),
        ("Llama", "o/Llamafied", IN_DOUBT),
        ("Llama", "o/Hermes-3-Llama-3.1-8B", LACKS),
        ("HyperCLOVA X", "o/HyperCLOVAX-SEED", FULFILS),
        ("glm-4", "o/GLM4-9b", FULFILS),
        ("glm-4", "o/glm-40", IN_DOUBT),
        ("Krea", "o/kreator", IN_DOUBT),
    ],
)
def test_a_name_shows_whether_it_begins_as_prescribed(words: str, name: str, shown: int) -> None:
    (beginning,) = (b for b in prescribed_beginnings() if b.words == words)
    assert beginning_of_names(beginning, pa.array([name])).tolist() == [shown]
    assert beginning.shown_by(name) == shown


def test_works_are_told_apart_only_where_a_naming_clause_can_reach_them() -> None:
    licensed = (MODEL, (term("license"), license_iri("mit")))
    upstream = ((term("drawsOn"), (MODEL, (term("license"), license_iri("llama3.1")))),)
    situations = Situations(
        np.array([0, 0, 1, 1]),
        (Situation("urn:a", licensed, ()), Situation("urn:b", licensed, upstream)),
    )
    names = pa.array(["o/Llama-a", "o/b", "o/Llama-c", "o/d"])
    told = tell_apart_by_name(situations, names)
    of_work = [told.all[i] for i in told.of_work.tolist()]
    assert of_work[0] == of_work[1] == situations.all[0]
    assert len(told.all) == 3
    clause = "https://w3id.org/licet/clause/llama3.1/naming"
    assert (term("nameFulfils"), clause) in of_work[2].own
    assert (term("nameLacks"), clause) in of_work[3].own
    assert [s.iri for s in told.all] == sorted(s.iri for s in told.all)
