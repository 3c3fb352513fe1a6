"""A list of the Hub, read page by page from where an earlier try ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlencode

import orjson

from licet_ingest.sources.hub_client import HubUnavailableError
from licet_ingest.sources.hub_state import PageHead, digest_of
from licet_ontology.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from licet_ingest.sources.hub_client import HubClient, Query
    from licet_ingest.sources.hub_state import PageSequence

PAGE_ITEMS = 500
"""Records asked for per page; the Hub's own JavaScript client asks for no more."""
MAX_PAGES = 100_000
"""Over ten times the pages of the whole Hub; a list that is longer has no end."""
MAX_REPEATS = 3
"""Pages in a row that hold only what an earlier page held."""
SAY_EVERY_S = 5.0
_FIRST_DATE = datetime(2022, 3, 2, 23, 29, 4, tzinfo=UTC)  # the Hub's floor of createdAt

_EXPAND = {
    "model": (
        "author",
        "baseModels",
        "cardData",
        "createdAt",
        "disabled",
        "downloads",
        "gated",
        "lastModified",
        "library_name",
        "likes",
        "pipeline_tag",
        "private",
        "sha",
        "tags",
    ),
    "dataset": (
        "author",
        "cardData",
        "createdAt",
        "disabled",
        "downloads",
        "gated",
        "lastModified",
        "likes",
        "private",
        "sha",
        "tags",
    ),
}


def expand(kind: str) -> Query:
    """Return the parameters that ask for all that the mapping of a work needs."""
    return tuple(("expand", key) for key in _EXPAND[kind])


@dataclass(frozen=True)
class Selection:
    """Which models are read; all, where nothing is said.

    Attributes:
        author: Those of one account.
        search: Those whose id holds a text.
        limit: The most downloaded ones up to this number.
    """

    author: str | None = None
    search: str | None = None
    limit: int | None = None

    @property
    def name(self) -> str:
        """What it is called: ``hub:``, with what limits it."""
        given = {"author": self.author, "search": self.search, "limit": self.limit}
        query = urlencode({key: value for key, value in given.items() if value is not None})
        return f"hub:?{query}" if query else "hub:"

    @property
    def whole(self) -> bool:
        """Whether it is all models of the Hub."""
        return self == Selection()

    @classmethod
    def named(cls, name: str) -> Selection:
        """Return the selection of a name.

        Raises:
            UsageError: It is no such name.
        """
        prefix, _, query = name.partition("?")
        given = {key: values[-1] for key, values in parse_qs(query).items()}
        limit = given.pop("limit", None)
        if prefix != "hub:" or given.keys() - {"author", "search"}:
            raise UsageError(f"{name} names no selection of the Hub")
        if limit is not None and not (limit.isdecimal() and int(limit) > 0):
            raise UsageError(f"{name}: the limit is not a number above 0")
        return cls(given.get("author"), given.get("search"), int(limit) if limit else None)

    def query(self, kind: str, page_items: int, since: datetime | None) -> Query:
        """Return the query of the first page."""
        # By creation, nothing moves between pages while the list is read.
        order = "lastModified" if since else "downloads" if self.limit else "createdAt"
        given = [("author", self.author), ("search", self.search)] if kind == "model" else []
        items = min(page_items, self.limit or page_items)
        return (
            *((key, value) for key, value in given if value),
            ("sort", order),
            ("limit", str(items)),
            *expand(kind),
        )


