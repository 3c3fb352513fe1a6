"""What the SHACL shapes let through, and what they say of each thing that they do not."""

from __future__ import annotations

import re
from functools import cache

import pyshacl
import pytest
from pyoxigraph import Literal, RdfFormat, Triple, serialize
from rdflib import Graph
from rdflib.namespace import SH

from licet_ontology import modules
from licet_ontology.terms import RDFS

PREFIXES = """
@prefix change: <https://w3id.org/licet/change/> .
@prefix clause: <https://w3id.org/licet/clause/> .
@prefix dataset: <https://w3id.org/licet/dataset/> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix family: <https://w3id.org/licet/license-family/> .
@prefix license: <https://w3id.org/licet/license/> .
@prefix licet: <https://w3id.org/licet/ns#> .
@prefix model: <https://w3id.org/licet/model/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix service: <https://w3id.org/licet/service/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
FAMILY = "family:f a licet:LicenseFamily . "
LICENSE = (
    FAMILY
    + """
license:x a licet:License ;
    rdfs:label "License X"@en ;
    licet:version "1" ;
    licet:steward "X Foundation" ;
    licet:spdxIdentifier "LicenseRef-x" ;
    licet:textUrl "https://example.org/x" ;
    licet:textSha256 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef" ;
    licet:osiApproved false ;
    licet:family family:f ;
    licet:targetWorkType licet:model ;
    licet:revocability licet:irrevocable ;
    licet:sublicensing licet:notStated ;
    licet:patentGrant licet:notStated ;
    licet:commercialUse licet:notStated ;
    licet:hostingIsDistribution licet:notAddressed ;
    licet:extractedModels licet:notAddressed ;
    licet:adapters licet:notAddressed ;
    licet:separableRemix licet:notAddressed ;
    licet:onCopy clause:c ;
    licet:evidence
        [ licet:about "targetWorkType" ; licet:section "1" ; licet:quote "one two three four" ] ,
        [ licet:about "revocability" ; licet:section "2" ; licet:quote "five six seven eight" ] .
"""
)
CLAUSE = """
license:x licet:onCopy clause:c .
clause:c a licet:Attribution ;
    rdfs:label "Keep the notices"@en ;
    licet:section "3" ;
    licet:quote "you must keep all notices" .
"""
# A license that permits everything, with no clause.
FREE = LICENSE.replace("    licet:onCopy clause:c ;\n", "").replace(
    "commercialUse licet:notStated ;",
    "commercialUse licet:permitted ; licet:evidence"
    ' [ licet:about "commercialUse" ; licet:section "3" ; licet:quote "for any purpose at all" ] ;',
)
UNREAD = 'license:u a licet:UnreadLicense ; rdfs:label "License U"@en .'
WORK = """
model:m a licet:Model ;
    licet:declaredLicense license:x ;
    licet:author "o" ;
    licet:downloads 3 ;
    licet:likes 0 ;
    licet:gated "no" .
"""
DERIVATION = """
dataset:d a licet:Dataset ; licet:gap licet:NoLicense ; licet:generatedBy model:m .
model:n a licet:Model ; licet:license license:x ;
    licet:finetunedFrom model:m ; licet:trainedOn dataset:d .
"""
STATEMENT = """
<urn:s> a licet:LicenseStatement ; dcterms:source "card" ; licet:statedLicense "mit" ;
    licet:namesLicense license:x .
"""
DATES = """
change:c licet:heldSince "2025-01-01T00:00:00Z"^^xsd:dateTime ;
    licet:unchangedAt "2025-02-01T00:00:00Z"^^xsd:dateTime ;
    dcterms:date "2025-03-01T00:00:00Z"^^xsd:dateTime ;
    licet:changeSeenAt "2025-04-01T00:00:00Z"^^xsd:dateTime .
"""
LICENSE_CHANGE = f"""{DATES}
change:c a licet:LicenseChange ; licet:changeOf model:m ;
    licet:before license:x ; licet:after licet:NoLicense .
"""
LINEAGE_CHANGE = f"""{DATES}
change:c a licet:LineageChange ; licet:changeOf model:m ; licet:changedParent model:n ;
    licet:after licet:finetunedFrom .
"""
GATING_CHANGE = f"""{DATES}
change:c a licet:GatingChange ; licet:changeOf model:m ;
    licet:gatedBefore "no" ; licet:gatedAfter "manual" .
