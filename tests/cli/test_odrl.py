"""Licenses as ODRL policies: valid by the Information Model, complete, and claiming nothing more.

The rules checked are those of the ODRL Information Model 2.2, sections 2.1 to 2.6.
"""

from __future__ import annotations

import json
from importlib.resources import files
from itertools import chain
from typing import TYPE_CHECKING, Any

import pytest
from pyoxigraph import RdfFormat, Store
from rdflib import RDF, RDFS, Graph, Literal, Namespace, URIRef
from rdflib.compare import isomorphic
from rdflib.namespace import ODRL2

from licet_ontology import modules
from licet_ontology.errors import UsageError
from licet_ontology.nodes import text_of
from licet_ontology.terms import BASE, NS, license_iri
from licet_service.license_view import license_ids, license_view
from licet_service.odrl import odrl_catalogue, odrl_policy
from licet_service.odrl_mapping import CLAUSES, CONTEXT, FACTS, PROFILE, PROFILE_NS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rdflib.term import Node
    from tests.cli.conftest import Licet

ODRL = Namespace("http://www.w3.org/ns/odrl/2/")
CC = "http://creativecommons.org/ns#"
CC_ACTIONS = {"CommercialUse", "DerivativeWorks", "Notice", "ShareAlike", "SourceCode"}
"""Those actions of CC REL in the ODRL Common Vocabulary that policies use."""
OPERATORS = {"eq", "gt", "isAnyOf", "isNoneOf", "isAllOf"}
LICET = Namespace(NS)
VIEWS = [license_view(id_) for id_ in license_ids()]
READ = [view for view in VIEWS if view.read]


def graph_of(document: dict[str, Any]) -> Graph:
    return Graph().parse(data=json.dumps(document), format="json-ld")


@pytest.fixture(scope="module")
def profile() -> Graph:
    text = files("licet_ontology").joinpath("odrl_profile.ttl").read_text(encoding="utf-8")
    return Graph().parse(data=text, format="turtle")


@pytest.fixture(scope="module")
def policies() -> dict[str, Graph]:
    return {view.id: graph_of(odrl_policy(view)) for view in READ}


################################################################ the Information Model


def faults(graph: Graph, profile: Graph) -> list[str]:
    """Return what the ODRL Information Model objects to in the policies of a graph."""
    found = [*_policy_faults(graph)]
    rules = {
        rule
        for name in ("permission", "prohibition", "obligation", "duty")
        for rule in graph.objects(None, ODRL[name])
    }
    for rule in rules:
        found += [f"{rule}: {fault}" for fault in _rule_faults(graph, rule, profile)]
    for constraint in chain(
        graph.objects(None, ODRL.constraint), graph.objects(None, ODRL.refinement)
    ):
        found += [
            f"constraint: {fault}" for fault in _constraint_faults(graph, constraint, profile)
        ]
    return sorted(found)


def _policy_faults(graph: Graph) -> Iterator[str]:
    policies = set(graph.subjects(RDF.type, ODRL.Set))
    if not policies:
        yield "no policy"
    for policy in policies:
        if not isinstance(policy, URIRef):
            yield "the policy has no uid"
        if list(graph.objects(policy, ODRL.profile)) != [URIRef(PROFILE)]:
            yield "the profile is not named"
        if len(set(graph.objects(policy, ODRL.conflict))) != 1:
            yield "there is not one conflict strategy"
        if not any(
            graph.value(policy, ODRL[name]) for name in ("permission", "prohibition", "obligation")
        ):
            yield "the policy has no rule"


def _rule_faults(graph: Graph, rule: Node, profile: Graph) -> Iterator[str]:
    classes = {
        "permission": ODRL.Permission,
        "prohibition": ODRL.Prohibition,
        "obligation": ODRL.Duty,
        "duty": ODRL.Duty,
    }
    typed = set(graph.objects(rule, RDF.type)) & set(classes.values())
    used = {class_ for name, class_ in classes.items() if (None, ODRL[name], rule) in graph}
    if typed != used or len(typed) != 1:
        yield "it is not of the one class that its use says"
    if not isinstance(rule, URIRef):
        yield "it has no uid"
    if len(set(graph.objects(rule, ODRL.target))) != 1:
        yield "it has not one target"
    if len(set(graph.objects(rule, ODRL.action))) != 1:
        yield "it has not one action"
    for action in graph.objects(rule, ODRL.action):
        named = graph.value(action, RDF.value) or action
        if not _is_action(named, profile):
            yield f"its action {named} is not known"
        if named != action and not (
            graph.value(action, ODRL.refinement) and graph.value(action, ODRL.includedIn) == named
        ):
            yield "its refined action is not refined, or included in nothing"
    if (rule, ODRL.duty, None) in graph and ODRL.Permission not in typed:
        yield "only a permission has duties"


