"""Whether an ontology keeps to the OWL 2 RL profile and to the global restrictions of OWL 2 DL.

The checks read the RDF graph by the mapping of "OWL 2 Mapping to RDF Graphs" (second edition,
2012) and follow two specifications of the same series: "Profiles", section 4, for the axioms and
class expressions of OWL 2 RL, and "Structural Specification", sections 5.8 and 11, for what
OWL 2 DL asks of declarations and of property chains.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING
from typing import Literal as OneOf

from pyoxigraph import BlankNode, Literal, NamedNode

from licet_ontology.terms import OWL, PREFIXES, RDF, RDFS, XSD

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pyoxigraph import Triple

Pair = tuple[object, object]
Position = OneOf["sub", "super", "equivalent"]
"""Where a class expression stands: Profiles, section 4.2.3, allows different ones in each."""


def _terms(namespace: str, names: str) -> frozenset[str]:
    """Return the IRIs of names that spaces separate."""
    return frozenset(namespace + name for name in names.split())


_PROPERTY_KINDS = ("ObjectProperty", "DatatypeProperty", "AnnotationProperty")
_KINDS = frozenset({"Class", "NamedIndividual", "Datatype", *_PROPERTY_KINDS})

# Profiles, section 4.2.1: the datatypes of OWL 2 RL, with RDF 1.1's name of rdf:PlainLiteral.
_DATATYPES = (
    _terms(RDFS, "Literal")
    | _terms(RDF, "PlainLiteral XMLLiteral langString")
    | _terms(XSD, "decimal integer nonNegativeInteger nonPositiveInteger positiveInteger")
    | _terms(XSD, "negativeInteger long int short byte unsignedLong unsignedInt unsignedShort")
    | _terms(XSD, "unsignedByte float double string normalizedString token language Name NCName")
    | _terms(XSD, "NMTOKEN boolean hexBinary base64Binary anyURI dateTime dateTimeStamp")
)
# Profiles, section 4.2.1: the predefined properties are outside of OWL 2 RL.
_EXCLUDED_PROPERTIES = _terms(
    OWL, "topObjectProperty bottomObjectProperty topDataProperty bottomDataProperty"
)
# Structural Specification, section 5.5.
_ANNOTATION_PROPERTIES = _terms(RDFS, "label comment seeAlso isDefinedBy") | _terms(
    OWL, "deprecated versionInfo priorVersion backwardCompatibleWith incompatibleWith"
)
# Profiles, section 4.2.5: OWL 2 RL has all axioms of OWL 2 apart from these two.
_EXCLUDED_AXIOMS = _terms(OWL, "disjointUnionOf ReflexiveProperty")
# Structural Specification, section 11.2: no composite property may be any of these.
_ONLY_SIMPLE = _terms(
    OWL, "FunctionalProperty InverseFunctionalProperty AsymmetricProperty IrreflexiveProperty"
)
_CHARACTERISTICS = _ONLY_SIMPLE | _terms(OWL, "TransitiveProperty SymmetricProperty")
# Which restrictions may stand where: Profiles, section 4.2.3.
_ALLOWED_RESTRICTIONS: dict[Position, frozenset[str]] = {
    "sub": _terms(OWL, "someValuesFrom hasValue"),
    "super": _terms(OWL, "allValuesFrom hasValue maxCardinality maxQualifiedCardinality"),
    "equivalent": _terms(OWL, "hasValue"),
}
_RESTRICTIONS = (
    _ALLOWED_RESTRICTIONS["sub"]
    | _ALLOWED_RESTRICTIONS["super"]
    | _terms(OWL, "hasSelf minCardinality cardinality minQualifiedCardinality")
    | _terms(OWL, "qualifiedCardinality")
)
# Parts of expressions and of axioms about several things: read with what they are parts of.
_STRUCTURE = (
    _RESTRICTIONS
    | _terms(RDF, "first rest")
    | _terms(OWL, "onProperty onClass onDataRange intersectionOf unionOf complementOf oneOf")
    | _terms(OWL, "datatypeComplementOf onDatatype withRestrictions members distinctMembers")
    | _terms(OWL, "sourceIndividual assertionProperty targetIndividual targetValue")
    | _terms(OWL, "annotatedSource annotatedProperty annotatedTarget")
)
_STRUCTURE_TYPES = _terms(OWL, "Restriction NegativePropertyAssertion Axiom Annotation Ontology")
_COLLECTIONS = _terms(OWL, "AllDisjointClasses AllDisjointProperties AllDifferent")


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
        self.index: defaultdict[object, dict[str, list[object]]] = defaultdict(dict)
        self.kinds: defaultdict[object, set[str]] = defaultdict(set)
        for t in self.triples:
            self.index[t.subject].setdefault(t.predicate.value, []).append(t.object)
            kind = _iri(t.object).removeprefix(OWL).removeprefix(RDFS)
            if t.predicate.value == RDF + "type" and kind in _KINDS:
                self.kinds[t.subject].add(kind)

    def violations(self) -> list[str]:
        self._check_punning()
        for t in self.triples:
            self._check_triple(t.subject, t.predicate.value, t.object)
        self._check_chains()
        return sorted(self.found)

    def _refuse(self, *words: object) -> None:
        self.found.add(" ".join(word if isinstance(word, str) else _show(word) for word in words))

    def _values(self, node: object, predicate: str) -> list[object]:
        return self.index.get(node, {}).get(predicate, [])

    def _list(self, head: object) -> list[object]:
        """Return the members of an RDF collection; a broken or circular one is reported."""
        members: list[object] = []
        seen: set[object] = set()
        while head != NamedNode(RDF + "nil"):
            first, rest = self._values(head, RDF + "first"), self._values(head, RDF + "rest")
            if head in seen or len(first) != 1 or len(rest) != 1:
                self._refuse("the collection at", head, "is broken (Mapping to RDF, 3)")
                break
            seen.add(head)
            members += first
            head = rest[0]
        return members

    # -------------------------------------------------------------- declarations

    def _check_punning(self) -> None:
        """Structural Specification, section 5.8.1: kinds of properties do not mix."""
        for term, kinds in self.kinds.items():
            properties = sorted(kinds.intersection(_PROPERTY_KINDS))
            if len(properties) > 1:
                self._refuse(term, "is both", " and ".join(properties), "(Structural, 5.8.1)")
            if kinds >= {"Class", "Datatype"}:
                self._refuse(term, "is both Class and Datatype (Structural, 5.8.1)")

    def _property_kind(self, term: object) -> str | None:
        """Return the kind of a property, or None after reporting that it has none."""
        term = self._without_inverse(term)
        if _iri(term) in _ANNOTATION_PROPERTIES:
            return "AnnotationProperty"
        if _iri(term) in _EXCLUDED_PROPERTIES:
            self._refuse(term, "is not in OWL 2 RL (Profiles, 4.2.1)")
            return None
        for kind in _PROPERTY_KINDS:
            if kind in self.kinds.get(term, ()):
                return kind
        self._refuse(term, "is used as a property and not declared as one (Structural, 5.8.2)")
        return None

    def _without_inverse(self, term: object) -> object:
        """Return the property of which a blank node is the inverse, or the term itself."""
        inverse = self._values(term, OWL + "inverseOf") if isinstance(term, BlankNode) else []
        return inverse[0] if inverse else term

    def _need_object_property(self, term: object, axiom: str) -> None:
        kind = self._property_kind(term)
        if kind not in {"ObjectProperty", None}:
            self._refuse(axiom, "needs an ObjectProperty, and", term, f"is an {kind}")

    def _need_same_kind(self, left: object, right: object, axiom: str) -> None:
        kinds = self._property_kind(left), self._property_kind(right)
        if None not in kinds and kinds[0] != kinds[1]:
            self._refuse(axiom, "relates", left, f"({kinds[0]}) to", right, f"({kinds[1]})")

    # -------------------------------------------------------------- axioms

    def _check_triple(self, subject: object, predicate: str, object_: object) -> None:
        """Profiles, section 4.2.5: whether a triple is an axiom, or part of one, of OWL 2 RL."""
        name = _show(NamedNode(predicate))
        match name:
            case "rdf:type":
                self._check_type(subject, object_)
            case "rdfs:subClassOf":
                self._check_class(subject, "sub", name)
                self._check_class(object_, "super", name)
            case "owl:disjointWith":
                self._check_class(subject, "sub", name)
                self._check_class(object_, "sub", name)
            case "owl:equivalentClass" if self._is_datatype(subject):
                self._check_data_range(object_, name)
            case "owl:equivalentClass":
                self._check_class(subject, "equivalent", name)
                self._check_class(object_, "equivalent", name)
            case "rdfs:domain" | "rdfs:range":
                kind = self._property_kind(subject)
                if kind == "ObjectProperty" or (kind and name == "rdfs:domain"):
                    self._check_class(object_, "super", name)
                elif kind == "DatatypeProperty":
                    self._check_data_range(object_, name)
            case "rdfs:subPropertyOf" | "owl:equivalentProperty" | "owl:propertyDisjointWith":
                self._need_same_kind(subject, object_, name)
            case "owl:inverseOf":
                for term in (subject, object_):
                    self._need_object_property(term, name)
            case "owl:propertyChainAxiom":
                links = self._list(object_)
                for term in (subject, *links):
                    self._need_object_property(term, name)
                if len(links) < 2:
                    self._refuse(
                        name, "of", subject, "has fewer than two links (Structural, 9.2.1)"
                    )
            case "owl:hasKey":
                self._check_class(subject, "sub", name)
                for term in self._list(object_):
                    if self._property_kind(term) == "AnnotationProperty":
                        self._refuse(name, "of", subject, "holds the AnnotationProperty", term)
            case "owl:sameAs" | "owl:differentFrom":
                if not (_iri(subject) and _iri(object_)):
                    self._refuse(name, "relates a nameless individual (Structural, 11.2)")
            case "owl:imports" | "owl:versionIRI":
                pass
            case _ if predicate in _EXCLUDED_AXIOMS:
                self._refuse(name, "of", subject, "is not in OWL 2 RL (Profiles, 4.2.5)")
            case _ if predicate in _STRUCTURE:
                if _iri(subject):
                    self._refuse(name, "of", subject, "must stand in an expression with no IRI")
            case _:
                self._check_assertion(subject, predicate, object_)

    def _check_type(self, subject: object, class_: object) -> None:
        """Structural Specification, sections 5.8.2, 9.2, 9.3 and 9.6: what a type says."""
        iri = _iri(class_)
        if iri in _EXCLUDED_AXIOMS:
            self._refuse(class_, "of", subject, "is not in OWL 2 RL (Profiles, 4.2.5)")
        elif iri in _CHARACTERISTICS:
            kind = self._property_kind(subject)
            if kind == "DatatypeProperty" and iri == OWL + "FunctionalProperty":
                return
            self._need_object_property(subject, _show(class_))
        elif iri in _COLLECTIONS:
            heads = self._values(subject, OWL + "members")
            for member in (m for head in heads for m in self._list(head)):
                if iri.endswith("Classes"):
                    self._check_class(member, "sub", _show(class_))
                elif iri.endswith("Properties"):
                    self._property_kind(member)
        elif iri.removeprefix(OWL).removeprefix(RDFS) in _KINDS:
            if _iri(subject).startswith((OWL, RDF, RDFS)):
                self._refuse(subject, "is reserved and cannot be declared (Structural, 2.4)")
        elif iri not in _STRUCTURE_TYPES:
            self._check_class(class_, "super", "rdf:type")

    def _check_assertion(self, subject: object, predicate: str, object_: object) -> None:
        """Structural Specification, sections 9.6 and 10.2: facts and annotations."""
        property_ = NamedNode(predicate)
        known = _ANNOTATION_PROPERTIES | _EXCLUDED_PROPERTIES
        if predicate.startswith((OWL, RDF, RDFS)) and predicate not in known:
            self._refuse(property_, "of", subject, "is no axiom of OWL 2 (Mapping to RDF, 3)")
            return
        kind = self._property_kind(property_)
        if kind == "ObjectProperty" and isinstance(object_, Literal):
            self._refuse("the ObjectProperty", property_, "has a literal as value at", subject)
        if kind == "DatatypeProperty" and not isinstance(object_, Literal):
            self._refuse("the DatatypeProperty", property_, "has no literal as value at", subject)
        if isinstance(object_, Literal) and not self._is_datatype(object_.datatype):
            self._refuse(property_, "has a value of", object_.datatype, "(Profiles, 4.2.1)")

    # -------------------------------------------------------------- class expressions

    def _check_class(self, class_: object, position: Position, axiom: str) -> None:
        """Profiles, section 4.2.3: whether a class expression may stand where it stands."""
        if isinstance(class_, NamedNode):
            if class_.value == OWL + "Thing":
                self._refuse(axiom, f"has owl:Thing in {position} position (Profiles, 4.2.3)")
            elif class_.value != OWL + "Nothing" and "Class" not in self.kinds.get(class_, ()):
                self._refuse(
                    class_, "is used as a class and not declared as one (Structural, 5.8.2)"
                )
            return
        parts = self.index.get(class_, {})
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
            self._check_restriction(parts, position, axiom)
        else:
            forms = [_show(NamedNode(p)) for p in parts if p in _STRUCTURE]
            what = ", ".join(forms) or "what is no class expression"
            self._refuse(axiom, "has", what, f"in {position} position (Profiles, 4.2.3)")

    def _check_restriction(
        self, parts: dict[str, list[object]], position: Position, axiom: str
    ) -> None:
        property_ = parts[OWL + "onProperty"][0]
        kind = self._property_kind(property_)
        form = next(iter(sorted(_RESTRICTIONS.intersection(parts))), "")
        value = parts[form][0] if form else None
        where = f"in {position} position (Profiles, 4.2.3)"
        if form not in _ALLOWED_RESTRICTIONS[position]:
            self._refuse(axiom, "has", NamedNode(form or OWL + "Restriction"), where)
        elif form.endswith("ardinality"):
            if not (isinstance(value, Literal) and value.value in {"0", "1"}):
                self._refuse(axiom, "has", NamedNode(form), "above 1", where)
            if self._without_inverse(property_) in self._composite():
                self._refuse(
                    axiom, "counts the composite property", property_, "(Structural, 11.2)"
                )
            fillers = parts.get(OWL + "onClass", []) + parts.get(OWL + "onDataRange", [])
            self._check_fillers(kind, fillers, "sub", axiom)
        elif form == OWL + "allValuesFrom" and value == NamedNode(OWL + "Thing"):
            self._check_class(value, "super", axiom)
        elif form != OWL + "hasValue":
            self._check_fillers(kind, [value], position, axiom)

    def _check_fillers(
        self, kind: str | None, fillers: list[object], position: Position, axiom: str
    ) -> None:
        for filler in fillers:
            if kind == "DatatypeProperty":
                self._check_data_range(filler, axiom)
            elif filler != NamedNode(OWL + "Thing"):
                self._check_class(filler, position, axiom)

    def _is_datatype(self, node: object) -> bool:
        return _iri(node) in _DATATYPES or "Datatype" in self.kinds.get(node, ())

    def _check_data_range(self, node: object, axiom: str) -> None:
        """Profiles, sections 4.2.1 and 4.2.2: a listed datatype or an intersection of such."""
        members = self._values(node, OWL + "intersectionOf")
        if isinstance(node, BlankNode) and members:
            for member in self._list(members[0]):
                self._check_data_range(member, axiom)
        elif not (_iri(node) and self._is_datatype(node)):
            self._refuse(axiom, "has", node, "as a data range (Profiles, 4.2.1, 4.2.2)")

    # -------------------------------------------------------------- property chains

    def _hierarchy(self) -> tuple[set[Pair], set[Pair]]:
        """Return (below, above) pairs: plain inclusions, and links that must stand below."""
        plain: set[Pair] = set()
        strict: set[Pair] = set()
        for t in self.triples:
            subject, object_ = self._without_inverse(t.subject), self._without_inverse(t.object)
            if t.predicate.value == RDFS + "subPropertyOf":
                plain.add((subject, object_))
            elif t.predicate.value in {OWL + "equivalentProperty", OWL + "inverseOf"}:
                plain |= {(subject, object_), (object_, subject)}
            elif t.predicate.value == OWL + "propertyChainAxiom":
                links = self._list(t.object)
                if links == [t.subject, t.subject]:
                    continue
                if links[:1] == [t.subject]:
                    links = links[1:]
                elif links[-1:] == [t.subject]:
                    links = links[:-1]
                strict |= {(self._without_inverse(link), subject) for link in links}
        return plain, strict

    def _composite(self) -> set[object]:
        """Return the properties that are not simple: Structural Specification, section 11.1."""
        composite = {
            self._without_inverse(t.subject)
            for t in self.triples
            if t.predicate.value == OWL + "propertyChainAxiom"
            or _iri(t.object) == OWL + "TransitiveProperty"
        }
        return _reachable(composite, self._hierarchy()[0])

    def _check_chains(self) -> None:
        """Structural Specification, section 11.2: an order of the properties must exist.

        As in Horrocks, Kutz and Sattler, "The Even More Irresistible SROIQ" (2006), plain
        inclusions belong to the order too: without them a cycle through two inclusions and two
        chains would pass, and the language of such properties is not regular.
        """
        plain, strict = self._hierarchy()
        for below, above in strict:
            if below in _reachable({above}, plain | strict):
                self._refuse(
                    "the chains of", above, "and of", below, "need each other (Structural, 11.2)"
                )
        composite = self._composite()
        for t in self.triples:
            subject = self._without_inverse(t.subject)
            if _iri(t.object) in _ONLY_SIMPLE and subject in composite:
                self._refuse(subject, "is composite and an", t.object, "(Structural, 11.2)")
            if t.predicate.value == OWL + "propertyDisjointWith":
                for term in composite.intersection((t.subject, t.object)):
                    self._refuse(term, "is composite and disjoint with another (Structural, 11.2)")


def _reachable(starts: set[object], pairs: set[Pair]) -> set[object]:
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


def _iri(term: object) -> str:
    """Return the IRI of a term, or nothing if it has none."""
    return term.value if isinstance(term, NamedNode) else ""


def _show(term: object) -> str:
    """Return a term as a reader knows it: with a prefix where there is one."""
    iri = _iri(term)
    for prefix, base in PREFIXES.items():
        if iri.startswith(base):
            return f"{prefix}:{iri.removeprefix(base)}"
    return str(term)
