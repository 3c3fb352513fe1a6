"""The live Hub: its list of models, and the bases and datasets that they name.

One reading of the Hub is a *run*: the list of models, of datasets where all models are read,
the works that models name and no list holds, and what an earlier run had and this one lacks.
All of it is kept as it came (see ``hub_state``), and records are made from what is kept; so
a run that was interrupted gives what one that was not gives.
"""

from __future__ import annotations

import hashlib
import time
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING

from licet_ingest.sources.hub_client import HubClient
from licet_ingest.sources.hub_listing import PAGE_ITEMS, Selection, iso
from licet_ingest.sources.hub_lookup import FOUND, MAX_LOOKUPS, stored
from licet_ingest.sources.hub_reading import RunReading
from licet_ingest.sources.hub_records import (
    Chunk,
    answered,
    id_of,
    names_of,
    recorded,
    unread_fault,
)
from licet_ingest.sources.hub_state import (
    FULL,
    UPDATE,
    Run,
    RunState,
    digest_of,
    forget_before,
    latest_run,
    open_run,
)
from licet_ontology.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from licet_ingest.sources import SourceItem
    from licet_ingest.sources.hub_lookup import Key
    from licet_ingest.sources.hub_records import Line

OVERLAP = timedelta(hours=1)
"""An update reads this much of what the run before it may have read: clocks differ."""
_CHUNK_RECORDS = 5_000


