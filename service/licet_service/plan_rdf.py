"""Plans as RDF: works and their derivations in the terms of the ontology.

What a graph says of a work that nobody has published is what it says of one on the Hub: what it
was made from, by which relation, and under which license. A work from which no other of the
graph is made is shared, unless it says otherwise by ``odrl:action`` (sell, or use for inside).
"""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

from pyoxigraph import NamedNode, RdfFormat, parse

from licet_ontology import modules
from licet_ontology.errors import UsageError
from licet_ontology.terms import BASE, RDF, local_name, term
from licet_reasoning.plan import meant

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyoxigraph import Quad

MAX_TRIPLES: Final = 50_000
FORMATS: Final[Mapping[str, RdfFormat]] = {
    ".ttl": RdfFormat.TURTLE,
    ".nt": RdfFormat.N_TRIPLES,
    ".rdf": RdfFormat.RDF_XML,
    ".jsonld": RdfFormat.JSON_LD,
}
"""The format that a file's name tells."""
_ODRL_ACTION: Final = "http://www.w3.org/ns/odrl/2/action"
_MANNERS: Final = {"sell": "sell", "distribute": "share", "use": "internal"}
_DOES: Final = {
    "copyOf": "copy",
    "finetunedFrom": "fine-tune",
    "adapterFor": "adapter",
    "quantizedFrom": "quantize",
    "convertedFrom": "convert",
    "mergedFrom": "merge",
    "prunedFrom": "prune",
    "abliteratedFrom": "abliterate",
    "distilledFrom": "distill",
    "adaptedFrom": "modify",
    "combines": "combine",
}
"""What is done to a work by each relation to it."""
_BESIDE: Final = {"trainedOn": "on", "generatedBy": "by", "bundles": "ships", "reuses": "uses"}
"""Fields of an action for relations that stand beside what is done."""
_READ: Final = frozenset({"license", *_DOES, *_BESIDE})
_WORKS: Final = (f"{BASE}model/", f"{BASE}dataset/", f"{BASE}service/")


def plan_of_rdf(text: str, suffix: str, name: str) -> dict[str, Any]:
    """Return the plan that an RDF graph amounts to, as plans are written.

    Raises:
        UsageError: It is no RDF of that format, too long, or says nothing of works.
    """
    stated: defaultdict[str, defaultdict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    try:
        for number, quad in enumerate(parse(text, format=FORMATS[suffix])):
            if number >= MAX_TRIPLES:
                raise UsageError(f"{name} holds more than {MAX_TRIPLES:,} triples")
            _refuse_what_is_not_read(quad)
            if isinstance(quad.subject, NamedNode) and isinstance(quad.object, NamedNode):
                stated[quad.subject.value][quad.predicate.value].append(quad.object.value)
    except (SyntaxError, ValueError) as error:
        raise UsageError(f"{name} is not RDF of that format: {error}") from error
    return _plan(stated, name)


def _refuse_what_is_not_read(quad: Quad) -> None:
    """Raise an error if a statement tells of a license or of lineage, and not as plans do."""
    relation, object_ = local_name(quad.predicate.value), quad.object
    ours = quad.predicate.value.startswith(term(""))
    if ours and relation in _READ:
        if not (isinstance(quad.subject, NamedNode) and isinstance(object_, NamedNode)):
            raise UsageError(f"licet:{relation} relates IRIs, and not {quad.subject} to {object_}")
        return
    names_work = isinstance(object_, NamedNode) and object_.value.startswith(_WORKS)
    if names_work or (ours and quad.predicate not in _terms()):
        read = sorted(_READ)
        raise UsageError(
            f"{quad.predicate} is no property that plans have{meant(relation, read)}: "
            f"choose of {', '.join(read)}"
        )


@cache
def _terms() -> frozenset[object]:
    return frozenset(t.subject for t in modules.ontology())


def _plan(stated: Mapping[str, Mapping[str, list[str]]], name: str) -> dict[str, Any]:
    made, works, publish, used = [], {}, [], set[str]()
    keys = {iri: f"w{number}" for number, iri in enumerate(sorted(stated))}

    def named(iri: str) -> str:
        return keys[iri] if iri in keys else _id(iri)

    for iri, said in stated.items():
        relations = {local_name(p): found for p, found in said.items() if p.startswith(term(""))}
        licenses = [
            unquote(i.removeprefix(f"{BASE}license/")) for i in relations.pop("license", [])
        ]
        done = {r: found for r, found in relations.items() if r in _DOES}
        beside = {_BESIDE[r]: found for r, found in relations.items() if r in _BESIDE}
        kind = "dataset" if term("Dataset") in said.get(RDF + "type", ()) else "model"
        if not done and not beside:
            works[keys[iri]] = {"type": kind, "license": licenses} if licenses else _id(iri)
            continue
        action = _action(done, {field: list(map(named, f)) for field, f in beside.items()}, named)
        used |= {parent for found in (*done.values(), *beside.values()) for parent in found}
        action |= {"makes": keys[iri], "name": _id(iri).removeprefix("datasets/")}
        made.append({**action, "license": licenses} if licenses else action)
    makes = {action["makes"] for action in made}
    for iri, said in stated.items():
        actions = [a.rpartition("/")[2] for a in said.get(_ODRL_ACTION, ())]
        if strange := [a for a in actions if a not in _MANNERS]:
            raise UsageError(f"odrl:{strange[0]} is none of {', '.join(_MANNERS)}")
        manners = [_MANNERS[a] for a in actions]
        if any(manners) or (keys[iri] in makes and iri not in used):
            publish.append({"work": keys[iri], "how": next(filter(None, manners), "share")})
    if not made and not publish:
        raise UsageError(f"{name} says of no work what it is made from, nor that it is published")
    return {"works": works, "actions": made, "publish": publish}


def _action(
    done: Mapping[str, list[str]], beside: dict[str, list[str]], named: Any
) -> dict[str, Any]:
    """Return what is done in making a work, from its relations to others."""
    if set(done) == {"distilledFrom", "finetunedFrom"}:
        return {
            "do": "distill",
            "of": [named(i) for i in done["distilledFrom"]],
            "student": [named(i) for i in done["finetunedFrom"]],
            **beside,
        }
    if len(done) > 1:
        raise UsageError(f"a work is made in one way, and not by {', '.join(sorted(done))} at once")
    for relation, parents in done.items():
        return {"do": _DOES[relation], "of": [named(i) for i in parents], **beside}
    do = "generate" if "by" in beside else "train" if "on" in beside else "combine"
    return {"do": do, **beside}


def _id(iri: str) -> str:
    """Return the id of a work by its IRI, as plans name works of the Hub."""
    kind, _, work_id = unquote(iri.removeprefix(BASE)).partition("/")
    if not iri.startswith(BASE) or kind not in {"model", "dataset"}:
        raise UsageError(f"{iri} is not the IRI of a model or dataset")
    return work_id if kind == "model" else f"datasets/{work_id}"