"""
WORDS = [str(n) for n in range(26)]


def graph(triples: tuple[Triple, ...] | list[Triple]) -> Graph:
    return Graph().parse(data=serialize(triples, format=RdfFormat.N_TRIPLES), format="nt")


@cache
def shapes() -> Graph:
    return graph(modules.shapes())


@cache
def class_hierarchy() -> Graph:
    return graph([t for t in modules.ontology() if t.predicate.value == RDFS + "subClassOf"])


def messages(data: Graph) -> list[str]:
    """Return what the shapes say of a graph; nothing if it conforms."""
    conforms, report, _ = pyshacl.validate(data, shacl_graph=shapes())
    assert isinstance(report, Graph)
    found = sorted(str(message) for message in report.objects(None, SH.resultMessage))
    assert conforms == (not found)
    return found


def faults(turtle: str) -> list[str]:
    return messages(Graph().parse(data=PREFIXES + turtle, format="turtle") + class_hierarchy())


################################################################ what conforms


def test_the_catalogue_conforms() -> None:
    assert messages(graph([*modules.ontology(), *modules.catalogue()])) == []


def test_clauses_are_found_without_the_ontology() -> None:
    clause = PREFIXES + BARE_CLAUSE
    assert any("one kind" in said for said in messages(Graph().parse(data=clause, format="turtle")))


ALIAS = (
    "<urn:alias> a licet:Alias ; licet:names license:x"
    ' ; rdfs:label "x one" ; dcterms:source <https://example.org/x> .'
)


@pytest.mark.parametrize(
    "turtle",
    [
        LICENSE + CLAUSE,
        CLAUSE,
        UNREAD,
        FAMILY + UNREAD.replace("licet:UnreadLicense", "licet:License , licet:UnreadLicense"),
        WORK,
        DERIVATION,
        FREE,
        "service:s a licet:Service ; licet:gap licet:NoLicense ; licet:combines model:m .",
        "model:m a licet:Model ; licet:gap licet:MissingWork , licet:UnstatedRelation .",
        "model:m a licet:Model ; licet:gap licet:LicenseChoice , licet:UnnamedWork .",
        "model:m a licet:Model ; licet:gap licet:NoLicense ; licet:private true ;"
        " licet:newVersion model:n ; licet:circumstance licet:LineageMismatch .",
        STATEMENT,
        "dataset:d a licet:Dataset ; licet:gap licet:NoLicense ; licet:derivativeOf dataset:e .",
        ALIAS,
    ],
    ids=[
        "license",
        "clause",
        "unread license",
        "unread license after inference",
        "work",
        "derivation",
        "license that permits everything",
        "service",
        "work that is missing",
        "work with a choice of licenses and a base that cannot be told",
        "private work with a new version and sources that differ",
        "license statement",
        "derived dataset",
        "alias",
    ],
)
def test_the_smallest_valid_example_conforms(turtle: str) -> None:
    assert faults(turtle) == []


KINDS_WITH_PARAMETERS = [
    "clause:c a licet:ShareAlike ; licet:requiresLicense license:x .",
    "clause:c a licet:ShareAlike ; licet:requiresLicense license:x ;"
    " licet:acceptsLicense license:y .",
    "clause:c a licet:PassThrough ; licet:acceptsLicense license:x .",
    'clause:c a licet:Naming ; licet:namePrefix "X" .',
    'clause:c a licet:Naming ; licet:condition "Or x." ; licet:acceptsLicense license:x .',
    'clause:c a licet:Naming ; licet:condition "The work was modified: use another name." .',
    'clause:c a licet:DisplayNotice ; licet:phrase "Built with X" .',
    'clause:c a licet:DisplayNotice ; licet:condition "The work has an interface." .',
    'clause:c a licet:MauThreshold ; licet:threshold 5 ; licet:unit "monthly active users" .',
    'clause:c a licet:RevenueThreshold ; licet:threshold 1.5 ; licet:unit "USD" .',
    "clause:c a licet:OutputImprovementBan ; licet:exemptsLicense license:x .",
    "clause:c a licet:ShareAlike , licet:Duty , licet:Clause ; licet:requiresLicense license:x .",
]
BARE_CLAUSE = CLAUSE.replace("a licet:Attribution ;", "")


@pytest.mark.parametrize("kind", KINDS_WITH_PARAMETERS)
def test_each_kind_of_clause_conforms_with_its_parameters(kind: str) -> None:
    assert faults(BARE_CLAUSE + kind) == []


def test_a_quote_of_25_words_conforms() -> None:
    assert faults(CLAUSE.replace("you must keep all notices", " ".join(WORDS[:25]))) == []


################################################################ what does not

LICENSE_FAULTS = [
    ('rdfs:label "License X"@en ;', "", "exactly one rdfs:label"),
    ('"License X"@en', '"License X"@en , "Licence X"@en', "exactly one rdfs:label"),
    ('licet:version "1" ;', "", "exactly one licet:version"),
    ('licet:version "1"', 'licet:version "1" , "2"', "exactly one licet:version"),
    ('licet:steward "X Foundation" ;', "", "exactly one licet:steward"),
    ('licet:spdxIdentifier "LicenseRef-x" ;', "", "exactly one licet:spdxIdentifier"),
    ('"LicenseRef-x"', '"License X"', "exactly one licet:spdxIdentifier"),
    ('licet:textUrl "https://example.org/x" ;', "", "exactly one licet:textUrl"),
    ('"https://example.org/x"', '"example.org"', "exactly one licet:textUrl"),
    ('licet:textSha256 "01', 'licet:textSha256 "1', "64 hexadecimal digits"),
    ('licet:textSha256 "01', 'licet:textSha256 "G1', "64 hexadecimal digits"),
    ("licet:osiApproved false ;", "", "licet:osiApproved true or false"),
    ("licet:osiApproved false", 'licet:osiApproved "no"', "licet:osiApproved true or false"),
    ("licet:family family:f ;", "", "exactly one licet:family"),
    ("licet:family family:f", "licet:family family:g", "exactly one licet:family"),
    ("licet:targetWorkType licet:model ;", "", "licet:targetWorkType is software"),
    ("licet:targetWorkType licet:model", "licet:targetWorkType licet:yes", "is software"),
    ("license:x", "<https://example.org/x>", "Name the license https://w3id.org/licet/license/"),
]
FACTS = {
    "revocability": "licet:revocability licet:irrevocable",
    "sublicensing": "licet:sublicensing licet:notStated",
    "patentGrant": "licet:patentGrant licet:notStated",
    "commercialUse": "licet:commercialUse licet:notStated",
    "hostingIsDistribution": "licet:hostingIsDistribution licet:notAddressed",
    "extractedModels": "licet:extractedModels licet:notAddressed",
    "adapters": "licet:adapters licet:notAddressed",
    "separableRemix": "licet:separableRemix licet:notAddressed",
}
OTHER_VALUES = {
    "revocability": "revocable",
    "sublicensing": "automatic",
    "patentGrant": "granted",
    "commercialUse": "conditional",
    "hostingIsDistribution": "yes",
    "extractedModels": "prohibited",
    "adapters": "separate",
    "separableRemix": "excluded",
}
CLAUSE_FAULTS = [
    ("licet:Attribution", "licet:Duty", "exactly one kind that has a code"),
    ("licet:Attribution", "licet:Attribution , licet:NoticeFile", "exactly one kind"),
    ('rdfs:label "Keep the notices"@en ;', "", "exactly one rdfs:label"),
    ('licet:section "3" ;', "", "exactly one licet:section"),
    ('licet:section "3"', 'licet:section ""', "exactly one licet:section"),
    ('licet:section "3"', 'licet:section "3" , "4"', "exactly one licet:section"),
    ('; licet:quote "you must keep all notices" .', ".", "exactly one licet:quote"),
    ("you must keep all notices", " ".join(WORDS), "at most 25 words"),
    ("license:x licet:onCopy clause:c .", "", "it binds nobody"),
]
ALIAS_FAULTS = [
    (" ; licet:names license:x", "", "exactly one licet:names"),
    ("license:x", "license:x , license:y", "exactly one licet:names"),
    ("license:x", '"x"', "exactly one licet:names"),
    (' ; rdfs:label "x one"', "", "exactly one rdfs:label"),
    (" ; dcterms:source <https://example.org/x>", "", "where the spelling stands"),
    ("<https://example.org/x>", '"somewhere"', "where the spelling stands"),
]
KIND_FAULTS = [
    ("clause:c a licet:ShareAlike .", "by licet:requiresLicense"),
    (
        "clause:c a licet:ShareAlike ; licet:requiresLicense license:x , license:y .",
        "the one license",
    ),
    ("clause:c a licet:Naming .", "by licet:namePrefix"),
    ("clause:c a licet:DisplayNotice .", "by licet:phrase, or say by licet:condition"),
    ('clause:c a licet:MauThreshold ; licet:unit "users" .', "exactly one licet:threshold"),
    ('clause:c a licet:MauThreshold ; licet:threshold 0 ; licet:unit "users" .', "above 0"),
    ('clause:c a licet:MauThreshold ; licet:threshold "many" ; licet:unit "x" .', "above 0"),
    ("clause:c a licet:MauThreshold ; licet:threshold 5 .", "exactly one licet:unit"),
    ('clause:c a licet:RevenueThreshold ; licet:unit "USD" .', "exactly one licet:threshold"),
    ("clause:c a licet:RevenueThreshold ; licet:threshold 5 .", "exactly one licet:unit"),
    (
        "clause:c a licet:PassThrough ; licet:requiresLicense license:x .",
        "only a share-alike clause demands",
    ),
    (
        "clause:c a licet:Attribution ; licet:acceptsLicense license:x .",
        "only a share-alike, pass-through or naming clause accepts",
    ),
    (
        "clause:c a licet:UseRestriction ; licet:exemptsLicense license:x .",
        "only an output-improvement ban exempts",
    ),
    ("clause:c a licet:PassThrough ; licet:acceptsLicense family:f .", "an IRI under"),
    ('clause:c a licet:OutputImprovementBan ; licet:exemptsLicense "x" .', "an IRI under"),
    ("clause:c a licet:ShareAlike ; licet:requiresLicense <http://x.org/> .", "an IRI under"),
]
EVIDENCE_FAULTS = [
    ('licet:about "targetWorkType" ;', 'licet:about "colour" ;', "exactly one licet:about"),
    ('licet:about "revocability" ;', "", "exactly one licet:about"),
    ('licet:section "1" ;', "", "evidence exactly one licet:section"),
    (
        'licet:section "2" ; licet:quote "five six seven eight"',
        'licet:section "2"',
        "one licet:quote",
    ),
    ("one two three four", " ".join(WORDS), "at most 25 words"),
]
UNREAD_FAULTS = [
    ("license:u licet:onCopy clause:c . " + CLAUSE, "Remove the clauses"),
    ("license:u licet:hasClause clause:c . " + CLAUSE, "Remove the clauses"),
    ("license:u licet:adapters licet:separate .", "Remove the facts"),
    ("license:u licet:targetWorkType licet:model .", "Remove the facts"),
]
WORK_FAULTS = [
    ("a licet:Model", "a licet:Work", "exactly one of licet:Model"),
    ("a licet:Model", "a licet:Model , licet:Service", "exactly one of licet:Model"),
    ("licet:declaredLicense license:x ;", "", "Give the work a license"),
    (
        "licet:declaredLicense license:x",
        "licet:gap licet:UnstatedRelation",
        "Give the work a license",
    ),
    ("licet:declaredLicense license:x", "licet:license family:f", "names no terms is a licet:gap"),
    ("licet:declaredLicense license:x", 'licet:license "mit"', "names no terms is a licet:gap"),
    ("licet:declaredLicense license:x", "licet:gap licet:Gap", "a gap that the ontology declares"),
    ('licet:author "o"', 'licet:author "o" , "p"', "at most one licet:author"),
    ("licet:downloads 3", "licet:downloads -3", "licet:downloads, an integer of 0 or more"),
    ("licet:downloads 3", 'licet:downloads "3"', "licet:downloads, an integer of 0 or more"),
    ("licet:likes 0", "licet:likes 0.5", "licet:likes, an integer of 0 or more"),
    ("licet:likes 0", "licet:likes 0 , 1", "licet:likes, an integer of 0 or more"),
    ('licet:gated "no"', "licet:gated false", "at most one licet:gated"),
    ("licet:likes 0", 'licet:private "yes"', "at most one licet:private"),
    ("licet:likes 0", "licet:disabled true , false", "at most one licet:disabled"),
    ("licet:likes 0", 'licet:newVersion "o/next"', "at most one licet:newVersion"),
    ("licet:likes 0", "licet:newVersion license:x", "at most one licet:newVersion"),
    (
        "licet:likes 0",
        "licet:circumstance licet:NoLicense",
        "a circumstance that the ontology declares",
    ),
]
STATEMENT_FAULTS = [
    ('dcterms:source "card" ;', "", "one dcterms:source"),
    ('"mit"', '"mit" , "x"', "one licet:statedLicense"),
    ("namesLicense license:x", "namesLicense family:f", "names no terms is a licet:gap"),
]
DERIVATION_FAULTS = [
    ("model:m licet:copyOf license:x .", "Name what a work derives from"),
    ('model:m licet:finetunedFrom "base" .', "Name what a work derives from"),
    ("model:m licet:mergedFrom [] .", "Name what a work derives from"),
    ("license:x licet:copyOf model:m .", "Name the derived work"),
    ("model:m licet:finetunedFrom model:m .", "of https://w3id.org/licet/model/m from itself"),
    ("dataset:d licet:derivativeOf dataset:d .", "from itself"),
    ("model:m licet:trainedOn model:n .", "under https://w3id.org/licet/dataset/"),
    ("dataset:d licet:generatedBy dataset:e .", "under https://w3id.org/licet/model/"),
]
LICENSE_CHANGE_FAULTS = [
    ("a licet:LicenseChange", "a licet:Change", "Say what changed"),
    ("a licet:LicenseChange", "a licet:LicenseChange , licet:Removal", "Say what changed"),
    ("licet:changeOf model:m ;", "", "the one work that changed"),
    ("licet:changeOf model:m", "licet:changeOf model:m , model:n", "the one work that changed"),
    ("licet:changeOf model:m", "licet:changeOf license:x", "the one work that changed"),
    ("licet:before license:x ;", "", "until the change, at least one"),
    ("licet:before license:x", "licet:before model:m", "until the change, at least one"),
    ("; licet:after licet:NoLicense .", ".", "since the change, at least one"),
    ("licet:after licet:NoLicense", 'licet:after "mit"', "since the change, at least one"),
    ('dcterms:date "2025-03-01T00:00:00Z"^^xsd:dateTime ;', "", "exactly one dcterms:date"),
    ('dcterms:date "2025-03', 'dcterms:date "2025-05', "exactly one dcterms:date"),
    ('dcterms:date "2025-03-01T00:00:00Z"^^xsd:dateTime', "dcterms:date 2025", "one dcterms:date"),
    (
        'licet:unchangedAt "2025-02-01T00:00:00Z"^^xsd:dateTime ;',
        "",
        "exactly one licet:unchangedAt",
    ),
    ('licet:unchangedAt "2025-02', 'licet:unchangedAt "2025-12', "exactly one licet:unchangedAt"),
    (
        'licet:changeSeenAt "2025-04-01T00:00:00Z"^^xsd:dateTime .',
        "dcterms:type model:x .",
        "exactly one licet:changeSeenAt",
    ),
    ('licet:heldSince "2025-01', 'licet:heldSince "2025-12', "at most one licet:heldSince"),
]
LINEAGE_CHANGE_FAULTS = [
    ("licet:changedParent model:n ;", "", "the one work to which the derivation changed"),
    ("licet:changedParent model:n", "licet:changedParent license:x", "the one work to which"),
    ("; licet:after licet:finetunedFrom .", ".", "the relations to the other work"),
    ("licet:after licet:finetunedFrom", "licet:after license:x", "the relations to the other"),
]
GATING_CHANGE_FAULTS = [
    ('licet:gatedBefore "no" ;', "", "one licet:gatedBefore"),
    ('licet:gatedBefore "no"', 'licet:gatedBefore "perhaps"', "one licet:gatedBefore"),
    ('; licet:gatedAfter "manual" .', ".", "one licet:gatedAfter"),
    ('licet:gatedAfter "manual"', 'licet:gatedAfter "no" , "yes"', "one licet:gatedAfter"),
]
MODEL_RELATIONS = (
    "adapterFor",
    "quantizedFrom",
    "finetunedFrom",
    "mergedFrom",
    "prunedFrom",
    "abliteratedFrom",
    "basedOn",
    "distilledFrom",
    "extractedFrom",
)


def changed(text: str, old: str, new: str) -> str:
    text = re.sub(r"\s+", " ", text)
    assert old in text
    return text.replace(old, new)


FAULTY = [
    *((changed(LICENSE, old, new) + CLAUSE, said) for old, new, said in LICENSE_FAULTS),
    *(
        (changed(LICENSE, f"{fact} ;", "") + CLAUSE, f"licet:{name} is")
        for name, fact in FACTS.items()
    ),
    *(
        (changed(LICENSE, fact, f"licet:{name} licet:model") + CLAUSE, f"licet:{name} is")
        for name, fact in FACTS.items()
    ),
    *(
        (
            changed(LICENSE, fact, f"{fact} , licet:{OTHER_VALUES[name]}") + CLAUSE,
            f"licet:{name} is",
        )
        for name, fact in FACTS.items()
    ),
    *(
        (
            changed(LICENSE, fact, f"licet:{name} licet:{OTHER_VALUES[name]}").replace(
                f'licet:about "{name}"', 'licet:about "targetWorkType"'
            )
            + CLAUSE,
            f'licet:about "{name}"',
        )
        for name, fact in FACTS.items()
    ),
    (changed(LICENSE, 'about "targetWorkType"', 'about "adapters"') + CLAUSE, '"targetWorkType"'),
    *((changed(LICENSE, old, new) + CLAUSE, said) for old, new, said in EVIDENCE_FAULTS),
    (changed(LICENSE, "licet:onCopy clause:c ;", ""), "at least one clause"),
    *((changed(CLAUSE, old, new), said) for old, new, said in CLAUSE_FAULTS),
    *((BARE_CLAUSE + FAMILY + kind, said) for kind, said in KIND_FAULTS),
    *((UNREAD + more, said) for more, said in UNREAD_FAULTS),
    (changed(UNREAD, '; rdfs:label "License U"@en', ""), "exactly one rdfs:label"),
    *((changed(WORK, old, new), said) for old, new, said in WORK_FAULTS),
    *((changed(STATEMENT, old, new), said) for old, new, said in STATEMENT_FAULTS),
    *((changed(ALIAS, old, new), said) for old, new, said in ALIAS_FAULTS),
    *DERIVATION_FAULTS,
    *((changed(LICENSE_CHANGE, old, new), said) for old, new, said in LICENSE_CHANGE_FAULTS),
    *((changed(LINEAGE_CHANGE, old, new), said) for old, new, said in LINEAGE_CHANGE_FAULTS),
    *((changed(GATING_CHANGE, old, new), said) for old, new, said in GATING_CHANGE_FAULTS),
    *(
        (f"{DERIVATION} dataset:d licet:{relation} model:x .", "the work is a dataset")
        for relation in MODEL_RELATIONS
    ),
    (f"{DERIVATION} dataset:d licet:trainedOn dataset:x .", "the work is a dataset"),
]


@cache
def said_of(turtle: str) -> tuple[str, ...]:
    return tuple(faults(turtle))


@pytest.mark.parametrize(
    ("turtle", "said"), FAULTY, ids=[f"{i}-{s}" for i, (_, s) in enumerate(FAULTY)]
)
def test_the_smallest_failing_example_is_told_its_fault(turtle: str, said: str) -> None:
    assert any(said in message for message in said_of(turtle)), said_of(turtle)


def test_each_message_of_the_shapes_has_a_failing_example() -> None:
    given = {message for turtle, _ in FAULTY for message in said_of(turtle)}
    for t in modules.shapes():
        if t.predicate.value == str(SH.message):
            assert isinstance(t.object, Literal)
            pattern = re.sub(r"\\\{.*?\\\}", ".+", re.escape(t.object.value))
            assert any(re.fullmatch(pattern, message) for message in given), t.object.value


def test_each_constraint_says_what_to_do() -> None:
    constraining = {
        t.subject
        for t in modules.shapes()
        if t.predicate.value
        in {
            str(SH.maxCount),
            str(SH.pattern),
            str(SH["in"]),
            str(SH["or"]),
            str(SH["select"]),
            str(SH.qualifiedValueShape),
            str(SH["class"]),
        }
    }
    told = {t.subject for t in modules.shapes() if t.predicate.value == str(SH.message)}
    inner = {
        t.object
        for t in modules.shapes()
        if t.predicate.value
        in {"http://www.w3.org/1999/02/22-rdf-syntax-ns#first", str(SH.qualifiedValueShape)}
    }
    assert constraining - inner <= told


def test_each_shape_has_a_target_or_is_part_of_one_that_has() -> None:
    predicates = {t.subject: set[str]() for t in modules.shapes()}
    for t in modules.shapes():
        predicates[t.subject].add(t.predicate.value)
    parts = {t.object for t in modules.shapes()}
    for subject, said in predicates.items():
        if str(SH.message) in said and subject not in parts:
            assert any(p.startswith(str(SH) + "target") for p in said), subject
