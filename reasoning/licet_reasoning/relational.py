"""The closure as a fixpoint of joins, in SQL that an embedded engine and a cluster both run.

It gives what `closure.reaching` gives. A row of ``reached`` says that the facts of a bitset's
word reach a work from a state of the automaton. Semi-naive: each round pushes only what the
last one added along the edges, and keeps what was not there before.
"""

from __future__ import annotations

import importlib
import re
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Protocol

import numpy as np
import pyarrow as pa

from licet_ontology.errors import SourceError, UsageError
from licet_reasoning.closure import reaching

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from contextlib import AbstractContextManager

    from licet_reasoning.automaton import Automaton
    from licet_reasoning.closure import Closure, Lineage

ADDED: Final = """
WITH pushed AS (
  SELECT edge.child AS work, step.state AS state, added.word AS word, bit_or(added.bits) AS bits
  FROM added
  JOIN edge ON edge.parent = added.work
  JOIN step ON step.relation = edge.relation AND step.target = added.state
  GROUP BY edge.child, step.state, added.word
)
SELECT pushed.work AS work, pushed.state AS state, pushed.word AS word,
       pushed.bits & ~bit_or(coalesce(reached.bits, 0)) AS bits
FROM pushed
LEFT JOIN reached ON reached.work = pushed.work AND reached.state = pushed.state
                 AND reached.word = pushed.word
GROUP BY pushed.work, pushed.state, pushed.word, pushed.bits
HAVING (pushed.bits & ~bit_or(coalesce(reached.bits, 0))) <> 0
"""
"""What a round adds.

``pushed`` is what reaches the children of works that something new reached, through one
derivation; what was there before is taken off.
"""


COMPACTED_PARTS: Final = 16
"""Of Spark, the answers of rounds that lie side by side before they are made one table."""


class SqlEngine(Protocol):
    """Tables by name, and SQL over them."""

    def load(self, name: str, rows: pa.Table) -> None:
        """Let a table be known by a name."""

    def keep(self, name: str, query: str) -> int:
        """Replace a table by the answer to a query, and return its number of rows."""
        ...

    def append(self, name: str, other: str) -> None:
        """Add the rows of another table to a table."""

    def read(self, name: str) -> pa.Table:
        """Return the rows of a table."""
        ...


def closure_named(name: str) -> Closure:
    """Return the closure that a name on the command line means.

    Args:
        name: ``bitsets``, ``duckdb``, ``spark://HOST:PORT`` (a cluster) or ``spark:local[N]``
            (Spark in this machine, with N threads).

    Raises:
        UsageError: There is none of that name, or what it needs is not installed.
    """
    if name == "bitsets":
        return reaching
    if name == "duckdb":
        _imported("duckdb", "duckdb")
        return partial(reaching_by_joins, engine=_duckdb)
    local = re.fullmatch(r"spark:(local\[(?:\d+|\*)\])", name)
    if local or re.fullmatch(r"spark://[^/\s]+:\d+", name):
        _imported("pyspark.sql", "spark")
        return partial(reaching_by_joins, engine=partial(_spark, local[1] if local else name))
    raise UsageError(
        f"no closure {name!r}: choose bitsets, duckdb, spark://HOST:PORT or spark:local[N]"
    )


def reaching_by_joins(
    lineage: Lineage,
    automaton: Automaton,
    *,
    engine: Callable[[], AbstractContextManager[SqlEngine]],
) -> np.ndarray:
    """Return the facts that reach each work from each state of the automaton.

    Args:
        lineage: The works.
        automaton: Their lineage relations.
        engine: Opens what runs the joins.

    Returns:
        Bitsets of facts, shape (states, works, words), uint64.
    """
    reached = np.zeros((len(automaton.step), *lineage.own.shape), dtype=np.uint64)
    reached[automaton.accepts] = lineage.own
    if not len(lineage.child):
        return reached
    state, relation = np.nonzero(automaton.step)
    steps = {"state": state, "relation": relation, "target": automaton.step[state, relation]}
    edges = {"child": lineage.child, "relation": lineage.relation, "parent": lineage.parent}
    begin = _stated(lineage, automaton)
    with engine() as tables:
        tables.load("step", _table(steps))
        tables.load("edge", _table(edges))
        tables.load("reached", begin)
        tables.load("added", begin)
        while tables.keep("added", ADDED):
            tables.append("reached", "added")
        found = tables.read("reached")
    work, state, word = (found[name].to_numpy() for name in ("work", "state", "word"))
    np.bitwise_or.at(reached, (state, work, word), found["bits"].to_numpy().view(np.uint64))
    return reached