def _is_action(action: Node, profile: Graph) -> bool:
    name = str(action)
    if name.startswith(CC):
        return name.removeprefix(CC) in CC_ACTIONS
    if name.startswith(str(ODRL)):
        return name.removeprefix(str(ODRL)) in ODRL2
    return (action, RDF.type, ODRL.Action) in profile


def _constraint_faults(graph: Graph, constraint: Node, profile: Graph) -> Iterator[str]:
    left = set(graph.objects(constraint, ODRL.leftOperand))
    if len(left) != 1:
        yield "it has not one left operand"
    for operand in left:
        name = str(operand).removeprefix(str(ODRL))
        known = (operand, RDF.type, ODRL.LeftOperand) in profile or name in ODRL2
        if not known:
            yield f"its left operand {operand} is not known"
    operators = {str(o).removeprefix(str(ODRL)) for o in graph.objects(constraint, ODRL.operator)}
    if len(operators) != 1 or not operators <= OPERATORS:
        yield "it has not one known operator"
    right = set(graph.objects(constraint, ODRL.rightOperand))
    if not right or (len(right) > 1 and operators <= {"eq", "gt"}):
        yield "it has not the right operand that its operator needs"
    units = set(graph.objects(constraint, ODRL.unit))
    if len(units) > 1 or not all(isinstance(unit, URIRef) for unit in units):
        yield "its unit is not one IRI"


def test_every_license_that_was_read_is_a_valid_policy(
    policies: dict[str, Graph], profile: Graph
) -> None:
    assert len(policies) > 100
    assert {id_: faults(graph, profile) for id_, graph in policies.items()} == {
        id_: [] for id_ in policies
    }


def _at(policy: dict[str, Any], path: tuple[str, ...]) -> Any:
    """Return what a path leads to: of several rules the first that has a constraint."""
    node: Any = policy
    for step in path:
        node = node[step]
        if isinstance(node, list):
            node = next((one for one in node if "constraint" in one), node[0])
    return node


def _without(*path: str) -> Callable[[dict[str, Any]], None]:
    def drop(policy: dict[str, Any]) -> None:
        del _at(policy, path[:-1])[path[-1]]

    return drop


def _with(name: str, value: Any, *path: str) -> Callable[[dict[str, Any]], None]:
    def put(policy: dict[str, Any]) -> None:
        _at(policy, path)[name] = value

    return put


def _no_rules(policy: dict[str, Any]) -> None:
    for name in ("permission", "prohibition", "obligation"):
        policy.pop(name, None)


@pytest.mark.parametrize(
    ("broken", "fault"),
    [
        (_without("uid"), "no uid"),
        (_without("profile"), "profile is not named"),
        (_without("conflict"), "one conflict strategy"),
        (_no_rules, "no rule"),
        (_without("prohibition", "target"), "not one target"),
        (_without("permission", "target"), "not one target"),
        (_without("prohibition", "action"), "not one action"),
        (_without("obligation", "action"), "not one action"),
        (_without("permission", "uid"), "no uid"),
        (_with("action", "frobnicate", "permission"), "not known"),
        (_with("action", "odrl:frobnicate", "permission"), "not known"),
        (_with("action", PROFILE_NS + "frobnicate", "permission"), "not known"),
        (_with("action", ["use", "distribute"], "permission"), "not one action"),
        (_with("@type", "Prohibition", "permission"), "not of the one class"),
        (_with("duty", {"uid": "x:d", "@type": "Duty"}, "prohibition"), "only a permission"),
        (_without("obligation", "constraint", "leftOperand"), "not one left operand"),
        (_with("leftOperand", "odrl:mood", "obligation", "constraint"), "not known"),
        (_without("obligation", "constraint", "operator"), "not one known operator"),
        (_with("operator", "odrl:about", "obligation", "constraint"), "not one known operator"),
        (_without("obligation", "constraint", "rightOperand"), "not the right operand"),
        (_with("operator", "eq", "obligation", "constraint"), "not the right operand"),
        (_with("unit", "users", "obligation", "constraint"), "not one IRI"),
    ],
)
def test_a_policy_that_odrl_does_not_allow_is_found(
    profile: Graph, broken: Callable[[dict[str, Any]], None], fault: str
) -> None:
    policy = json.loads(json.dumps(odrl_policy(license_view("mg-by-nc-2.0"))))
    assert faults(graph_of(policy), profile) == []
    broken(policy)
    assert any(fault in found for found in faults(graph_of(policy), profile))


