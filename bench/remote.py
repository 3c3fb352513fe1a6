"""Each saved question to the snapshot and to another SPARQL server with its dump; print a table.

``python -m bench.remote [--data DIR] [--server oxigraph|virtuoso | --url URL]``: a server named is
started on the dump of the snapshot in force; one at an address must hold it already.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pyoxigraph import Literal, NamedNode, QuerySolutions, RdfFormat

from bench.sparql_servers import SERVERS
from licet_ontology.errors import LicetError
from licet_ontology.terms import XSD
from licet_queries.library import public_queries
from licet_service.dataset import Dataset, bind
from licet_service.remote import RemoteSnapshot, RemoteStore

if TYPE_CHECKING:
    from licet_queries.library import SavedQuery
    from licet_service.dataset import OpenSnapshot

BOOLEANS = {"1": "true", "0": "false"}
Rows = list[tuple[Any, ...]]


def main() -> None:
    """Ask both and print what differs and what it takes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("licet-data"))
    parser.add_argument("--server", choices=sorted(SERVERS), default="oxigraph")
    parser.add_argument("--url")
    options = parser.parse_args()
    opened = Dataset(options.data).latest()
    with ExitStack() as stack:
        url = options.url
        if not url:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            opened.store.dump(str(folder / "licet.nq"), format=RdfFormat.N_QUADS)
            url = stack.enter_context(SERVERS[options.server](folder / "licet.nq", folder))
        remote = RemoteSnapshot(RemoteStore(url))
        print("| question | answer | rows | snapshot | server |\n|---|---|---|---|---|")
        for query in public_queries():
            print(_compared(query, opened, remote), flush=True)


def _compared(query: SavedQuery, opened: OpenSnapshot, remote: RemoteSnapshot) -> str:
    expected, ours_s = _timed(query, opened)
    try:
        found, theirs_s = _timed(query, remote)
    except LicetError as error:
        return f"| {query.name} | FAILED: {str(error)[:120]} | {len(expected)} | | |"
    same = "the same" if found == expected else "DIFFERENT"
    times = f"{ours_s * 1000:.0f} ms | {theirs_s * 1000:.0f} ms"
    return f"| {query.name} | {same} | {len(found)} | {times} |"


def _timed(query: SavedQuery, asked: OpenSnapshot | RemoteSnapshot) -> tuple[Rows, float]:
    started = time.perf_counter()
    rows = answer_rows(query, asked)
    return rows, time.perf_counter() - started


def answer_rows(query: SavedQuery, asked: OpenSnapshot | RemoteSnapshot) -> Rows:
    """Return the answer to a saved question with the examples of its parameters, sorted."""
    given = bind(query, {p.name: p.example for p in query.parameters})
    answer = asked.query(query.text, substitutions=given)
    assert isinstance(answer, QuerySolutions)
    names = [variable.value for variable in answer.variables]
    # Sorted, because text is collated otherwise from server to server.
    return sorted((tuple(same_value(row[name]) for name in names) for row in answer), key=repr)


def same_value(term: object) -> object:
    """Return a term, or one text for the ways in which servers write it.

    Virtuoso returns truth values as the numbers 0 and 1, and no binding as an empty text.
    """
    if isinstance(term, Literal):
        if term.datatype.value == f"{XSD}boolean":
            return BOOLEANS.get(term.value, term.value)
        if term.datatype.value == f"{XSD}integer":
            return BOOLEANS.get(term.value, term.value)
        return (term.value, term.language) if term.value else None
    return term.value if isinstance(term, NamedNode) else term


if __name__ == "__main__":
    main()
