"""One run through the Hub: its lists, what they lack, and what has gone since the last run."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from licet_ingest.decoding import parsed_json
from licet_ingest.hub_json import work_record
from licet_ingest.sources.hub_listing import Listing, Selection
from licet_ingest.sources.hub_lookup import CLOSED, GONE, Census, LookingUp, stored
from licet_ingest.sources.hub_records import (
    KINDS,
    answered,
    json_of_kept,
    listed,
    object_of,
    recorded,
    write_names,
)
from licet_ingest.sources.hub_state import FULL, PageHead, Run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from licet_ingest.records import WorkRecord
    from licet_ingest.sources.hub_client import HubClient
    from licet_ingest.sources.hub_lookup import Key

_KEPT_PER_PAGE = 500


@dataclass(frozen=True)
class _Absent:
    """A work that the run before had and this one has not.

    Attributes:
        item: Its JSON then.
        was_listed: Whether it was in a list, or asked for by its id.
    """

    item: dict[str, Any]
    was_listed: bool

    @property
    def removed(self) -> bool:
        """Whether it was known to be gone."""
        return self.item.get("removed") is True


@dataclass
class RunReading:
    """Reads what a run still lacks.

    Attributes:
        client: Whom to ask.
        run: What is read.
        base: The run before it.
        selection: Which models.
        lookups: Works asked for one by one at most.
        page_items: Records asked for per page.
        say: Told of progress.
        now: The clock.
        monotonic: A clock of seconds that never goes back.
    """

    client: HubClient
    run: Run
    base: Run | None
    selection: Selection
    lookups: int
    page_items: int
    say: Callable[[str], None]
    now: Callable[[], datetime]
    monotonic: Callable[[], float]

    def read(self) -> None:
        """Read all that is missing, and note that nothing is.

        Raises:
            SourceError: The Hub cannot be read; what was read is kept.
        """
        for kind in KINDS if self.selection.whole else KINDS[:1]:
            self._read_list(kind)
        census = Census()
        for work in self._listed_works():
            census.count(work)
        absent = dict(self._absent(census))
        moved = self._moved(absent)
        for key in moved:
            del absent[key]
        looking = LookingUp(self.client, census, self.run.lookups, self.lookups, self.say, self.now)
        aliases = moved | looking.run(
            sorted(key for key, work in absent.items() if not (work.was_listed or work.removed)),
            sorted(absent, key=lambda key: (absent[key].removed, key)),
        )
        self._keep(absent, census, aliases)
        write_names(self.run, aliases, census.named["dataset"])
        self.run.mark(fetched=True)

    def _read_list(self, kind: str) -> None:
        since = self.run.state.since
        expected = (
            sum(member.list_of(kind).items for member in self.base.chain()) if self.base else None
        )
        Listing(
            client=self.client,
            kind=kind,
            selection=self.selection,
            since=datetime.fromisoformat(since) if since else None,
            expected=expected,
            page_items=self.page_items,
            say=self.say,
            now=self.now,
            monotonic=self.monotonic,
        ).read_into(self.run.list_of(kind))

    def _listed_works(self) -> Iterator[WorkRecord]:
        for kind, place, line in listed(self.run):
            try:
                work, _ = work_record(parsed_json(line), kind, place)
            except ValueError:
                continue
            if work is not None:
                yield work

    def _absent(self, census: Census) -> Iterator[tuple[Key, _Absent]]:
        """Yield what the run before had and this one lacks."""
        if self.base is None:
            return
        asked_for = {(kind, object_of(line).get("id")) for kind, _, line in answered(self.base)}
        # An update goes on from the lists of its base, so it can lack only what no list held.
        lines = recorded(self.base) if self.run.state.mode == FULL else answered(self.base)
        for kind, _, line in lines:
            item = object_of(line)
            if item and item["id"] not in census.present[kind]:
                key = kind, item["id"]
                yield key, _Absent(item, key not in asked_for)

    def _moved(self, absent: dict[Key, _Absent]) -> dict[Key, str]:
        """Return the present ids of works that the lists hold under another one.

        The Hub's own number of a repository stays when it gets another name.
        """
        numbers = {(kind, str(work.item.get("_id"))): name for (kind, name), work in absent.items()}
        found: dict[Key, str] = {}
        for kind, _, line in listed(self.run) if numbers else ():
            item = object_of(line)
            name = numbers.get((kind, str(item["_id"]))) if item.get("_id") else None
            if name is not None:
                found[kind, name] = item["id"]
        return found

    def _keep(self, absent: dict[Key, _Absent], census: Census, aliases: dict[Key, str]) -> None:
        """Keep the works that were there before and are not now: marked as removed, or as before.

        A list of all that a selection holds tells what is gone of it. Of other works the Hub must
        have said so.
        """
        kept = self.run.kept
        shutil.rmtree(kept.folder, ignore_errors=True)
        kept.heads.clear()
        outcomes = {lookup.key: lookup.outcome for lookup in stored(self.run.lookups)}
        all_listed = self.run.state.mode == FULL and self.selection.limit is None
        lines: list[bytes] = []
        for key, work in sorted(absent.items(), key=lambda entry: entry[0]):
            kind, name = key
            if name in census.present[kind] or key in aliases:
                continue
            presumed = GONE if all_listed and work.was_listed and kind == "model" else CLOSED
            item = work.item
            if outcomes.get(key, presumed) == GONE:
                item = {"removedAt": self.run.state.started, **item, "removed": True}
            lines.append(json_of_kept(kind, item))
        for begin in range(0, len(lines), _KEPT_PER_PAGE):
            page = lines[begin : begin + _KEPT_PER_PAGE]
            kept.add(PageHead(None, self.run.state.started, len(page), ""), page)
