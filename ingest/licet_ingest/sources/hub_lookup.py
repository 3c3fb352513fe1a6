"""Works that others name and a list does not hold, asked for one by one and within bounds."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from typing import TYPE_CHECKING

import orjson

from licet_ingest.decoding import parsed_json
from licet_ingest.hub_json import work_record
from licet_ingest.sources.hub_client import HubRefusedError, HubUnavailableError
from licet_ingest.sources.hub_listing import expand, iso
from licet_ingest.sources.hub_state import PageHead, digest_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator
    from datetime import datetime

    from licet_ingest.records import WorkRecord
    from licet_ingest.sources.hub_client import HubClient
    from licet_ingest.sources.hub_state import PageSequence

Key = tuple[str, str]
"""Kind and id of a work."""

MAX_LOOKUPS = 1_000
"""Works asked for one by one, unless told otherwise: ten minutes for a client without a token."""
AT_A_TIME = 4
_BATCH = 50
_MAX_FAILED_OF_BATCH = 8

FOUND = "found"
GONE = "gone"
CLOSED = "closed"
FAILED = "failed"


@dataclass(frozen=True)
class Lookup:
    """What the Hub said of one work.

    Attributes:
        kind: ``model`` or ``dataset``.
        asked: The id that was asked for.
        outcome: ``found``, ``gone``, ``closed`` to this token, or ``failed``.
        reason: What stood in the way.
        item: The JSON that was answered.
    """

    kind: str
    asked: str
    outcome: str
    reason: str = ""
    item: str = ""

    @property
    def key(self) -> Key:
        """Kind and id as asked for."""
        return self.kind, self.asked

    def work(self) -> WorkRecord | None:
        """Return the record of the answer; its id is the present one."""
        if self.outcome != FOUND:
            return None
        item = parsed_json(self.item.encode())
        return work_record(item, self.kind, self.asked)[0]


def ask(client: HubClient, key: Key) -> Lookup:
    """Return what the Hub says of one work.

    Raises:
        HubRefusedError: The token is wrong.
    """
    kind, name = key
    try:
        body = client.work(kind, name, expand(kind))
    except HubRefusedError as error:
        if error.bad_token:
            raise
        return Lookup(kind, name, GONE if error.gone else CLOSED, str(error))
    except HubUnavailableError as error:
        return Lookup(kind, name, FAILED, str(error))
    lookup = Lookup(kind, name, FOUND, item=body.decode(errors="replace"))
    try:
        work = lookup.work()
    except ValueError as error:
        return Lookup(kind, name, FAILED, f"the Hub's answer is not JSON: {error}")
    if work is None:
        return Lookup(kind, name, FAILED, "the Hub's answer is not the record of a work")
    return lookup


def stored(lookups: PageSequence) -> Iterator[Lookup]:
    """Yield what has been asked and answered, in order."""
    for _, _, line in lookups.lines():
        yield Lookup(**orjson.loads(line))


class Census:
    """Which works were read, and which are named by others, how often.

    Attributes:
        present: Ids that were read, per kind.
        named: How often each id is named, per kind.
    """

    def __init__(self) -> None:
        self.present: dict[str, set[str]] = {"model": set(), "dataset": set()}
        self.named: dict[str, Counter[str]] = {"model": Counter(), "dataset": Counter()}

    def count(self, work: WorkRecord) -> None:
        """Take a work that was read into account."""
        self.present[work.kind].add(work.id)
        for derivation in work.derivations:
            kind, name = derivation.parent
            if kind in self.named:
                self.named[kind][name] += 1

    def dangling(self) -> list[Key]:
        """Return the works that are named and were not read: models first, the most named first."""
        return [
            (kind, name)
            for kind in ("model", "dataset")
            for name, _ in sorted(self.named[kind].items(), key=lambda n: (-n[1], n[0]))
            if name not in self.present[kind]
        ]

    def by_case(self, keys: Collection[Key]) -> dict[Key, str]:
        """Return the present ids that differ from given ones in case alone, where it is one each.

        The Hub leads from one to the other, so it need not be asked.
        """
        alike: dict[Key, list[str]] = {(kind, name.lower()): [] for kind, name in keys}
        for kind, names in self.present.items() if alike else ():
            for name in names:
                if (found := alike.get((kind, name.lower()))) is not None:
                    found.append(name)
        candidates = {key: alike[key[0], key[1].lower()] for key in keys}
        return {key: names[0] for key, names in candidates.items() if len(names) == 1}


@dataclass
class LookingUp:
    """Asks for works one by one.

    Attributes:
        client: Whom to ask.
        census: What is there; what is found is added.
        lookups: Where answers are kept.
        most: How many works may be asked for.
        say: Told how far it is.
        now: The clock.
    """

    client: HubClient
    census: Census
    lookups: PageSequence
    most: int
    say: Callable[[str], None]
    now: Callable[[], datetime]

    def run(self, first: Iterable[Key], last: Iterable[Key]) -> dict[Key, str]:
        """Ask for works, and for those that they name in turn, until all are known.

        Args:
            first: To be asked for before those that are named by others.
            last: To be asked for after them.

        Returns:
            The present id of each work that has another one.

        Raises:
            HubUnavailableError: So many questions failed that the Hub seems not to be there.
            HubRefusedError: The token is wrong.
        """
        self._done: dict[Key, Lookup] = {}
        self._aliases: dict[Key, str] = {}
        for lookup in stored(self.lookups):
            self._note(lookup)
        self._ask_for(first)
        while self._ask_for(self.census.dangling()):
            pass
        self._ask_for(last)
        while self._ask_for(self.census.dangling()):
            pass
        left = len([key for key in self.census.dangling() if self._is_open(key)])
        if left:
            self.say(
                f"hub: {left:,} works that models name were not asked for, after {self.most:,} "
                "that were; --lookups asks for more"
            )
        return self._aliases

    def _is_open(self, key: Key) -> bool:
        kind, name = key
        return (
            key not in self._done
            and key not in self._aliases
            and name not in self.census.present[kind]
        )

    def _ask_for(self, keys: Iterable[Key]) -> bool:
        """Ask for works whose answer is not known yet; tell whether anything was learned."""
        wanted = [key for key in dict.fromkeys(keys) if self._is_open(key)]
        by_case = self.census.by_case(wanted)
        self._aliases |= by_case
        wanted = [key for key in wanted if key not in by_case]
        wanted = wanted[: max(0, self.most - len(self._done))]
        for begin in range(0, len(wanted), _BATCH):
            self._ask_batch(wanted[begin : begin + _BATCH])
            self.say(
                f"hub: asked for {len(self._done):,} works that models name; "
                f"{len(wanted) - min(begin + _BATCH, len(wanted)):,} more to ask for now"
            )
        return bool(wanted)

    def _ask_batch(self, keys: list[Key]) -> None:
        with ThreadPoolExecutor(AT_A_TIME) as pool:
            try:
                answers = list(pool.map(partial(ask, self.client), keys))
            except BaseException:
                self.client.close()  # the other threads must not sit out their waits
                raise
        failed = [answer for answer in answers if answer.outcome == FAILED]
        if len(failed) > _MAX_FAILED_OF_BATCH:
            raise HubUnavailableError(
                f"{len(failed)} of {len(answers)} works could not be read from the Hub; "
                f"the first: {failed[0].reason}"
            )
        lines = [orjson.dumps(asdict(answer)) for answer in answers]
        digest = digest_of([answer.asked for answer in answers])
        # A batch says nothing of the next: what follows is found out from the answers.
        self.lookups.add(PageHead(None, iso(self.now()), len(lines), digest), lines)
        for answer in answers:
            self._note(answer)

    def _note(self, lookup: Lookup) -> None:
        self._done[lookup.key] = lookup
        if work := lookup.work():
            if work.id != lookup.asked:
                self._aliases[lookup.key] = work.id
            self.census.count(work)
