"""What the catalogue says of a license as a whole."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class LicenseFacts:
    """What is said of a license as a whole.

    Attributes:
        iri: Which.
        id: The last part of its IRI.
        label: A few words.
        read: Whether its clauses are in the catalogue.
        families: Labels of the families it belongs to.
        facts: By name of the property, its values.
        evidence: By name of the property, sections and quotes that carry it.
        scopes: By name of the scope, the clauses in it, as IRIs.
    """

    iri: str
    id: str
    label: str
    read: bool
    families: tuple[str, ...]
    facts: dict[str, tuple[str, ...]]
    evidence: dict[str, tuple[tuple[str, str], ...]]
    scopes: dict[str, tuple[str, ...]]

    def says(self, fact: str, *values: str) -> bool:
        """Return whether a fact has one of the values."""
        return not set(values).isdisjoint(self.facts.get(fact, ()))