def test_two_readers_of_json_ld_read_the_same(policies: dict[str, Graph]) -> None:
    for id_ in ("apache-2.0", "llama3.1", "mg-by-sa-2.0"):
        store = Store()
        text = json.dumps(odrl_policy(license_view(id_)))
        store.load(input=text, format=RdfFormat.JSON_LD)
        lines = "\n".join(f"{quad.triple} ." for quad in store)
        assert isomorphic(Graph().parse(data=lines, format="nt"), policies[id_])


def test_no_reader_needs_a_network() -> None:
    assert all(
        isinstance(context, dict)
        for context in (CONTEXT, odrl_policy(READ[0])["@context"], odrl_catalogue([])["@context"])
    )


################################################################ nothing is lost


def test_every_clause_is_one_rule_with_all_that_the_catalogue_says_of_it(
    policies: dict[str, Graph],
) -> None:
    stated: dict[str, set[tuple[str, str]]] = {}
    kinds: dict[str, str] = {}
    for t in modules.catalogue():
        subject = text_of(t.subject)
        if not subject.startswith(BASE + "clause/"):
            continue
        if t.predicate.value == str(RDF.type):
            kinds[subject] = text_of(t.object)
        elif t.predicate.value != NS + "evidence":
            stated.setdefault(subject, set()).add((t.predicate.value, text_of(t.object)))
    for view in READ:
        graph = policies[view.id]
        for clause in view.clauses:
            iri = URIRef(f"{BASE}clause/{view.id}/{clause.slug}")
            told = {(str(p), str(o)) for p, o in graph.predicate_objects(iri)}
            lost = {(p, _boolean(o)) for p, o in stated[str(iri)]} - told
            assert lost == set(), iri
            assert str(graph.value(iri, URIRef(CONTEXT["dct"] + "type"))) == kinds[str(iri)]
            scopes = graph.objects(iri, URIRef(PROFILE_NS + "scope"))
            assert {str(scope).removeprefix(NS) for scope in scopes} == set(clause.scopes), iri


def _boolean(text: str) -> str:
    return str(Literal(text == "true")) if text in {"true", "false"} else text


def test_a_duty_is_one_of_publishers_and_a_prohibition_on_the_work_is_one_of_everybody(
    policies: dict[str, Graph],
) -> None:
    for view in READ:
        graph = policies[view.id]
        for clause in view.clauses:
            published = {
                str(scope).removeprefix(NS)
                for constraint in graph.objects(
                    URIRef(f"{BASE}clause/{view.id}/{clause.slug}"), ODRL.constraint
                )
                if str(graph.value(constraint, ODRL.leftOperand)) == PROFILE_NS + "published"
                for scope in graph.objects(constraint, ODRL.rightOperand)
            }
            everybody = clause.group != "duty" and "onCopy" in clause.scopes
            assert published == (set() if everybody else set(clause.scopes)), clause


def test_all_words_that_carry_facts_or_acceptances_are_told(policies: dict[str, Graph]) -> None:
    for view in READ:
        graph = policies[view.id]
        told = {
            tuple(str(graph.value(node, LICET[name])) for name in ("about", "section", "quote"))
            for node in graph.objects(None, LICET.evidence)
        }
        facts = (words for fact in view.facts for words in fact.evidence)
        clauses = (words for clause in view.clauses for words in clause.evidence)
        for words in chain(facts, clauses):
            assert (words.about, words.section, words.quote) in told, view.id


def test_every_rule_has_the_words_or_the_definition_it_rests_on(
    policies: dict[str, Graph],
) -> None:
    for id_, graph in policies.items():
        for name in ("permission", "prohibition", "obligation", "duty"):
            for rule in graph.objects(None, ODRL[name]):
                quoted = graph.value(rule, LICET.section) and graph.value(rule, LICET.quote)
                defined = graph.value(rule, URIRef(CONTEXT["dct"] + "source"))
                assert quoted or defined, (id_, rule)


def test_a_threshold_is_a_number_above_which_a_rule_applies(policies: dict[str, Graph]) -> None:
    graph = policies["llama3.1"]
    rule = URIRef(f"{BASE}clause/llama3.1/mau-threshold")
    [constraint] = [
        node
        for node in graph.objects(rule, ODRL.constraint)
        if str(graph.value(node, ODRL.leftOperand)) == PROFILE_NS + "quantity"
    ]
    assert graph.value(constraint, ODRL.operator) == ODRL.gt
    assert graph.value(constraint, ODRL.rightOperand) == Literal(700_000_000)
    unit = graph.value(constraint, ODRL.unit)
    assert graph.value(unit, RDFS.label) == Literal("monthly active users")
    assert graph.value(constraint, LICET.period) == Literal("the preceding calendar month")


################################################################ nothing is made up