class HubSource:
    """The models of the Hub, or a selection of them, with the works that they name.

    Of the list of all datasets, only those that models name are records of this source.

    Args:
        state: The folder where what is read is kept.
        selection: Which models.
        client: Whom to ask; by default the Hub that ``HF_ENDPOINT`` names.
        mode: ``full`` reads the list of models, ``update`` what changed since the last run.
        fresh: Begin anew, whatever an earlier run has read without a snapshot made of it.
        lookups: Works asked for one by one at most.
        page_items: Records asked for per page.
        say: Told of progress.
        now: The clock.
        monotonic: A clock of seconds that never goes back.
    """

    def __init__(
        self,
        state: Path,
        selection: Selection | None = None,
        *,
        client: HubClient | None = None,
        mode: str = FULL,
        fresh: bool = False,
        lookups: int = MAX_LOOKUPS,
        page_items: int = PAGE_ITEMS,
        say: Callable[[str], None] = lambda _: None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.selection = selection or Selection()
        self._client = client or HubClient(say=say)
        self._folder = state / digest_of([self._client.endpoint, self.selection.name])[:16]
        self._mode = mode
        self._fresh = fresh
        self._lookups = lookups
        self._page_items = page_items
        self._say = say
        self._now = now
        self._monotonic = monotonic
        self._run: Run | None = None
        self._hash: tuple[str, int] | None = None

    @property
    def name(self) -> str:
        """The name of the selection, as in ``hub:?author=google``."""
        return self.selection.name

    def describe(self) -> dict[str, str | int | None]:
        """Return name, address, SHA-256 and bytes of all records together, and when they came.

        ``lists_all`` is there if it is all models of the Hub: what it lacks is gone.

        Raises:
            SourceError: The Hub cannot be read.
        """
        run = self._fetched()
        if self._hash is None:
            for _ in self._hashed(recorded(run)):
                pass
        assert self._hash is not None  # noqa: S101 - all lines have gone into it
        sha256, size_bytes = self._hash
        heads = [head for member in run.chain() for head in member.models.heads]
        return {
            "name": self.name,
            "address": self._client.endpoint,
            "sha256": sha256,
            "bytes": size_bytes,
            "modified": max((head.fetched for head in heads), default=run.state.started),
            "lists_all": "model" if self.selection.whole else None,
            "retrieved_from": min((head.fetched for head in heads), default=run.state.started),
        }

    def items(self) -> Iterator[SourceItem]:
        """Read the Hub, or go on reading it, and yield one item per record.

        Raises:
            SourceError: The Hub cannot be read; what was read is kept.
        """
        for chunk in self.chunks():
            yield from chunk.items()

    def chunks(self) -> Iterator[Chunk]:
        """Read the Hub, or go on reading it, and yield its records in stretches.

        Raises:
            SourceError: The Hub cannot be read; what was read is kept.
        """
        run = self._fetched()
        aliases, _ = names_of(run)
        lines = self._hashed(recorded(run))
        while part := tuple(islice(lines, _CHUNK_RECORDS)):
            yield Chunk(part, aliases)
        kept = {(kind, id_of(line)) for kind, _, line in answered(run)}
        unread = (at for at in stored(run.lookups) if at.outcome != FOUND and at.key not in kept)
        yield Chunk((), {}, tuple(map(unread_fault, unread)))

    def aliases(self) -> dict[Key, str]:
        """Return the present id of each work that others name by an older or misspelt one."""
        return names_of(self._fetched())[0]

    def settle(self) -> None:
        """Note that a snapshot was made of what was read, and forget what it replaces."""
        run = self._fetched()
        run.mark(fetched=True, built=True)
        forget_before(run)

    def _hashed(self, lines: Iterable[Line]) -> Iterator[Line]:
        """Yield what is given, and know its hash and size at the end."""
        digest = hashlib.sha256()
        size_bytes = 0
        for kind, place, line in lines:
            digest.update(b"%s %s\n" % (kind.encode(), line))
            size_bytes += len(line)
            yield kind, place, line
        self._hash = digest.hexdigest(), size_bytes

    ################################################################ reading

    def _fetched(self) -> Run:
        """Return a run of which everything has been read."""
        if self._run is None:
            run = self._open()
            if not run.state.fetched:
                base = run.state.base
                RunReading(
                    client=self._client,
                    run=run,
                    base=None if base is None else open_run(self._folder, base),
                    selection=self.selection,
                    lookups=self._lookups,
                    page_items=self._page_items,
                    say=self._say,
                    now=self._now,
                    monotonic=self._monotonic,
                ).read()
            self._run = run
        return self._run

    def _open(self) -> Run:
        """Return the run to go on with, or a new one."""
        latest = latest_run(self._folder)
        if self._fresh:
            latest = self._usable(latest)
        if latest is not None and latest.state.mode == UPDATE and self._mode == FULL:
            if not latest.state.fetched:
                latest = self._dropped(latest)
        elif latest is not None and not latest.state.built:
            how_far = "not been built" if latest.state.fetched else "not been finished"
            self._say(
                f"hub: the {latest.state.mode} run begun {latest.state.started} has {how_far}: "
                "going on with it (--fresh begins anew)"
            )
            return latest
        return self._new_run(latest)

    def _usable(self, run: Run | None) -> Run | None:
        """Return the newest run that is whole and that a snapshot was made of; drop newer ones."""
        while run is not None:
            try:
                run.chain()
            except SourceError:
                self._say(f"hub: {run.folder} is not whole, so what it had is forgotten")
            else:
                if run.state.built:
                    return run
            run = self._dropped(run)
        return None

    def _dropped(self, run: Run) -> Run | None:
        run.discard()
        return None if run.state.base is None else open_run(self._folder, run.state.base)

    def _new_run(self, base: Run | None) -> Run:
        since = None
        if self._mode == UPDATE and base is None:
            self._say(f"hub: nothing is kept of {self.name}, so all of it is read")
        # What changed among the first so many cannot be asked for.
        elif self._mode == UPDATE and base and base.models.heads and not self.selection.limit:
            # Not the newest change that is known: another may have come while the list was read,
            # behind the page where it would have stood.
            since = iso(datetime.fromisoformat(base.models.heads[0].fetched) - OVERLAP)
        state = RunState(
            mode=UPDATE if since else FULL,
            number=base.state.number + 1 if base else 1,
            base=base.state.number if base else None,
            since=since,
            started=iso(self._now()),
        )
        Run(self._folder, state).discard()  # what a kill may have left of one
        run = Run(self._folder, state)
        run.mark(fetched=False)
        return run
