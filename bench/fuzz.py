"""Queries by chance from the grammar of SPARQL: ``python -m bench.fuzz --data DIR``.

Most are valid, some are damaged afterwards. A service passes if each answer has a status that the
documentation names, none is an internal error, and it answers as before at the end.
"""

from __future__ import annotations

import argparse
import random
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from bench.server import serving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

EXPECTED = {200, 400, 403, 406, 413, 429, 503, 504, 507}
PREDICATES = ["a", "licet:license", "licet:reuses", "rdfs:label", "licet:situation", "?p", "<a:b>"]
NODES = ["license:mit", "model:a%2Fb", "<https://w3id.org/licet/license/mit>", "_:b", "[]", "<x>"]
LITERALS = [
    '"x"',
    '"é\\n\\""@en',
    "'''long ''\n'''",
    "1",
    "-1.5",
    "1e400",
    "true",
    '"2026-01-01T00:00:00Z"^^xsd:dateTime',
    '"x"^^<a:type>',
    "9" * 60,
    '"' + "\\u0041" * 20 + '"',
]
FUNCTIONS = ["STR", "LANG", "DATATYPE", "IRI", "ABS", "STRLEN", "UCASE", "MD5", "SHA512", "isBLANK"]
AGGREGATES = ["COUNT", "SUM", "MIN", "MAX", "AVG", "SAMPLE", "GROUP_CONCAT"]
OPERATORS = ["=", "<", "+", "*", "/", "&&", "||"]
NOISE = ["{", "}", "(", ")", '"', "<", "\\", "\0", "\u202e", "😀", "?", ".", "%"]
FORMATS = ["json", "xml", "csv", "tsv", "turtle", "nt", "rdf", "json-ld", "nq", "trig"]