@dataclass
class Listing:
    """One list being read.

    Attributes:
        client: Whom to ask.
        kind: ``model`` or ``dataset``.
        selection: Which of them.
        since: Read only until nothing newer is left.
        expected: How many an earlier list had.
        page_items: To ask for at a time.
        say: Told how far it is.
        now: The clock.
        monotonic: A clock of seconds that never goes back.
    """

    client: HubClient
    kind: str
    selection: Selection
    since: datetime | None
    expected: int | None
    page_items: int
    say: Callable[[str], None]
    now: Callable[[], datetime]
    monotonic: Callable[[], float]

    def read_into(self, pages: PageSequence) -> None:
        """Add the pages that are missing.

        Raises:
            HubUnavailableError: The list has no end, or no answer came; what was read is kept.
            HubRefusedError: The Hub refuses.
        """
        if pages.complete:
            return
        query: Query | None = self.selection.query(self.kind, self.page_items, self.since)
        asked = {query, *(head.next for head in pages.heads)}
        if pages.heads:
            query = pages.heads[-1].next
        repeats = _Repeats(head.digest for head in pages.heads)
        progress = _Progress(self, pages)
        limit = self.selection.limit if self.kind == "model" else None
        while query is not None:
            page = self.client.page(self.kind, query)
            items = page.items if limit is None else page.items[: limit - pages.items]
            records = [_parsed(item) for item in items]
            following = page.next
            if following in asked or len(pages.heads) >= MAX_PAGES:
                raise HubUnavailableError(
                    f"the Hub's list of {self.kind}s goes in a circle after page "
                    f"{len(pages.heads) + 1}; what was read is kept: try again, or start anew "
                    "with --fresh"
                )
            asked.add(following)
            digest = digest_of([str(record.get("id")) for record in records])
            if repeats.count(digest) > MAX_REPEATS:
                raise HubUnavailableError(
                    f"the Hub's list of {self.kind}s repeats itself after page "
                    f"{len(pages.heads)}; what was read is kept: try again, or start anew "
                    "with --fresh"
                )
            if limit is not None and pages.items + len(items) >= limit:
                following = None
            if self.since and self._is_past(records, self.since):
                following = None
            answered = min(filter(None, (page.date, self.now())))
            head = PageHead(following, iso(answered), len(items), digest)
            pages.add(head, items)
            progress.note(records)
            query = following

    def _is_past(self, records: list[dict[str, object]], since: datetime) -> bool:
        """Tell whether nothing newer follows a page of a list by date of change."""
        dates = _dates(records, "lastModified")
        if not dates or min(dates) >= since:
            return False
        if dates[0] < dates[-1]:  # it would end at once, and look as if nothing had changed
            raise HubUnavailableError(
                f"{self.client.endpoint} does not list the newest changes first, so there is no "
                "update; read all with: licet build hub:"
            )
        return True


class _Repeats:
    """Counts pages in a row that were there before."""

    def __init__(self, digests: Iterable[str]) -> None:
        self._seen: set[str] = set()
        self._in_a_row = 0
        for digest in digests:
            self.count(digest)

    def count(self, digest: str) -> int:
        self._in_a_row = self._in_a_row + 1 if digest in self._seen else 0
        self._seen.add(digest)
        return self._in_a_row


class _Progress:
    """Says how far a list is, and when it may end."""

    def __init__(self, listing: Listing, pages: PageSequence) -> None:
        self._listing = listing
        self._pages = pages
        self._began_s = listing.monotonic()
        self._began_items = pages.items
        self._said_s: float | None = None
        self._first_date: datetime | None = None
        if pages.heads:
            listing.say(
                f"hub: going on after page {len(pages.heads)}, {pages.items:,} {listing.kind}s"
            )

    def note(self, records: list[dict[str, object]]) -> None:
        by = "lastModified" if self._listing.since else "createdAt"
        date = min(_dates(records, by), default=None)
        now_s = self._listing.monotonic()
        done = self._pages.complete
        if done or self._said_s is None or now_s - self._said_s >= SAY_EVERY_S:
            self._said_s = now_s
            self._listing.say(
                f"hub: {self._pages.items:,} {self._listing.kind}s on "
                f"{len(self._pages.heads):,} pages; "
                + ("that is all" if done else self._estimate(now_s - self._began_s, date))
            )
        self._first_date = self._first_date or date

    def _estimate(self, elapsed_s: float, date: datetime | None) -> str:
        total = self._listing.selection.limit or self._listing.expected
        read = self._pages.items - self._began_items
        if total and total > self._pages.items and not self._listing.since:
            left = _duration((total - self._pages.items) * elapsed_s / max(read, 1))
            return f"of {total:,} or so, {left} left"
        if date is None or self._first_date is None or date >= self._first_date:
            return "how many there are is not known"
        floor = self._listing.since or _FIRST_DATE
        rest_s = elapsed_s * ((date - floor) / (self._first_date - date))
        what = "changed" if self._listing.since else "made"
        return (
            f"back to {date:%Y-%m-%d}; {_duration(max(rest_s, 0.0))} left if as many were {what} "
            f"per day since {floor:%Y-%m-%d} (how many there are is not known)"
        )


def _duration(seconds: float) -> str:
    return f"{timedelta(seconds=round(seconds))}"


def _parsed(item: bytes) -> dict[str, object]:
    try:
        record = orjson.loads(item)
    except orjson.JSONDecodeError:
        return {}
    return record if isinstance(record, dict) else {}


def _dates(records: Iterable[dict[str, object]], key: str) -> list[datetime]:
    found: list[datetime] = []
    for record in records:
        try:
            date = datetime.fromisoformat(str(record.get(key)))
        except ValueError:
            continue
        if date.tzinfo:
            found.append(date)
    return found


def iso(date: datetime) -> str:
    """Return a date as ISO 8601 in UTC, to the second."""
    return date.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
