"""RDF nodes as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, Literal, NamedNode

if TYPE_CHECKING:
    from pyoxigraph import Triple


def text_of(node: NamedNode | BlankNode | Literal | Triple) -> str:
    """Return an IRI, a blank node's name or a literal's lexical form; a triple as N-Triples."""
    return node.value if isinstance(node, (NamedNode, BlankNode, Literal)) else str(node)