def _stated(lineage: Lineage, automaton: Automaton) -> pa.Table:
    """Return what works that others derive from state themselves, from each accepting state."""
    parents = np.unique(lineage.parent)
    row, word = np.nonzero(lineage.own[parents])
    bits = lineage.own[parents[row], word].view(np.int64)
    states = np.flatnonzero(automaton.accepts)
    return _table(
        {
            "work": np.repeat(parents[row], len(states)),
            "state": np.tile(states, len(row)),
            "word": np.repeat(word, len(states)),
            "bits": np.repeat(bits, len(states)),
        }
    )


def _table(columns: dict[str, np.ndarray]) -> pa.Table:
    return pa.table(
        {
            name: pa.array(values.astype(np.int64 if name == "bits" else np.int32))
            for name, values in columns.items()
        }
    )


def _imported(module: str, extra: str) -> Any:
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise UsageError(
            f"this closure needs {module.partition('.')[0]}: pip install 'licet[{extra}]'"
        ) from error


class _DuckDb:
    """DuckDB in this process."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def load(self, name: str, rows: pa.Table) -> None:
        self._connection.register(f"given_{name}", rows)
        self._connection.execute(f"CREATE TABLE {name} AS FROM given_{name}")
        self._connection.unregister(f"given_{name}")

    def keep(self, name: str, query: str) -> int:
        created = self._connection.execute(f"CREATE OR REPLACE TABLE {name} AS {query}")
        return int(created.fetchone()[0])

    def append(self, name: str, other: str) -> None:
        self._connection.execute(f"INSERT INTO {name} FROM {other}")

    def read(self, name: str) -> pa.Table:
        return self._connection.sql(f"FROM {name}").to_arrow_table()


@contextmanager
def _duckdb() -> Generator[SqlEngine]:
    with _imported("duckdb", "duckdb").connect() as connection:
        yield _DuckDb(connection)


class _Spark:
    """A Spark session, its tables held by its executors."""

    def __init__(self, session: Any) -> None:
        self._session = session
        # Tables of former rounds go only when Java collects them, too late for its heap.
        self._level = _imported("pyspark", "spark").StorageLevel.DISK_ONLY
        self._parts: dict[str, list[Any]] = {}

    def load(self, name: str, rows: pa.Table) -> None:
        self._show(name, [self._held(self._session.createDataFrame(rows))[0]])

    def keep(self, name: str, query: str) -> int:
        rows, number = self._held(self._session.sql(query))
        self._show(name, [rows])
        return number

    def append(self, name: str, other: str) -> None:
        parts = self._parts[name] + self._parts[other]
        if len(parts) > COMPACTED_PARTS:
            processors = self._session.sparkContext.defaultParallelism
            parts = [self._held(_union(parts).coalesce(processors))[0]]
        self._show(name, parts)

    def read(self, name: str) -> pa.Table:
        return _union(self._parts[name]).toArrow()

    def _held(self, rows: Any) -> tuple[Any, int]:
        """Return rows as they are now, or each round would compute all former ones again.

        And their number: they are counted in a cache first, because a checkpoint keeps the size
        that the planner expects. Of a join that is the product of its sides, a number with twice
        the digits and more from round to round, which fills the heap before fifty rounds.
        """
        number = int(rows.persist(self._level).count())
        held = rows.localCheckpoint(storageLevel=self._level)
        rows.unpersist()
        return held, number

    def _show(self, name: str, parts: list[Any]) -> None:
        self._parts[name] = parts
        _union(parts).createOrReplaceTempView(name)


def _union(parts: list[Any]) -> Any:
    whole = parts[0]
    for part in parts[1:]:
        whole = whole.unionAll(part)
    return whole


@contextmanager
def _spark(master: str) -> Generator[SqlEngine]:
    sql = _imported("pyspark.sql", "spark")
    builder = sql.SparkSession.builder.master(master).appName("licet")
    builder = builder.config("spark.ui.enabled", "false").config("spark.driver.maxResultSize", "0")
    if not master.startswith("spark:"):
        # Rounds are many and most are small: the default of 200 tasks each takes ten times as long.
        builder = builder.config("spark.sql.shuffle.partitions", "8")
    try:
        session = builder.getOrCreate()
    except Exception as error:
        raise SourceError(f"cannot start Spark at {master}: {error}") from error
    try:
        yield _Spark(session)
    finally:
        session.stop()
