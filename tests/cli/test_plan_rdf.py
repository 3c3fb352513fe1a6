"""A plan as RDF is the plan that somebody would write by hand."""

from __future__ import annotations

import pytest

from licet_ontology.errors import UsageError
from licet_reasoning.plan import Action, PlannedWork, Publication, read_plan
from licet_service.plan_rdf import plan_of_rdf

HEAD = """
@prefix dataset: <https://w3id.org/licet/dataset/> .
@prefix license: <https://w3id.org/licet/license/> .
@prefix licet: <https://w3id.org/licet/ns#> .
@prefix model: <https://w3id.org/licet/model/> .
@prefix odrl: <http://www.w3.org/ns/odrl/2/> .
"""


def test_relations_become_actions_and_the_last_work_is_published() -> None:
    plan = read_plan(
        plan_of_rdf(
            HEAD
            + """
<https://w3id.org/licet/model/me/tuned> licet:finetunedFrom <https://w3id.org/licet/model/a/base> ;
    licet:trainedOn <https://w3id.org/licet/dataset/me/text> ; licet:license license:mit .
<https://w3id.org/licet/dataset/me/text> a licet:Dataset ; licet:license license:cc-by-4.0 .
<https://w3id.org/licet/model/me/small>
    licet:quantizedFrom <https://w3id.org/licet/model/me/tuned> ;
    odrl:action odrl:sell .
""",
            ".ttl",
            "plan.ttl",
        )
    )
    assert plan.works == {"w0": PlannedWork(type="dataset", license=("cc-by-4.0",))}
    assert set(plan.actions) == {
        Action(
            do="fine-tune",
            makes="w2",
            of=("a/base",),
            on=("w0",),
            name="me/tuned",
            license=("mit",),
        ),
        Action(do="quantize", makes="w1", of=("w2",), name="me/small"),
    }
    assert plan.publish == (Publication(work="w1", how="sell"),)


@pytest.mark.parametrize(
    "text",
    [
        "no turtle",
        HEAD,
        HEAD + "model:x licet:finetunedFrom <http://example.org/y> .",
        HEAD + "model:x licet:finetunedFrom model:y ; licet:quantizedFrom model:z .",
        HEAD + "model:x licet:finetunedFrom model:y ; licet:mergedfrom model:z .",
        HEAD + "model:x licet:finetunedFrom model:y ; licet:basedOn model:z .",
        HEAD + "model:x licet:finetunedFrom model:y , [] .",
        HEAD + "model:x licet:finetunedFrom model:y ; licet:license license:mit , 'gpl-3.0' .",
        HEAD + "model:x licet:finetunedFrom model:y ; licet:licence license:mit .",
        HEAD + "@prefix prov: <http://www.w3.org/ns/prov#> .\n"
        "model:x licet:finetunedFrom model:y ; prov:wasDerivedFrom model:z .",
        HEAD + "model:x licet:finetunedFrom model:y ; odrl:action odrl:sel .",
    ],
)
def test_what_is_no_plan_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        plan_of_rdf(text, ".ttl", "plan.ttl")