class Grammar:
    """Makes queries; the same seed makes the same ones."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self._depth = 0

    def query(self) -> str:
        """Return a query."""
        c = self._chance
        form = c.choice([self._select, self._select, self._ask, self._construct, self._describe])
        text = self._prologue() + form() + self._values()
        return self._damaged(text) if c.random() < 0.15 else text

    def format(self) -> str:
        """Return a format to ask for."""
        return self._chance.choice(FORMATS)

    def _any(self, *makers: Callable[[], str]) -> str:
        return self._chance.choice(makers)()

    def _many(self, maker: Callable[[], str], least: int, most: int, between: str = " ") -> str:
        return between.join(maker() for _ in range(self._chance.randint(least, most)))

    def _var(self) -> str:
        return "?" + self._chance.choice("abcdefgxyz")

    def _iri(self) -> str:
        return self._chance.choice(["<a:b>", "license:mit", "<https://w3id.org/licet/graph/hub>"])

    def _node(self) -> str:
        return self._any(self._var, self._var, lambda: self._chance.choice(NODES), self._collection)

    def _collection(self) -> str:
        return "(" + self._many(self._var, 0, 4) + ")"

    def _object(self) -> str:
        return self._any(self._node, self._node, lambda: self._chance.choice(LITERALS))

    def _prologue(self) -> str:
        return self._chance.choice(
            ["", "", "BASE <http://e.example/> ", "PREFIX x: <a:> ", "# c\n"]
        )

    def _select(self) -> str:
        c = self._chance
        if c.random() < 0.3:
            shown = f"({c.choice(AGGREGATES)}({self._var()}) AS ?n) {(v := self._var())}"
            return f"SELECT {shown} {self._dataset()}{self._where()} GROUP BY {v}{self._modifier()}"
        shown = c.choice(["*", self._many(self._var, 1, 3), f"({self._expression()} AS ?e)"])
        distinct = c.choice(["", "DISTINCT ", "REDUCED "])
        return f"SELECT {distinct}{shown} {self._dataset()}{self._where()}{self._modifier()}"

    def _ask(self) -> str:
        return f"ASK {self._dataset()}{self._where()}"

    def _construct(self) -> str:
        head = self._many(self._triple, 0, 3, " . ")
        return f"CONSTRUCT {{ {head} }} {self._where()} LIMIT {self._chance.randint(0, 50)}"

    def _describe(self) -> str:
        return f"DESCRIBE {self._iri()} {self._chance.choice(['', self._where() + ' LIMIT 3'])}"

    def _dataset(self) -> str:
        return self._chance.choice(
            ["", "", "", f"FROM {self._iri()} ", f"FROM NAMED {self._iri()} "]
        )

    def _where(self) -> str:
        return "WHERE " + self._group()

    def _group(self) -> str:
        self._depth += 1
        try:
            if self._depth > 6:
                return "{ }"
            return "{ " + self._many(self._part, 0 if self._depth > 3 else 1, 3) + " }"
        finally:
            self._depth -= 1

    def _part(self) -> str:
        return self._any(
            self._triples,
            self._triples,
            self._triples,
            lambda: f"OPTIONAL {self._group()}",
            lambda: f"{self._group()} UNION {self._group()}",
            lambda: f"MINUS {self._group()}",
            lambda: f"GRAPH {self._any(self._var, self._iri)} {self._group()}",
            lambda: f"FILTER({self._expression()})",
            lambda: f"FILTER {self._chance.choice(['', 'NOT '])}EXISTS {self._group()}",
            lambda: f"BIND({self._expression()} AS ?n{self._chance.randint(0, 99)})",
            lambda: "{ " + self._select() + " }",
            self._values,
            lambda: "" if self._chance.random() < 0.8 else f"SERVICE {self._iri()} {{ }}",
        )

    def _triples(self) -> str:
        return self._many(self._triple, 1, 3, " . ") + " ."

    def _triple(self) -> str:
        return f"{self._node()} {self._path()} {self._object()}"

    def _path(self) -> str:
        def predicate() -> str:
            return self._chance.choice(PREDICATES)

        def step() -> str:
            return self._chance.choice(["a", "licet:reuses", "^licet:license", "!rdfs:label"])

        return self._any(
            predicate,
            predicate,
            predicate,
            lambda: self._many(step, 2, 4, "/"),
            lambda: self._many(step, 2, 3, "|"),
            lambda: f"({step()}){self._chance.choice('*+?')}",
        )

    def _expression(self) -> str:
        self._depth += 1
        try:
            if self._depth > 6:
                return self._var()

            def two() -> tuple[str, str]:
                return self._expression(), self._expression()

            return self._any(
                self._var,
                lambda: self._chance.choice(LITERALS),
                lambda: f" {self._chance.choice(['=', '<', '+', '*', '/', '&&', '||'])} ".join(
                    two()
                ),
                lambda: f"{self._chance.choice(FUNCTIONS)}({self._expression()})",
                lambda: f"!({self._expression()})",
                lambda: f"IF({self._expression()}, {self._var()}, 1)",
                lambda: f'REGEX(STR({self._var()}), "(a+)+$")',
                lambda: f"CONCAT({', '.join(two())})",
                lambda: f"COALESCE({', '.join(two())})",
                lambda: f"{self._var()} IN ({', '.join(two())})",
                lambda: f"<{self._chance.choice(['a:f', 'http://e.example/f'])}>({self._var()})",
            )
        finally:
            self._depth -= 1

    def _values(self) -> str:
        if self._chance.random() < 0.8:
            return ""
        return f" VALUES {self._var()} {{ {self._chance.choice(['1 UNDEF', '<a:b>', '', '1'])} }}"

    def _modifier(self) -> str:
        c = self._chance
        order = c.choice(["", f" ORDER BY {self._var()}", f" ORDER BY DESC({self._expression()})"])
        limit = c.choice([" LIMIT 10", " LIMIT 1000", " LIMIT 5 OFFSET 3", " LIMIT 0", ""])
        return order + limit

    def _damaged(self, text: str) -> str:
        c = self._chance
        for _ in range(c.randint(1, 3)):
            at = c.randrange(len(text) + 1)
            noise = c.choice(
                ["{", "}", "(", ")", '"', "<", "\\", "\0", "\u202e", "😀", "?", ".", "%"]
            )
            text = c.choice([text[:at], text[:at] + noise + text[at:], text[:at] + text[at + 1 :]])
        return text


def requests(seed: int, count: int) -> Iterator[dict[str, str]]:
    """Yield the parameters of so many requests."""
    grammar = Grammar(seed)
    for _ in range(count):
        yield {"query": grammar.query(), "format": grammar.format()}


def fuzz(url: str, seed: int, count: int, clients: int = 4) -> tuple[Counter[str], list[str]]:
    """Send so many queries; return how they were answered, and those answered wrongly."""
    outcomes: Counter[str] = Counter()
    wrong: list[str] = []
    lock = threading.Lock()

    def ask(parameters: dict[str, str]) -> None:
        connection = HTTPConnection(url.removeprefix("http://"), timeout=60)
        try:
            body = urlencode(parameters).encode(errors="replace")
            headers = {"Content-Type": "application/x-www-form-urlencoded"}
            connection.request("POST", "/sparql", body, headers)
            response = connection.getresponse()
            outcome = str(response.status)
            if response.status not in EXPECTED:
                raise AssertionError(f"{response.status} {response.read(300)!r}")
            response.read()
        except (HTTPException, ValueError):
            outcome = "broken off"  # after its beginning had been sent
        except (AssertionError, OSError) as error:
            outcome = "wrong"
            with lock:
                wrong.append(f"{error}: {parameters}")
        finally:
            connection.close()
        with lock:
            outcomes[outcome] += 1

    with ThreadPoolExecutor(clients) as pool:
        list(pool.map(ask, requests(seed, count)))
    return outcomes, wrong


def main() -> int:
    """Fuzz a service of its own, and print how it fared."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--queries", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    settings = {"query_timeout_s": 2, "client_burst_s": 1_000_000}
    with serving(arguments.data, settings) as served:
        started = time.monotonic()
        outcomes, wrong = fuzz(served.url, arguments.seed, arguments.queries)
        took_s = time.monotonic() - started
        connection = HTTPConnection(served.url.removeprefix("http://"), timeout=60)
        connection.request("GET", "/health/ready")
        ready = connection.getresponse().status
        connection.close()
        print(f"{arguments.queries} queries in {took_s:.0f} s: {dict(sorted(outcomes.items()))}")
        print(f"ready at the end: {ready}; {served.memory_bytes() / 1e6:.0f} MB in all")
    for line in wrong[:20]:
        print(line)
    return 1 if wrong or ready != 200 else 0


if __name__ == "__main__":
    sys.exit(main())
