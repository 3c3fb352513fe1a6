"""Whether an ontology keeps to the OWL 2 RL profile and to the global restrictions of OWL 2 DL.

The checks read the RDF graph by the mapping of "OWL 2 Mapping to RDF Graphs" (second edition,
2012) and follow two specifications of the same series: "Profiles", section 4, for the axioms and
class expressions of OWL 2 RL, and "Structural Specification", sections 5.8 and 11, for what
OWL 2 DL asks of declarations and of property chains.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Literal as OneOf

from pyoxigraph import BlankNode, Literal, NamedNode

from licet_ontology.terms import OWL, PREFIXES, RDF, RDFS, XSD

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pyoxigraph import Triple

Position = OneOf["sub", "super", "equivalent"]
"""Where a class expression stands: Profiles, section 4.2.3, allows different ones in each."""

_PROPERTY_KINDS = ("ObjectProperty", "DatatypeProperty", "AnnotationProperty")
_KINDS = frozenset({"Class", "NamedIndividual", "Datatype", *_PROPERTY_KINDS})

# Profiles, section 4.2.1: the datatypes of OWL 2 RL, with RDF 1.1's name of rdf:PlainLiteral.
_DATATYPES = frozenset(
    {RDFS + "Literal", RDF + "PlainLiteral", RDF + "XMLLiteral", RDF + "langString"}
    | {
        XSD + name
        for name in (
            "decimal integer nonNegativeInteger nonPositiveInteger positiveInteger negativeInteger "
            "long int short byte unsignedLong unsignedInt unsignedShort unsignedByte float double "
            "string normalizedString token language Name NCName NMTOKEN boolean hexBinary "
            "base64Binary anyURI dateTime dateTimeStamp"
        ).split()
    }
)
# Structural Specification, section 5.5.
_ANNOTATION_PROPERTIES = frozenset(
    {RDFS + name for name in ("label", "comment", "seeAlso", "isDefinedBy")}
    | {
        OWL + name
        for name in (
            "deprecated versionInfo priorVersion backwardCompatibleWith incompatibleWith"
        ).split()
    }
)
# Profiles, section 4.2.1: the predefined properties are outside of OWL 2 RL.
_EXCLUDED_PROPERTIES = frozenset(
    OWL + name
    for name in (
        "topObjectProperty bottomObjectProperty topDataProperty bottomDataProperty"
    ).split()
)
# Profiles, section 4.2.5: all axioms of OWL 2 apart from these two.
_EXCLUDED_AXIOMS = {
    OWL + "disjointUnionOf": "a disjoint union of classes is not in OWL 2 RL (Profiles, 4.2.5)",
    OWL + "ReflexiveProperty": "a reflexive property is not in OWL 2 RL (Profiles, 4.2.5)",
}
_CHARACTERISTICS = frozenset(
    OWL + name + "Property"
    for name in ("Functional InverseFunctional Transitive Symmetric Asymmetric Irreflexive".split())
)
# Structural Specification, section 11.2: no composite property may be any of these.
_ONLY_SIMPLE = frozenset(
    OWL + name + "Property"
    for name in ("Functional", "InverseFunctional", "Asymmetric", "Irreflexive")
)
_COLLECTIONS = {
    OWL + "AllDisjointClasses": OWL + "members",
    OWL + "AllDisjointProperties": OWL + "members",
    OWL + "AllDifferent": OWL + "distinctMembers",
}
# Triples that are part of an expression and are read with the axiom that uses it.
_STRUCTURE = frozenset(
    {RDF + "first", RDF + "rest"}
    | {
        OWL + name
        for name in (
            "onProperty someValuesFrom allValuesFrom hasValue hasSelf maxCardinality minCardinality "
            "cardinality maxQualifiedCardinality minQualifiedCardinality qualifiedCardinality "
            "onClass onDataRange intersectionOf unionOf complementOf oneOf datatypeComplementOf "
            "onDatatype withRestrictions members distinctMembers sourceIndividual "
            "assertionProperty targetIndividual targetValue annotatedSource annotatedProperty "
            "annotatedTarget"
        ).split()
    }
)
# Which restrictions may stand where: Profiles, section 4.2.3.
_ALLOWED_RESTRICTIONS: dict[Position, frozenset[str]] = {
    "sub": frozenset({"someValuesFrom", "hasValue"}),
    "super": frozenset({"allValuesFrom", "hasValue", "maxCardinality", "maxQualifiedCardinality"}),
    "equivalent": frozenset({"hasValue"}),
}
_RESTRICTIONS = (
    "someValuesFrom allValuesFrom hasValue hasSelf maxCardinality minCardinality cardinality "
    "maxQualifiedCardinality minQualifiedCardinality qualifiedCardinality"
).split()


def owl_rl_violations(triples: Iterable[Triple]) -> list[str]:
    """Return what keeps an ontology from being OWL 2 RL and OWL 2 DL, one sentence each, sorted.

    An empty list means: every term used in an axiom is declared as the one kind that the axiom
    needs, every axiom and class expression is of a form that OWL 2 RL has, and the property
    chains are regular. Imports are not followed: give the triples of all modules.
    """
    return _Check(triples).violations()


class _Check:
    """One ontology, indexed, and what was found wrong with it so far."""

    def __init__(self, triples: Iterable[Triple]) -> None:
        self.triples = list(dict.fromkeys(triples))
        self.found: set[str] = set()
        self.objects: defaultdict[object, defaultdict[str, list[object]]] = defaultdict(
            lambda: defaultdict(list)
        )
        for t in self.triples:
            self.objects[t.subject][t.predicate.value].append(t.object)
        self.kinds: defaultdict[object, set[str]] = defaultdict(set)
        for t in self.triples:
            kind = _local(t.object, OWL) or _local(t.object, RDFS)
            if t.predicate.value == RDF + "type" and kind in _KINDS:
                self.kinds[t.subject].add(kind)

    def violations(self) -> list[str]:
        self._check_punning()
        for t in self.triples:
            self._check_axiom(t.subject, t.predicate.value, t.object)
        self._check_chains()
        return sorted(self.found)

    def _refuse(self, *parts: object) -> None:
        self.found.add(" ".join(part if isinstance(part, str) else _show(part) for part in parts))

    def _list(self, head: object) -> list[object]:
        """Return the members of an RDF collection; a broken or circular one is reported."""
        members: list[object] = []
        seen: set[object] = set()
        while head != NamedNode(RDF + "nil"):
            first, rest = self.objects[head][RDF + "first"], self.objects[head][RDF + "rest"]
            if head in seen or len(first) != 1 or len(rest) != 1:
                self._refuse("a collection is broken at", head, "(Mapping to RDF, 3)")
                break
            seen.add(head)
            members += first
            head = rest[0]
        return members

    # -------------------------------------------------------------- declarations

    def _check_punning(self) -> None:
        """Structural Specification, section 5.8.1: kinds of properties do not mix."""
        for term, kinds in list(self.kinds.items()):
            properties = sorted(kinds.intersection(_PROPERTY_KINDS))
            if len(properties) > 1:
                self._refuse(term, "is both", " and ".join(properties), "(Structural, 5.8.1)")
            if {"Class", "Datatype"} <= kinds:
                self._refuse(term, "is both Class and Datatype (Structural, 5.8.1)")

    def _property_kind(self, term: object) -> str | None:
        """Return the kind of a property, or None after reporting that it has none."""
        if isinstance(term, NamedNode) and term.value in _ANNOTATION_PROPERTIES:
            return "AnnotationProperty"
        if isinstance(term, NamedNode) and term.value in _EXCLUDED_PROPERTIES:
            self._refuse(term, "is not in OWL 2 RL (Profiles, 4.2.1)")
            return None
        if isinstance(term, BlankNode) and OWL + "inverseOf" in self.objects[term]:
            return self._property_kind(self.objects[term][OWL + "inverseOf"][0])
        for kind in _PROPERTY_KINDS:
            if kind in self.kinds.get(term, ()):
                return kind
        self._refuse(term, "is used as a property and not declared as one (Structural, 5.8.2)")
        return None

    def _need_property(self, term: object, kind: str, axiom: str) -> None:
        found = self._property_kind(term)
        if found not in {kind, None}:
            self._refuse(axiom, "needs an", kind + ",", "and", term, f"is an {found}")

    def _need_same_kind(self, left: object, right: object, axiom: str) -> None:
        kinds = self._property_kind(left), self._property_kind(right)
        if None not in kinds and kinds[0] != kinds[1]:
            self._refuse(axiom, "relates", left, f"({kinds[0]}) to", right, f"({kinds[1]})")

    # -------------------------------------------------------------- axioms

    def _check_axiom(self, subject: object, predicate: str, object_: object) -> None:
        """Profiles, section 4.2.5: whether a triple is an axiom, or part of one, of OWL 2 RL."""
        name = _show(NamedNode(predicate))
        if predicate == RDF + "type":
            self._check_type(subject, object_)
        elif predicate in _EXCLUDED_AXIOMS:
            self._refuse(subject, "has", name + ":", _EXCLUDED_AXIOMS[predicate])
        elif predicate in {RDFS + "subClassOf", OWL + "disjointWith"}:
            self._check_class(subject, "sub", name)
            self._check_class(object_, "sub" if predicate.endswith("With") else "super", name)
        elif predicate == OWL + "equivalentClass":
            if self._is_data_range(subject):
                self._check_data_range(object_, name)
            else:
                self._check_class(subject, "equivalent", name)
                self._check_class(object_, "equivalent", name)
        elif predicate == RDFS + "domain":
            if self._property_kind(subject) != "AnnotationProperty":
                self._check_class(object_, "super", name)
        elif predicate == RDFS + "range":
            kind = self._property_kind(subject)
            if kind == "ObjectProperty":
                self._check_class(object_, "super", name)
            elif kind == "DatatypeProperty":
                self._check_data_range(object_, name)
        elif predicate in {RDFS + "subPropertyOf", OWL + "equivalentProperty"}:
            self._need_same_kind(subject, object_, name)
        elif predicate == OWL + "propertyDisjointWith":
            self._need_same_kind(subject, object_, name)
        elif predicate == OWL + "inverseOf":
            for term in [object_] if isinstance(subject, BlankNode) else [subject, object_]:
                self._need_property(term, "ObjectProperty", name)
        elif predicate == OWL + "propertyChainAxiom":
            links = self._list(object_)
            for term in (subject, *links):
                self._need_property(term, "ObjectProperty", name)
            if len(links) < 2:
                self._refuse(name, "of", subject, "has fewer than two links (Structural, 9.2.1)")
        elif predicate == OWL + "hasKey":
            self._check_class(subject, "sub", name)
            for term in self._list(object_):
                if self._property_kind(term) == "AnnotationProperty":
                    self._refuse(name, "of", subject, "holds the AnnotationProperty", term)
        elif predicate in {OWL + "sameAs", OWL + "differentFrom"}:
            if not (isinstance(subject, NamedNode) and isinstance(object_, NamedNode)):
                self._refuse(name, "relates a nameless individual (Structural, 11.2)")
        elif predicate not in _STRUCTURE:
            self._check_assertion(subject, predicate, object_)

    def _check_type(self, subject: object, class_: object) -> None:
        kind = _local(class_, OWL) or _local(class_, RDFS)
        iri = class_.value if isinstance(class_, NamedNode) else ""
        if iri in _EXCLUDED_AXIOMS:
            self._refuse(subject, "is declared", class_, "and", _EXCLUDED_AXIOMS[iri])
        elif iri in _CHARACTERISTICS:
            found = self._property_kind(subject)
            if found != "ObjectProperty" and (found, kind) != (
                "DatatypeProperty",
                "FunctionalProperty",
            ):
                self._refuse(
                    subject, f"is a {kind}, which {found} cannot be (Structural, 9.2, 9.3)"
                )
        elif iri in _COLLECTIONS:
            self._check_collection(subject, iri)
        elif kind in {
            "Ontology",
            "Restriction",
            "NegativePropertyAssertion",
            "Axiom",
            "Annotation",
        }:
            pass
        elif kind in _KINDS:
            if iri.startswith(OWL + "Class") and isinstance(subject, BlankNode):
                pass  # a class expression: read where an axiom uses it
            elif isinstance(subject, NamedNode) and subject.value.startswith((OWL, RDF, RDFS)):
                self._refuse(subject, "is reserved and cannot be declared (Structural, 2.4)")
        else:
            self._check_class(class_, "super", "rdf:type")

    def _check_collection(self, subject: object, iri: str) -> None:
        heads = self.objects[subject][_COLLECTIONS[iri]] + self.objects[subject][OWL + "members"]
        for member in (m for head in dict.fromkeys(heads) for m in self._list(head)):
            if iri.endswith("Classes"):
                self._check_class(member, "sub", "owl:AllDisjointClasses")
            elif iri.endswith("Properties"):
                self._property_kind(member)

    def _check_assertion(self, subject: object, predicate: str, object_: object) -> None:
        """Structural Specification, sections 9.6 and 10.2: facts and annotations."""
        property_ = NamedNode(predicate)
        if predicate.startswith((OWL, RDF, RDFS)) and predicate not in _ANNOTATION_PROPERTIES:
            if predicate not in {OWL + "imports", OWL + "versionIRI", *_EXCLUDED_PROPERTIES}:
                self._refuse(property_, "of", subject, "is no axiom of OWL 2 (Mapping to RDF, 3)")
                return
            if predicate not in _EXCLUDED_PROPERTIES:
                return
        kind = self._property_kind(property_)
        if kind == "ObjectProperty" and isinstance(object_, Literal):
            self._refuse("the ObjectProperty", property_, "has a literal value at", subject)
        if kind == "DatatypeProperty" and not isinstance(object_, Literal):
            self._refuse("the DatatypeProperty", property_, "has no literal value at", subject)

    # -------------------------------------------------------------- class expressions

    def _check_class(self, class_: object, position: Position, axiom: str) -> None:
        """Profiles, section 4.2.3: whether a class expression may stand where it stands."""
        if isinstance(class_, NamedNode):
            self._check_named_class(class_, position, axiom)
            return
        parts = self.objects.get(class_, {})
        if OWL + "intersectionOf" in parts:
            for member in self._list(parts[OWL + "intersectionOf"][0]):
                self._check_class(member, position, axiom)
        elif OWL + "unionOf" in parts and position == "sub":
            for member in self._list(parts[OWL + "unionOf"][0]):
                self._check_class(member, "sub", axiom)
        elif OWL + "oneOf" in parts and position == "sub":
            self._list(parts[OWL + "oneOf"][0])
        elif OWL + "complementOf" in parts and position == "super":
            self._check_class(parts[OWL + "complementOf"][0], "sub", axiom)
        elif OWL + "onProperty" in parts:
            self._check_restriction(class_, position, axiom)
        else:
            forms = [n for n in ("unionOf", "oneOf", "complementOf") if OWL + n in parts]
            what = f"owl:{forms[0]}" if forms else "what is no class expression"
            self._refuse(axiom, "has", what, f"in {position} position (Profiles, 4.2.3)")

    def _check_named_class(self, class_: NamedNode, position: Position, axiom: str) -> None:
        if class_.value == OWL + "Nothing":
            return
        if class_.value == OWL + "Thing":
            self._refuse(axiom, f"has owl:Thing in {position} position (Profiles, 4.2.3)")
        elif "Class" not in self.kinds.get(class_, ()):
            self._refuse(class_, "is used as a class and not declared as one (Structural, 5.8.2)")

    def _check_restriction(self, node: object, position: Position, axiom: str) -> None:
        parts = self.objects[node]
        kind = self._property_kind(parts[OWL + "onProperty"][0])
        forms = [name for name in _RESTRICTIONS if OWL + name in parts]
        form = forms[0] if len(forms) == 1 else "no one restriction"
        if form not in _ALLOWED_RESTRICTIONS[position]:
            self._refuse(axiom, f"has owl:{form} in {position} position (Profiles, 4.2.3)")
            return
        value = parts[OWL + form][0]
        if form == "hasValue":
            return
        if form in {"maxCardinality", "maxQualifiedCardinality"}:
            if not (isinstance(value, Literal) and value.value in {"0", "1"}):
                self._refuse(axiom, f"has owl:{form} above 1 (Profiles, 4.2.3)")
            if parts[OWL + "onProperty"][0] in self.composite_properties():
                self._refuse(
                    axiom,
                    "counts the composite property",
                    parts[OWL + "onProperty"][0],
                    "(Structural, 11.2)",
                )
            fillers = parts.get(OWL + "onClass", []) + parts.get(OWL + "onDataRange", [])
            filler_position: Position = "sub"
        else:
            fillers = [value]
            filler_position = position
        for filler in fillers:
            if kind == "DatatypeProperty":
                self._check_data_range(filler, axiom)
            # Profiles, section 4.2.3: some and counted fillers may be owl:Thing, all may not.
            elif form == "allValuesFrom" or filler != NamedNode(OWL + "Thing"):
                self._check_class(filler, filler_position, axiom)

    def _is_data_range(self, node: object) -> bool:
        named = isinstance(node, NamedNode) and node.value in _DATATYPES
        return named or "Datatype" in self.kinds.get(node, ())

    def _check_data_range(self, node: object, axiom: str) -> None:
        """Profiles, section 4.2.2: a datatype of the list or an intersection of such."""
        members = self.objects.get(node, {}).get(OWL + "intersectionOf")
        if isinstance(node, BlankNode) and members:
            for member in self._list(members[0]):
                self._check_data_range(member, axiom)
        elif not (isinstance(node, NamedNode) and self._is_data_range(node)):
            self._refuse(axiom, "has", node, "as a data range (Profiles, 4.2.1, 4.2.2)")

    # -------------------------------------------------------------- property chains

    def _hierarchy(self) -> tuple[set[tuple[object, object]], set[tuple[object, object]]]:
        """Return (below, above) pairs: of plain inclusions, and of links that must stand below."""
        plain: set[tuple[object, object]] = set()
        strict: set[tuple[object, object]] = set()
        for t in self.triples:
            subject, object_ = self._named(t.subject), self._named(t.object)
            if t.predicate.value == RDFS + "subPropertyOf":
                plain.add((subject, object_))
            elif t.predicate.value in {OWL + "equivalentProperty", OWL + "inverseOf"}:
                plain |= {(subject, object_), (object_, subject)}
            elif t.predicate.value == OWL + "propertyChainAxiom":
                links = [self._named(link) for link in self._list(t.object)]
                strict |= {(link, subject) for link in self._chain_below(subject, links)}
        return plain, strict

    def _named(self, term: object) -> object:
        """Return the property of which a blank node is the inverse, or the term itself."""
        if isinstance(term, BlankNode) and self.objects[term][OWL + "inverseOf"]:
            return self.objects[term][OWL + "inverseOf"][0]
        return term

    @staticmethod
    def _chain_below(top: object, links: list[object]) -> list[object]:
        """Return the links that must stand below the property that a chain implies."""
        if links == [top, top]:
            return []
        if links and links[0] == top:
            return links[1:]
        if links and links[-1] == top:
            return links[:-1]
        return links

    def composite_properties(self) -> set[object]:
        """Return the properties that are not simple: Structural Specification, section 11.1."""
        plain, _ = self._hierarchy()
        composite = {
            self._named(t.subject)
            for t in self.triples
            if t.predicate.value == OWL + "propertyChainAxiom"
            or t.object == NamedNode(OWL + "TransitiveProperty")
        }
        return _reachable(composite, plain)

    def _check_chains(self) -> None:
        """Structural Specification, section 11.2: an order of the properties must exist.

        As in Horrocks, Kutz and Sattler, "The Even More Irresistible SROIQ" (2006), plain
        inclusions belong to the order too: without them a cycle through two inclusions and two
        chains would pass, and the language of such properties is not regular.
        """
        plain, strict = self._hierarchy()
        for below, above in sorted(strict, key=str):
            if below in _reachable({above}, plain | strict):
                self._refuse(
                    above,
                    "has a property chain through",
                    below,
                    "which it is itself below: not regular (Structural, 11.2)",
                )
        composite = self.composite_properties()
        for t in self.triples:
            iri = t.object.value if isinstance(t.object, NamedNode) else ""
            if iri in _ONLY_SIMPLE and self._named(t.subject) in composite:
                self._refuse(
                    t.subject, f"is a {iri.removeprefix(OWL)} and composite (Structural, 11.2)"
                )
            if t.predicate.value == OWL + "propertyDisjointWith":
                for term in composite.intersection((t.subject, t.object)):
                    self._refuse(
                        term, "is disjoint with a property and composite (Structural, 11.2)"
                    )


def _reachable(starts: set[object], pairs: set[tuple[object, object]]) -> set[object]:
    """Return the starts with everything that pairs lead to from them."""
    next_of: defaultdict[object, set[object]] = defaultdict(set)
    for source, target in pairs:
        next_of[source].add(target)
    found, todo = set(starts), list(starts)
    while todo:
        new = next_of[todo.pop()] - found
        found |= new
        todo += new
    return found


def _local(term: object, namespace: str) -> str:
    """Return the name of a term within a namespace, or nothing if it is not in it."""
    if isinstance(term, NamedNode) and term.value.startswith(namespace):
        return term.value.removeprefix(namespace)
    return ""


def _show(term: object) -> str:
    """Return a term as a reader knows it: with a prefix where there is one."""
    if not isinstance(term, NamedNode):
        return str(term)
    for prefix, base in PREFIXES.items():
        if term.value.startswith(base):
            return f"{prefix}:{term.value.removeprefix(base)}"
    return str(term)