def test_what_the_text_leaves_open_is_no_rule(policies: dict[str, Graph]) -> None:
    open_values = {"notStated", "notAddressed", "conditional", "outputExcluded"}
    assert not {code for _, code in FACTS} & open_values
    for view in READ:
        rules = {
            str(rule).rpartition("#")[2]
            for name in ("permission", "prohibition")
            for rule in policies[view.id].objects(None, ODRL[name])
        }
        silent = {fact.name for fact in view.facts if fact.code in open_values}
        assert rules & silent == set(), view.id


def test_commercial_use_is_permitted_where_the_text_says_so_and_nowhere_else(
    policies: dict[str, Graph],
) -> None:
    for view in READ:
        said = any((f.name, f.code) == ("commercialUse", "permitted") for f in view.facts)
        assert said == ("CommercialUse" in permitted(policies[view.id])), view.id


def permitted(graph: Graph) -> set[str]:
    return {
        str(action).rpartition("/")[2].rpartition("#")[2]
        for rule in graph.objects(None, ODRL.permission)
        if graph.value(rule, ODRL.assignee) is None
        for action in graph.objects(rule, ODRL.action)
    }


def test_publishing_is_permitted_by_free_and_open_source_licenses_alone(
    policies: dict[str, Graph],
) -> None:
    publishing = {"distribute", "DerivativeWorks", "publishVariant", "publishAdaptation"}
    for view in READ:
        free = {("fsfFree", "true"), ("osiApproved", "true")} & set(view.identity)
        found = publishing & permitted(policies[view.id])
        assert bool(found) == bool(free), view.id


def test_nobody_is_permitted_everything(policies: dict[str, Graph]) -> None:
    # In ODRL, to permit use is to permit every action included in it.
    assert [id_ for id_, graph in policies.items() if "use" in permitted(graph)] == []


def test_a_duty_on_copies_permits_no_copies(policies: dict[str, Graph]) -> None:
    view = license_view("llama1")
    assert any(c.group == "duty" and "onCopy" in c.scopes for c in view.clauses)
    assert permitted(policies["llama1"]) == set()
    obligation = URIRef(f"{BASE}clause/llama1/license-copy")
    assert (URIRef(license_iri("llama1")), ODRL.obligation, obligation) in policies["llama1"]


def test_what_a_free_license_permits_is_owed_the_duties_of_copies_and_derivatives(
    policies: dict[str, Graph],
) -> None:
    for view in READ:
        graph = policies[view.id]
        for act, scope in (("distribute", "onCopy"), ("DerivativeWorks", "onDerivative")):
            permission = URIRef(f"{license_iri(view.id)}#{act}")
            if (permission, RDF.type, None) not in graph:
                continue
            owed = {str(duty).rpartition("/")[2] for duty in graph.objects(permission, ODRL.duty)}
            assert owed == {
                clause.slug
                for clause in view.clauses
                if scope in clause.scopes and CLAUSES[clause.kind].rule == "duty"
            }, view.id


def test_every_duty_is_owed_by_the_policy_or_for_a_permission(policies: dict[str, Graph]) -> None:
    for view in READ:
        graph = policies[view.id]
        owed = set(graph.objects(None, ODRL.obligation)) | set(graph.objects(None, ODRL.duty))
        duties = {
            URIRef(f"{BASE}clause/{view.id}/{clause.slug}")
            for clause in view.clauses
            if clause.group == "duty"
        }
        assert duties <= owed, view.id


def test_a_license_that_was_not_read_is_no_policy() -> None:
    unread = next(view for view in VIEWS if not view.read)
    with pytest.raises(UsageError, match="nothing is known"):
        odrl_policy(unread)


################################################################ the command


def test_a_license_is_printed_as_a_policy(licet: Licet) -> None:
    answer = licet("licenses", "apache-2.0", "--format", "odrl")
    assert (answer.status, answer.err) == (0, "")
    policy = json.loads(answer.out)
    assert policy["uid"] == "https://w3id.org/licet/license/apache-2.0"
    assert policy == json.loads(json.dumps(odrl_policy(license_view("apache-2.0"))))


def test_a_license_that_was_not_read_is_wrong_usage(licet: Licet) -> None:
    answer = licet("licenses", "h-research", "--format", "odrl")
    assert (answer.status, answer.out) == (2, "")
    assert "nothing is known" in answer.err


def test_all_licenses_are_printed_with_the_profile_and_unread_ones_left_out(
    licet: Licet, policies: dict[str, Graph], profile: Graph
) -> None:
    answer = licet("licenses", "--format", "odrl")
    assert answer.status == 0
    assert answer.err.startswith(f"left out {len(VIEWS) - len(READ)} licenses")
    graph = graph_of(json.loads(answer.out))
    assert {str(s) for s in graph.subjects(RDF.type, ODRL.Set)} == set(map(license_iri, policies))
    assert set(profile) <= set(graph)
    assert faults(graph, profile) == []
